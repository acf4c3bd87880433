"""The frames' bodies and what is in them, each by its number in AMQP 1.0."""

from dataclasses import dataclass

from local.servicebus.codec.records import (
    ANY,
    BINARY,
    BOOLEAN,
    MAP,
    STRING,
    SYMBOL,
    SYMBOLS,
    UBYTE,
    UINT,
    ULONG,
    USHORT,
    Record,
)
from local.servicebus.codec.types import Described, Map, Symbol, ULong, Value
from local.servicebus.errors import AmqpError


@dataclass(slots=True)
class Open(Record):
    """Begins a connection (2.7.1). ``idle_time_out`` in milliseconds."""

    DESCRIPTOR = 0x10
    KINDS = (STRING, STRING, UINT, USHORT, UINT, SYMBOLS, SYMBOLS, SYMBOLS, SYMBOLS, MAP)

    container_id: str
    hostname: str | None = None
    max_frame_size: int = 2**32 - 1
    channel_max: int = 2**16 - 1
    idle_time_out: int | None = None
    outgoing_locales: Value = None
    incoming_locales: Value = None
    offered_capabilities: Value = None
    desired_capabilities: Value = None
    properties: Map | None = None


@dataclass(slots=True)
class Begin(Record):
    """Begins a session (2.7.2)."""

    DESCRIPTOR = 0x11
    KINDS = (USHORT, UINT, UINT, UINT, UINT, SYMBOLS, SYMBOLS, MAP)
    # A peer that begins has no channel to name.
    NULLABLE = ("remote_channel",)

    remote_channel: int | None
    next_outgoing_id: int
    incoming_window: int
    outgoing_window: int
    handle_max: int = 2**32 - 1
    offered_capabilities: Value = None
    desired_capabilities: Value = None
    properties: Map | None = None


@dataclass(slots=True)
class Attach(Record):
    """Attaches a link (2.7.3)."""

    DESCRIPTOR = 0x12
    KINDS = (STRING, UINT, BOOLEAN, UBYTE, UBYTE, ANY, ANY, MAP, BOOLEAN, UINT, ULONG, SYMBOLS, SYMBOLS, MAP)

    name: str
    handle: int
    role: bool
    """True: who sent this frame receives."""
    snd_settle_mode: int = 2
    rcv_settle_mode: int = 0
    source: Value = None
    target: Value = None
    unsettled: Map | None = None
    incomplete_unsettled: bool = False
    initial_delivery_count: int | None = None
    max_message_size: int | None = None
    offered_capabilities: Value = None
    desired_capabilities: Value = None
    properties: Map | None = None


@dataclass(slots=True)
class Flow(Record):
    """Says how much may be sent, on the session and on a link (2.7.4)."""

    DESCRIPTOR = 0x13
    KINDS = (UINT, UINT, UINT, UINT, UINT, UINT, UINT, UINT, BOOLEAN, BOOLEAN, MAP)
    # A peer that has not heard of the other's session knows no id.
    NULLABLE = ("next_incoming_id",)

    next_incoming_id: int | None
    incoming_window: int
    next_outgoing_id: int
    outgoing_window: int
    handle: int | None = None
    delivery_count: int | None = None
    link_credit: int | None = None
    available: int | None = None
    drain: bool = False
    echo: bool = False
    properties: Map | None = None


@dataclass(slots=True)
class Transfer(Record):
    """A message, or a part of one; its bytes follow in the frame (2.7.5)."""

    DESCRIPTOR = 0x14
    KINDS = (UINT, UINT, BINARY, UINT, BOOLEAN, BOOLEAN, UBYTE, ANY, BOOLEAN, BOOLEAN, BOOLEAN)

    handle: int
    delivery_id: int | None = None
    delivery_tag: bytes | None = None
    message_format: int | None = None
    settled: bool | None = None
    more: bool = False
    rcv_settle_mode: int | None = None
    state: Value = None
    resume: bool = False
    aborted: bool = False
    batchable: bool = False


@dataclass(slots=True)
class Disposition(Record):
    """Says what became of deliveries (2.7.6)."""

    DESCRIPTOR = 0x15
    KINDS = (BOOLEAN, UINT, UINT, BOOLEAN, ANY, BOOLEAN)

    role: bool
    first: int
    last: int | None = None
    settled: bool = False
    state: Value = None
    batchable: bool = False


