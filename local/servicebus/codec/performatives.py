"""The frames' bodies and what is in them (AMQP 1.0, parts 2.7, 3.4, 3.5 and 5.3), as typed records.

A record knows its descriptor and, in the order of the wire, the kind of each field. A null or missing field has its
default; trailing nulls are not written.
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, TypeVar

from local.servicebus.codec.types import (
    Array,
    Described,
    Map,
    Symbol,
    UByte,
    UInt,
    ULong,
    UShort,
    Value,
)
from local.servicebus.errors import INVALID_FIELD, AmqpError, DecodeError, Violation

R = TypeVar("R", bound="Record")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a field may hold. ``wrap`` gives a value that we made its AMQP type."""

    name: str
    accepts: Callable[[Value], bool]
    wrap: Callable[[Any], Value]


def _number(name: str, kind: type[int], most: int) -> Kind:
    def accepts(value: Value) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most

    return Kind(name, accepts, kind)


def _as_is(name: str, *types: type) -> Kind:
    return Kind(name, lambda value: isinstance(value, types), lambda value: value)


UINT = _number("an unsigned int", UInt, 2**32 - 1)
USHORT = _number("an unsigned short", UShort, 2**16 - 1)
UBYTE = _number("an unsigned byte", UByte, 2**8 - 1)
ULONG = _number("an unsigned long", ULong, 2**64 - 1)
BOOLEAN = _as_is("a boolean", bool)
STRING = _as_is("a string", str)
BINARY = _as_is("a binary", bytes)
MAP = _as_is("a map", Map)
ANY = Kind("anything", lambda _value: True, lambda value: value)
DESCRIBED = _as_is("a described value", Described)
SYMBOL = Kind("a symbol", lambda value: isinstance(value, str), Symbol)
SYMBOLS = _as_is("symbols", str, Array)


@dataclass(slots=True)
class Record:
    """A described list with named fields."""

    DESCRIPTOR: ClassVar[int]
    KINDS: ClassVar[tuple[Kind, ...]]

    def to_value(self) -> Described:
        """Return the record as a value to encode."""
        values: list[Value] = []
        for field, kind in zip(fields(self), self.KINDS, strict=True):
            value = getattr(self, field.name)
            values.append(None if value is None else kind.wrap(value))
        while values and values[-1] is None:
            values.pop()
        return Described(ULong(self.DESCRIPTOR), values)


def from_value(kind: type[R], value: Value) -> R:
    """Return the record that ``value`` is.

    Raises:
        DecodeError: It is none of this kind.
        Violation: A field is missing or of the wrong type.
    """
    if not isinstance(value, Described) or not isinstance(value.value, list):
        raise DecodeError(f"expected {kind.__name__.lower()}, a described list")
    if descriptor_of(value) != kind.DESCRIPTOR:
        raise DecodeError(f"expected {kind.__name__.lower()}, got another descriptor")
    return from_fields(kind, value.value)


def from_fields(kind: type[R], values: list[Value]) -> R:
    """Return the record with these fields. Raises as ``from_value``."""
    if len(values) > len(kind.KINDS):
        raise DecodeError(f"{kind.__name__.lower()} with {len(values)} fields, it has {len(kind.KINDS)}")
    names = _FIELDS[kind]
    given: dict[str, Value] = dict.fromkeys(_NULLABLE.get(kind, ()))
    for (name, required), expected, value in zip(names, kind.KINDS, values, strict=False):
        if value is None:
            if required:
                raise Violation(INVALID_FIELD, f"{kind.__name__.lower()} lacks {name}")
        elif expected.accepts(value):
            given[name] = value
        else:
            raise Violation(INVALID_FIELD, f"{kind.__name__.lower()}.{name} must be {expected.name}")
    for name, required in names[len(values) :]:
        if required:
            raise Violation(INVALID_FIELD, f"{kind.__name__.lower()} lacks {name}")
    return kind(**given)


@dataclass(slots=True)
class Open(Record):
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
    DESCRIPTOR = 0x11
    KINDS = (USHORT, UINT, UINT, UINT, UINT, SYMBOLS, SYMBOLS, MAP)

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
    DESCRIPTOR = 0x13
    KINDS = (UINT, UINT, UINT, UINT, UINT, UINT, UINT, UINT, BOOLEAN, BOOLEAN, MAP)

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
    DESCRIPTOR = 0x16
    KINDS = (UINT, BOOLEAN, ANY)

    handle: int
    closed: bool = False
    error: Value = None


@dataclass(slots=True)
class End(Record):
    DESCRIPTOR = 0x17
    KINDS = (ANY,)

    error: Value = None


@dataclass(slots=True)
class Close(Record):
    DESCRIPTOR = 0x18
    KINDS = (ANY,)

    error: Value = None


@dataclass(slots=True)
class SaslMechanisms(Record):
    DESCRIPTOR = 0x40
    KINDS = (SYMBOLS,)

    mechanisms: Value


@dataclass(slots=True)
class SaslInit(Record):
    DESCRIPTOR = 0x41
    KINDS = (SYMBOL, BINARY, STRING)

    mechanism: str
    initial_response: bytes | None = None
    hostname: str | None = None


@dataclass(slots=True)
class SaslOutcome(Record):
    DESCRIPTOR = 0x44
    KINDS = (UBYTE, BINARY)

    code: int
    additional_data: bytes | None = None


@dataclass(slots=True)
class Source(Record):
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
    DESCRIPTOR = 0x24
    KINDS = ()


@dataclass(slots=True)
class Rejected(Record):
    DESCRIPTOR = 0x25
    KINDS = (ANY,)

    error: Value = None


@dataclass(slots=True)
class Released(Record):
    DESCRIPTOR = 0x26
    KINDS = ()


@dataclass(slots=True)
class Modified(Record):
    DESCRIPTOR = 0x27
    KINDS = (BOOLEAN, BOOLEAN, MAP)

    delivery_failed: bool = False
    undeliverable_here: bool = False
    message_annotations: Map | None = None


@dataclass(slots=True)
class Error(Record):
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


_RECORDS: tuple[type[Record], ...] = (
    Open, Begin, Attach, Flow, Transfer, Disposition, Detach, End, Close, SaslMechanisms, SaslInit, SaslOutcome,
    Source, Target, Accepted, Rejected, Released, Modified, Error,
)  # fmt: skip
# Without a default, because those after them are mandatory, and yet they may be null: a peer that begins has no channel
# to name, and one that knows nothing of the other's transfers no id.
_NULLABLE: dict[type[Record], tuple[str, ...]] = {Begin: ("remote_channel",), Flow: ("next_incoming_id",)}
_FIELDS: dict[type[Record], list[tuple[str, bool]]] = {
    kind: [
        (field.name, field.default is MISSING and field.name not in _NULLABLE.get(kind, ())) for field in fields(kind)
    ]
    for kind in _RECORDS
}


# A descriptor may also be spelled out.
_NUMBERS = {f"amqp:{kind.__name__.lower()}:list": kind.DESCRIPTOR for kind in _RECORDS} | {
    "amqp:sasl-mechanisms:list": SaslMechanisms.DESCRIPTOR,
    "amqp:sasl-init:list": SaslInit.DESCRIPTOR,
    "amqp:sasl-outcome:list": SaslOutcome.DESCRIPTOR,
}


def descriptor_of(value: Described) -> int:
    """Return the number of a descriptor, spelled out or not; -1 for one that is neither."""
    descriptor = value.descriptor
    if isinstance(descriptor, ULong):
        return int(descriptor)
    return _NUMBERS.get(descriptor, -1) if isinstance(descriptor, Symbol) else -1
