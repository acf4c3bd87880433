"""From bytes to values. Every size, count and depth is checked before anything is built from it."""

import struct
from collections.abc import Callable
from uuid import UUID

from local.servicebus.codec import constructors as code
from local.servicebus.codec.types import (
    Array,
    Byte,
    Char,
    Decimal,
    Described,
    Float,
    Int,
    Long,
    Map,
    Short,
    Symbol,
    Timestamp,
    UByte,
    UInt,
    ULong,
    UShort,
    Value,
)
from local.servicebus.errors import DecodeError
from local.servicebus.limits import ELEMENTS, NESTING

Reader = Callable[[bytes, int, int], tuple[Value, int]]
"""Bytes, where the value's content starts, the levels above it; returns the value and where it ends."""

_U32 = struct.Struct(">I")
# Such elements take no bytes, so the size of a frame does not bound how many an array claims to have.
_WITHOUT_CONTENT = (code.NULL, code.TRUE, code.FALSE, code.UINT0, code.ULONG0, code.LIST0)
_MOST_WITHOUT_CONTENT = 255


def decode(data: bytes, at: int = 0, depth: int = 0) -> tuple[Value, int]:
    """Return the value that starts at ``at`` and where it ends.

    Raises:
        DecodeError: There is none, it is cut short, or it is larger or deeper than the limits.
    """
    try:
        return _READERS[data[at]](data, at + 1, depth)
    except KeyError:
        raise DecodeError(f"unknown constructor 0x{data[at]:02x}") from None
    except (IndexError, struct.error):
        raise DecodeError("a value is cut short") from None
    except UnicodeDecodeError:
        raise DecodeError("a string is not valid in its encoding") from None


def decode_whole(data: bytes) -> Value:
    """Return the one value that ``data`` is.

    Raises:
        DecodeError: It is none, or something follows it.
    """
    value, end = decode(data)
    if end != len(data):
        raise DecodeError(f"{len(data) - end} bytes follow a value")
    return value


def skip(data: bytes, at: int) -> int:
    """Return where the value at ``at`` ends, without a look into strings and binaries.

    Raises:
        DecodeError: As ``decode``.
    """
    if at < len(data) and data[at] in (code.BINARY8, code.BINARY32):
        try:
            return _span(data, at + 1, 1 if data[at] == code.BINARY8 else 4)[1]
        except (IndexError, struct.error):
            raise DecodeError("a value is cut short") from None
    return decode(data, at)[1]


def _constant(value: Value) -> Reader:
    return lambda _data, at, _depth: (value, at)


def _fixed(shape: str, kind: Callable[..., Value]) -> Reader:
    unpack, size = struct.Struct(shape).unpack_from, struct.calcsize(shape)
    return lambda data, at, _depth: (kind(unpack(data, at)[0]), at + size)


def _raw(size: int, kind: Callable[[bytes], Value]) -> Reader:
    def read(data: bytes, at: int, _depth: int) -> tuple[Value, int]:
        if at + size > len(data):
            raise DecodeError("a value is cut short")
        return kind(data[at : at + size]), at + size

    return read


def _char(raw: bytes) -> Char:
    return Char(raw.decode("utf-32-be"))


def _span(data: bytes, at: int, width: int) -> tuple[int, int]:
    """Start and end of content that says its size in ``width`` bytes."""
    size = data[at] if width == 1 else _U32.unpack_from(data, at)[0]
    start = at + width
    if size > len(data) - start:
        raise DecodeError(f"a value of {size} bytes is cut short")
    return start, start + size


def _variable(width: int, kind: Callable[[bytes], Value]) -> Reader:
    def read(data: bytes, at: int, _depth: int) -> tuple[Value, int]:
        start, end = _span(data, at, width)
        return kind(data[start:end]), end

    return read


def _symbol(raw: bytes) -> Symbol:
    return Symbol(raw.decode("ascii"))


def _counted(data: bytes, at: int, width: int, depth: int) -> tuple[int, int, int]:
    """Where the elements of a compound start, where it ends, how many there are."""
    if depth >= NESTING:
        raise DecodeError(f"values are nested deeper than {NESTING}")
    start, end = _span(data, at, width)
    if end - start < width:
        raise DecodeError("a compound value is cut short")
    count = data[start] if width == 1 else _U32.unpack_from(data, start)[0]
    if count > ELEMENTS:
        raise DecodeError(f"{count} elements, at most {ELEMENTS} are accepted")
    return start + width, end, count


