"""From values to bytes, each in the shortest encoding of its type."""

import struct
from collections.abc import Callable
from typing import Any
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

Put = Callable[[bytearray, Any], None]
"""Appends a value, or its content. Which one is chosen by the value's type or constructor, so it takes any."""

_SMALL = 256
_DECIMALS = {4: code.DECIMAL32, 8: code.DECIMAL64, 16: code.DECIMAL128}


def encode(value: Value) -> bytes:
    """Return ``value`` on the wire.

    Raises:
        TypeError: It has no AMQP type, as a plain int has none.
        struct.error: It is outside the range of its type.
    """
    out = bytearray()
    write(out, value)
    return bytes(out)


def write(out: bytearray, value: Value) -> None:
    """Append ``value`` to ``out``. Raises as ``encode``."""
    writer = _WRITERS.get(type(value))
    if writer is None:
        raise TypeError(f"{type(value).__name__} has no AMQP type")
    writer(out, value)


def write_compound(out: bytearray, small: int, large: int, count: int, content: bytes | bytearray) -> None:
    """Append a list or map whose ``count`` elements are encoded in ``content``."""
    # The size counts the bytes of the count too.
    if len(content) + 1 < _SMALL and count < _SMALL:
        out += bytes((small, len(content) + 1, count))
    else:
        out += struct.pack(">BII", large, len(content) + 4, count)
    out += content


def _null(out: bytearray, _value: Any) -> None:
    out.append(code.NULL)


def _boolean(out: bytearray, value: Any) -> None:
    out.append(code.TRUE if value else code.FALSE)


def _number(shape: str) -> Put:
    pack = struct.Struct(shape).pack

    def put(out: bytearray, value: Any) -> None:
        out += pack(value)

    return put


def _fixed(constructor: int, shape: str) -> Put:
    pack = struct.Struct(">B" + shape).pack

    def put(out: bytearray, value: Any) -> None:
        out += pack(constructor, value)

    return put


def _sized(zero: int | None, small: int, large: int, shape: str) -> Put:
    """An integer with encodings of no, one, or all bytes."""
    pack = struct.Struct(">B" + shape).pack
    lowest, highest = (0, 255) if shape.isupper() else (-128, 127)

    def put(out: bytearray, value: Any) -> None:
        if value == 0 and zero is not None:
            out.append(zero)
        elif lowest <= value <= highest:
            out += bytes((small, value & 0xFF))
        else:
            out += pack(large, value)

    return put