@dataclass(slots=True)
class Detach(Record):
    """Detaches a link (2.7.7)."""

    DESCRIPTOR = 0x16
    KINDS = (UINT, BOOLEAN, ANY)

    handle: int
    closed: bool = False
    error: Value = None


@dataclass(slots=True)
class End(Record):
    """Ends a session (2.7.8)."""

    DESCRIPTOR = 0x17
    KINDS = (ANY,)

    error: Value = None


@dataclass(slots=True)
class Close(Record):
    """Closes a connection (2.7.9)."""

    DESCRIPTOR = 0x18
    KINDS = (ANY,)

    error: Value = None


@dataclass(slots=True)
class SaslMechanisms(Record):
    """Says which ways to authenticate there are (5.3.3.1)."""

    DESCRIPTOR = 0x40
    KINDS = (SYMBOLS,)

    mechanisms: Value


@dataclass(slots=True)
class SaslInit(Record):
    """Chooses one (5.3.3.2)."""

    DESCRIPTOR = 0x41
    KINDS = (SYMBOL, BINARY, STRING)

    mechanism: str
    initial_response: bytes | None = None
    hostname: str | None = None


@dataclass(slots=True)
class SaslOutcome(Record):
    """Says whether it was good; 0 is (5.3.3.6)."""

    DESCRIPTOR = 0x44
    KINDS = (UBYTE, BINARY)

    code: int
    additional_data: bytes | None = None


@dataclass(slots=True)
class Source(Record):
    """Where a link's messages come from (3.5.3)."""

    DESCRIPTOR = 0x28
    KINDS = (STRING, UINT, SYMBOL, UINT, BOOLEAN, MAP, SYMBOL, MAP, ANY, SYMBOLS, SYMBOLS)

    address: str | None = None
    durable: int | None = None
    expiry_policy: str | None = None
    timeout: int | None = None
    dynamic: bool | None = None
    dynamic_node_properties: Map | None = None
    distribution_mode: str | None = None
    filter: Map | None = None
    default_outcome: Value = None
    outcomes: Value = None
    capabilities: Value = None


@dataclass(slots=True)
class Target(Record):
    """Where they go (3.5.4)."""

    DESCRIPTOR = 0x29
    KINDS = (STRING, UINT, SYMBOL, UINT, BOOLEAN, MAP, SYMBOLS)

    address: str | None = None
    durable: int | None = None
    expiry_policy: str | None = None
    timeout: int | None = None
    dynamic: bool | None = None
    dynamic_node_properties: Map | None = None
    capabilities: Value = None


@dataclass(slots=True)
class Accepted(Record):
    """It was dealt with (3.4.2)."""

    DESCRIPTOR = 0x24
    KINDS = ()


@dataclass(slots=True)
class Rejected(Record):
    """It can never be dealt with, or was refused (3.4.3)."""

    DESCRIPTOR = 0x25
    KINDS = (ANY,)

    error: Value = None


@dataclass(slots=True)
class Released(Record):
    """It was not dealt with and may go elsewhere (3.4.4)."""

    DESCRIPTOR = 0x26
    KINDS = ()


@dataclass(slots=True)
class Modified(Record):
    """It was not dealt with, and here is why it should be treated differently (3.4.5)."""

    DESCRIPTOR = 0x27
    KINDS = (BOOLEAN, BOOLEAN, MAP)

    delivery_failed: bool = False
    undeliverable_here: bool = False
    message_annotations: Map | None = None


@dataclass(slots=True)
class Error(Record):
    """What went wrong (2.8.14)."""

    DESCRIPTOR = 0x1D
    KINDS = (SYMBOL, STRING, MAP)

    condition: str
    description: str | None = None
    info: Map | None = None

    def to_value(self) -> Described:
        """Return all three fields: the Python SDK reads them by position, and hangs when one is left out."""
        return Described(ULong(self.DESCRIPTOR), [Symbol(self.condition), self.description or "", self.info or Map()])


def error_value(error: AmqpError) -> Described:
    """Return an error as frames carry it."""
    return Error(error.condition, error.description).to_value()
