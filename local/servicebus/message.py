"""A message's bytes: cut into sections when it comes, completed with what the broker knows when it goes.

The part between the annotations and the end (AMQP's bare message) is checked and then passed on byte for byte; only the
header and the annotations are the broker's. Dead-lettering adds two application properties.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from local.servicebus.codec import constructors as code
from local.servicebus.codec.decode import decode, skip
from local.servicebus.codec.encode import encode, write, write_compound
from local.servicebus.codec.types import Described, Int, Long, Map, Symbol, Timestamp, UByte, UInt, ULong, Value
from local.servicebus.errors import ARGUMENT_OUT_OF_RANGE, AmqpError, DecodeError
from local.servicebus.limits import NAME_CHARACTERS

HEADER, DELIVERY_ANNOTATIONS, MESSAGE_ANNOTATIONS, PROPERTIES, APPLICATION_PROPERTIES = 0x70, 0x71, 0x72, 0x73, 0x74
DATA, SEQUENCE, VALUE, FOOTER = 0x75, 0x76, 0x77, 0x78
_MAPS = (DELIVERY_ANNOTATIONS, MESSAGE_ANNOTATIONS, APPLICATION_PROPERTIES, FOOTER)
_LISTS = (HEADER, PROPERTIES)

SEQUENCE_NUMBER = "x-opt-sequence-number"
ENQUEUED_TIME = "x-opt-enqueued-time"
LOCKED_UNTIL = "x-opt-locked-until"
MESSAGE_STATE = "x-opt-message-state"
SCHEDULED_ENQUEUE_TIME = "x-opt-scheduled-enqueue-time"
# What a sender says of these is not true: they are the broker's to set.
_OURS = {SEQUENCE_NUMBER, ENQUEUED_TIME, LOCKED_UNTIL, MESSAGE_STATE, "x-opt-lock-token", "x-opt-deadletter-source"}


@dataclass(frozen=True, slots=True)
class Content:
    """A message as its sender wrote it, without what the broker replaces.

    ``annotations`` holds the encoded keys and values of the sender's annotations, ``annotation_count`` how many keys
    and values these are; ``bare`` everything from the properties to the footer.
    """

    durable: bool | None
    priority: int | None
    annotations: bytes
    annotation_count: int
    bare: bytes

    @property
    def size(self) -> int:
        """Bytes that it takes in a queue."""
        return len(self.annotations) + len(self.bare)

    def to_bytes(self) -> bytes:
        """Return it as a message that ``parse`` reads."""
        return _header(self, None, None) + _annotations(self, b"", 0) + self.bare


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a queue must know of a message that comes. Times in seconds, ``scheduled`` since the epoch."""

    content: Content
    message_id: str | None = None
    session_id: str | None = None
    ttl_s: float | None = None
    scheduled: float | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the broker adds to a message that goes. Times in seconds since the epoch."""

    sequence: int
    enqueued: float
    delivery_count: int
    state: int
    ttl_s: float | None = None
    locked_until: float | None = None


def sections(payload: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield the sections of a message: code, start, start of the content, end.

    Raises:
        DecodeError: A section is none, or they are not in AMQP's order.
    """
    at, previous = 0, 0
    while at < len(payload):
        if payload[at] != code.DESCRIBED:
            raise DecodeError("a message section must be a described value")
        descriptor, content = decode(payload, at + 1)
        if not isinstance(descriptor, ULong) or not HEADER <= descriptor <= FOOTER:
            raise DecodeError(f"unknown message section {descriptor!r}")
        again = descriptor == previous and descriptor in (DATA, SEQUENCE)
        mixed = descriptor in (SEQUENCE, VALUE) and previous in (DATA, SEQUENCE) and not again
        if (descriptor <= previous and not again) or mixed:
            raise DecodeError(f"message section 0x{descriptor:02x} after 0x{previous:02x}")
        end = skip(payload, content)
        yield int(descriptor), at, content, end
        at, previous = end, int(descriptor)


def parse(payload: bytes) -> Incoming:
    """Return what a queue must know of the message with these bytes.

    Raises:
        DecodeError: It is not a message.
        AmqpError: Its id or its session id is longer than the service allows.
    """
    found: dict[int, Value] = {}
    bare = len(payload)
    for section, start, content, _ in sections(payload):
        if section >= PROPERTIES:
            bare = min(bare, start)
        if section == DATA:
            _require(payload[content] in (code.BINARY8, code.BINARY32), "a data section must be a binary")
            continue
        if section in (SEQUENCE, VALUE):
            _require(section == VALUE or isinstance(decode(payload, content)[0], list), "a sequence must be a list")
            continue
        value, _ = decode(payload, content)
        _require(section not in _MAPS or isinstance(value, Map), f"message section 0x{section:02x} must be a map")
        _require(section not in _LISTS or isinstance(value, list), f"message section 0x{section:02x} must be a list")
        found[section] = value
    return _incoming(found, payload[bare:])