def _elements(data: bytes, at: int, end: int, count: int, depth: int) -> list[Value]:
    if count > end - at:
        raise DecodeError(f"{count} elements do not fit into {end - at} bytes")
    values: list[Value] = []
    for _ in range(count):
        value, at = decode(data, at, depth)
        values.append(value)
    if at != end:
        raise DecodeError("the size of a compound value and its elements disagree")
    return values


def _list(width: int) -> Reader:
    def read(data: bytes, at: int, depth: int) -> tuple[Value, int]:
        start, end, count = _counted(data, at, width, depth)
        return _elements(data, start, end, count, depth + 1), end

    return read


def _map(width: int) -> Reader:
    def read(data: bytes, at: int, depth: int) -> tuple[Value, int]:
        start, end, count = _counted(data, at, width, depth)
        if count % 2:
            raise DecodeError(f"a map of {count} keys and values")
        values = _elements(data, start, end, count, depth + 1)
        return Map(tuple(zip(values[::2], values[1::2], strict=True))), end

    return read


def _array(width: int) -> Reader:
    def read(data: bytes, at: int, depth: int) -> tuple[Value, int]:
        start, end, count = _counted(data, at, width, depth)
        descriptor: Value = None
        if data[start] == code.DESCRIBED:
            descriptor, start = decode(data, start + 1, depth + 1)
        constructor = data[start]
        reader = _READERS.get(constructor)
        if reader is None or constructor == code.DESCRIBED:
            raise DecodeError(f"unknown constructor 0x{constructor:02x} of an array")
        at = start + 1
        if constructor in _WITHOUT_CONTENT and count > _MOST_WITHOUT_CONTENT:
            raise DecodeError(f"an array of {count} values without content")
        items: list[Value] = []
        for _ in range(count):
            item, at = reader(data, at, depth + 1)
            items.append(item)
        if at != end:
            raise DecodeError("the size of an array and its elements disagree")
        return Array(constructor, tuple(items), descriptor), end

    return read


def _described(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    if depth >= NESTING:
        raise DecodeError(f"values are nested deeper than {NESTING}")
    descriptor, at = decode(data, at, depth + 1)
    value, at = decode(data, at, depth + 1)
    return Described(descriptor, value), at


def _boolean(data: bytes, at: int, _depth: int) -> tuple[Value, int]:
    if data[at] > 1:
        raise DecodeError(f"a boolean of 0x{data[at]:02x}")
    return data[at] == 1, at + 1


def _empty_list(_data: bytes, at: int, _depth: int) -> tuple[Value, int]:
    return [], at


_READERS: dict[int, Reader] = {
    code.DESCRIBED: _described,
    code.NULL: _constant(None),
    code.TRUE: _constant(True),
    code.FALSE: _constant(False),
    code.BOOLEAN: _boolean,
    code.UBYTE: _fixed(">B", UByte),
    code.USHORT: _fixed(">H", UShort),
    code.UINT0: _constant(UInt(0)),
    code.SMALL_UINT: _fixed(">B", UInt),
    code.UINT: _fixed(">I", UInt),
    code.ULONG0: _constant(ULong(0)),
    code.SMALL_ULONG: _fixed(">B", ULong),
    code.ULONG: _fixed(">Q", ULong),
    code.BYTE: _fixed(">b", Byte),
    code.SHORT: _fixed(">h", Short),
    code.SMALL_INT: _fixed(">b", Int),
    code.INT: _fixed(">i", Int),
    code.SMALL_LONG: _fixed(">b", Long),
    code.LONG: _fixed(">q", Long),
    code.FLOAT: _fixed(">f", Float),
    code.DOUBLE: _fixed(">d", float),
    code.TIMESTAMP: _fixed(">q", Timestamp),
    code.DECIMAL32: _raw(4, Decimal),
    code.DECIMAL64: _raw(8, Decimal),
    code.DECIMAL128: _raw(16, Decimal),
    code.CHAR: _raw(4, _char),
    code.UUID: _raw(16, lambda raw: UUID(bytes=raw)),
    code.BINARY8: _variable(1, bytes),
    code.BINARY32: _variable(4, bytes),
    code.STRING8: _variable(1, bytes.decode),
    code.STRING32: _variable(4, bytes.decode),
    code.SYMBOL8: _variable(1, _symbol),
    code.SYMBOL32: _variable(4, _symbol),
    code.LIST0: _empty_list,
    code.LIST8: _list(1),
    code.LIST32: _list(4),
    code.MAP8: _map(1),
    code.MAP32: _map(4),
    code.ARRAY8: _array(1),
    code.ARRAY32: _array(4),
}