def _bytes(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode("ascii" if isinstance(value, Symbol) else "utf-8")
    return value


def _variable(small: int, large: int) -> Put:
    def put(out: bytearray, value: Any) -> None:
        content = _bytes(value)
        if len(content) < _SMALL:
            out += bytes((small, len(content)))
        else:
            out += struct.pack(">BI", large, len(content))
        out += content

    return put


def _char(out: bytearray, value: Any) -> None:
    out.append(code.CHAR)
    _char_content(out, value)


def _char_content(out: bytearray, value: Any) -> None:
    out += value.encode("utf-32-be")


def _decimal(out: bytearray, value: Any) -> None:
    out.append(_DECIMALS[len(value)])
    out += value


def _uuid(out: bytearray, value: Any) -> None:
    out.append(code.UUID)
    _uuid_content(out, value)


def _uuid_content(out: bytearray, value: Any) -> None:
    out += value.bytes


def _described(out: bytearray, value: Any) -> None:
    out.append(code.DESCRIBED)
    write(out, value.descriptor)
    write(out, value.value)


def _list(out: bytearray, value: Any) -> None:
    count, content = _elements(value)
    if count:
        write_compound(out, code.LIST8, code.LIST32, count, content)
    else:
        out.append(code.LIST0)


def _map(out: bytearray, value: Any) -> None:
    count, content = _elements(value)
    write_compound(out, code.MAP8, code.MAP32, count, content)


def _elements(value: Any) -> tuple[int, bytearray]:
    content = bytearray()
    count = 0
    if isinstance(value, Map):
        for key, item in value.pairs:
            write(content, key)
            write(content, item)
            count += 2
    else:
        for item in value:
            write(content, item)
        count = len(value)
    return count, content


def _array(out: bytearray, value: Any) -> None:
    count, content = _array_elements(value)
    write_compound(out, code.ARRAY8, code.ARRAY32, count, content)


def _array_elements(value: Any) -> tuple[int, bytearray]:
    content = bytearray()
    if value.descriptor is not None:
        content.append(code.DESCRIBED)
        write(content, value.descriptor)
    content.append(value.code)
    put = _CONTENTS[value.code]
    for item in value.items:
        put(content, item)
    return len(value.items), content


def _variable_content(width: int) -> Put:
    def put(out: bytearray, value: Any) -> None:
        content = _bytes(value)
        out += len(content).to_bytes(width, "big") + content

    return put


def _compound_content(width: int, elements: Callable[[Any], tuple[int, bytearray]]) -> Put:
    def put(out: bytearray, value: Any) -> None:
        count, content = elements(value)
        out += (len(content) + width).to_bytes(width, "big") + count.to_bytes(width, "big") + content

    return put


def _nothing(_out: bytearray, _value: Any) -> None:
    """Everything is in the constructor."""


def _decimal_content(out: bytearray, value: Any) -> None:
    out += value


_WRITERS: dict[type, Put] = {
    type(None): _null,
    bool: _boolean,
    UByte: _fixed(code.UBYTE, "B"),
    UShort: _fixed(code.USHORT, "H"),
    UInt: _sized(code.UINT0, code.SMALL_UINT, code.UINT, "I"),
    ULong: _sized(code.ULONG0, code.SMALL_ULONG, code.ULONG, "Q"),
    Byte: _fixed(code.BYTE, "b"),
    Short: _fixed(code.SHORT, "h"),
    Int: _sized(None, code.SMALL_INT, code.INT, "i"),
    Long: _sized(None, code.SMALL_LONG, code.LONG, "q"),
    Timestamp: _fixed(code.TIMESTAMP, "q"),
    Float: _fixed(code.FLOAT, "f"),
    float: _fixed(code.DOUBLE, "d"),
    Char: _char,
    Decimal: _decimal,
    UUID: _uuid,
    bytes: _variable(code.BINARY8, code.BINARY32),
    str: _variable(code.STRING8, code.STRING32),
    Symbol: _variable(code.SYMBOL8, code.SYMBOL32),
    list: _list,
    Map: _map,
    Array: _array,
    Described: _described,
}

# How the elements of an array are written: all have the array's constructor, so only their content is.
_CONTENTS: dict[int, Put] = {
    code.NULL: _nothing,
    code.TRUE: _nothing,
    code.FALSE: _nothing,
    code.UINT0: _nothing,
    code.ULONG0: _nothing,
    code.LIST0: _nothing,
    code.BOOLEAN: _number(">?"),
    code.UBYTE: _number(">B"),
    code.USHORT: _number(">H"),
    code.SMALL_UINT: _number(">B"),
    code.UINT: _number(">I"),
    code.SMALL_ULONG: _number(">B"),
    code.ULONG: _number(">Q"),
    code.BYTE: _number(">b"),
    code.SHORT: _number(">h"),
    code.SMALL_INT: _number(">b"),
    code.INT: _number(">i"),
    code.SMALL_LONG: _number(">b"),
    code.LONG: _number(">q"),
    code.FLOAT: _number(">f"),
    code.DOUBLE: _number(">d"),
    code.TIMESTAMP: _number(">q"),
    code.DECIMAL32: _decimal_content,
    code.DECIMAL64: _decimal_content,
    code.DECIMAL128: _decimal_content,
    code.CHAR: _char_content,
    code.UUID: _uuid_content,
    code.BINARY8: _variable_content(1),
    code.BINARY32: _variable_content(4),
    code.STRING8: _variable_content(1),
    code.STRING32: _variable_content(4),
    code.SYMBOL8: _variable_content(1),
    code.SYMBOL32: _variable_content(4),
    code.LIST8: _compound_content(1, _elements),
    code.LIST32: _compound_content(4, _elements),
    code.MAP8: _compound_content(1, _elements),
    code.MAP32: _compound_content(4, _elements),
    code.ARRAY8: _compound_content(1, _array_elements),
    code.ARRAY32: _compound_content(4, _array_elements),
}
