"""Frames (AMQP 1.0, part 2.3): cut out of a stream of bytes, and put together."""

import struct
from dataclasses import dataclass
from typing import TypeVar

from local.servicebus.codec.decode import decode
from local.servicebus.codec.encode import encode
from local.servicebus.codec.records import Record, from_value
from local.servicebus.codec.types import Described
from local.servicebus.errors import FRAMING_ERROR, DecodeError, Violation

R = TypeVar("R", bound=Record)

AMQP_HEADER = b"AMQP\x00\x01\x00\x00"
SASL_HEADER = b"AMQP\x03\x01\x00\x00"
HEADER_BYTES = 8
AMQP = 0
SASL = 1
# The empty frame keeps a connection alive.
HEARTBEAT = struct.pack(">IBBH", HEADER_BYTES, 2, AMQP, 0)
_SMALLEST = 8
_HEADER = struct.Struct(">IBBH")


@dataclass(frozen=True, slots=True)
class Frame:
    """``kind``: AMQP or SASL. An empty ``body`` is a heartbeat."""

    kind: int
    channel: int
    body: bytes


class FrameBuffer:
    """Bytes as they arrive; headers and frames as they become whole."""

    def __init__(self, most: int) -> None:
        self.most = most
        """Largest frame that is accepted, in bytes."""
        self._bytes = bytearray()
        self._at = 0

    def feed(self, data: bytes) -> None:
        """Add what has arrived."""
        if self._at:
            del self._bytes[: self._at]
            self._at = 0
        self._bytes += data

    def header(self) -> bytes | None:
        """Take a protocol header, None while it is not there."""
        if len(self._bytes) - self._at < HEADER_BYTES:
            return None
        self._at += HEADER_BYTES
        return bytes(self._bytes[self._at - HEADER_BYTES : self._at])

    def frame(self) -> Frame | None:
        """Take the next frame, None while it is not whole.

        Raises:
            Violation: Its size or its header cannot be.
        """
        if len(self._bytes) - self._at < _SMALLEST:
            return None
        size, offset, kind, channel = _HEADER.unpack_from(self._bytes, self._at)
        if not _SMALLEST <= size <= self.most:
            raise Violation(FRAMING_ERROR, f"a frame of {size} bytes, {_SMALLEST} to {self.most} are accepted")
        if offset < 2 or offset * 4 > size:
            raise Violation(FRAMING_ERROR, f"a frame of {size} bytes with its body at {offset * 4}")
        if len(self._bytes) - self._at < size:
            return None
        start = self._at
        self._at += size
        return Frame(kind, channel, bytes(self._bytes[start + offset * 4 : start + size]))


def parse_body(body: bytes) -> tuple[Described, bytes]:
    """Return the described list that a frame's body starts with, and the payload after it.

    Raises:
        DecodeError: There is none.
    """
    value, end = decode(body)
    if not isinstance(value, Described) or not isinstance(value.value, list):
        raise DecodeError("a frame's body must be a described list")
    return value, body[end:]


def read(kind: type[R], performative: Described) -> R:
    """Return the fields of a performative.

    Raises:
        Violation: They are not those of ``kind``.
    """
    return from_value(kind, performative)


def build(channel: int, record: Record, payload: bytes = b"", kind: int = AMQP) -> bytes:
    """Return a whole frame."""
    body = encode(record.to_value())
    return _HEADER.pack(HEADER_BYTES + len(body) + len(payload), 2, kind, channel) + body + payload