def _incoming(found: dict[int, Value], bare: bytes) -> Incoming:
    header, properties = found.get(HEADER), found.get(PROPERTIES)
    annotations = found.get(MESSAGE_ANNOTATIONS)
    scheduled = annotations.get(SCHEDULED_ENQUEUE_TIME) if isinstance(annotations, Map) else None
    durable, priority, ttl_ms = _field(header, 0), _field(header, 1), _field(header, 2)
    return Incoming(
        Content(
            durable if isinstance(durable, bool) else None,
            int(priority) if isinstance(priority, UByte) else None,
            *_senders_annotations(annotations if isinstance(annotations, Map) else Map()),
            bare,
        ),
        _name("message-id", _field(properties, 0)),
        _name("session id", _field(properties, 10)),
        ttl_ms / 1000 if isinstance(ttl_ms, int) and ttl_ms else None,
        scheduled / 1000 if isinstance(scheduled, int) else None,
    )


def render(content: Content, stamp: Stamp) -> bytes:
    """Return the message as a receiver gets it."""
    own = bytearray()
    _put(own, SEQUENCE_NUMBER, Long(stamp.sequence))
    _put(own, ENQUEUED_TIME, _timestamp(stamp.enqueued))
    _put(own, MESSAGE_STATE, Int(stamp.state))
    count = 6
    if stamp.locked_until is not None:
        _put(own, LOCKED_UNTIL, _timestamp(stamp.locked_until))
        count += 2
    return _header(content, stamp.ttl_s, stamp.delivery_count) + _annotations(content, own, count) + content.bare


def batched(payload: bytes) -> list[bytes]:
    """Return the messages in a batch (message format 0x80013700): each data section is one.

    Raises:
        DecodeError: It is not a batch.
    """
    messages: list[bytes] = []
    for section, _, content, _ in sections(payload):
        if section == DATA:
            data, _ = decode(payload, content)
            if not isinstance(data, bytes):
                raise DecodeError("a data section must be a binary")
            messages.append(data)
        elif section in (SEQUENCE, VALUE):
            raise DecodeError("a batch must hold its messages in data sections")
    return messages


def with_application_properties(content: Content, added: dict[str, str]) -> Content:
    """Return the content with these application properties; of the same name they replace the sender's."""
    before, after = bytearray(), bytearray()
    pairs: list[tuple[Value, Value]] = []
    for section, start, inner, end in sections(content.bare):
        if section == APPLICATION_PROPERTIES:
            value, _ = decode(content.bare, inner)
            old = value.pairs if isinstance(value, Map) else ()
            pairs = [(key, item) for key, item in old if not (isinstance(key, str) and key in added)]
        elif section < APPLICATION_PROPERTIES:
            before += content.bare[start:end]
        else:
            after += content.bare[start:end]
    pairs += list(added.items())
    section = encode(Described(ULong(APPLICATION_PROPERTIES), Map(tuple(pairs))))
    bare = bytes(before) + section + bytes(after)
    return Content(content.durable, content.priority, content.annotations, content.annotation_count, bare)


def _require(met: bool, expected: str) -> None:
    if not met:
        raise DecodeError(expected)


def _field(fields: Value, index: int) -> Value:
    return fields[index] if isinstance(fields, list) and index < len(fields) else None


def _name(what: str, value: Value) -> str | None:
    """A message id may be a number, a uuid or a binary too; ids of two types are two ids."""
    if value is None:
        return None
    name = str(value) if isinstance(value, str) else f"{type(value).__name__}:{value}"
    if len(name) > NAME_CHARACTERS:
        raise AmqpError(ARGUMENT_OUT_OF_RANGE, f"The {what} has {len(name)} characters, at most {NAME_CHARACTERS}.")
    return name


def _senders_annotations(annotations: Map) -> tuple[bytes, int]:
    out = bytearray()
    count = 0
    for key, value in annotations.pairs:
        if isinstance(key, str) and key in _OURS:
            continue
        write(out, key)
        write(out, value)
        count += 2
    return bytes(out), count


def _put(out: bytearray, name: str, value: Value) -> None:
    write(out, Symbol(name))
    write(out, value)


def _timestamp(moment: float) -> Timestamp:
    return Timestamp(round(moment * 1000))


def _header(content: Content, ttl_s: float | None, delivery_count: int | None) -> bytes:
    # What a uint cannot say, some 49 days, is as good as for ever.
    ttl = UInt(round(ttl_s * 1000)) if ttl_s is not None and ttl_s * 1000 < 2**32 else None
    count = None if delivery_count is None else UInt(delivery_count)
    first = None if delivery_count is None else delivery_count == 0
    priority = None if content.priority is None else UByte(content.priority)
    return encode(Described(ULong(HEADER), [content.durable, priority, ttl, first, count]))


def _annotations(content: Content, own: bytes | bytearray, own_count: int) -> bytes:
    out = bytearray((code.DESCRIBED, code.SMALL_ULONG, MESSAGE_ANNOTATIONS))
    write_compound(out, code.MAP8, code.MAP32, own_count + content.annotation_count, bytes(own) + content.annotations)
    return bytes(out)
