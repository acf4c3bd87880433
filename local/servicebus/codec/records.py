"""Described lists with named fields, as frames carry them (AMQP 1.0, part 1.4), and how they are read and written.

A record knows its descriptor and, in the order of the wire, the kind of each field. A null or missing field has its
default; trailing nulls are not written.
"""

import re
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any, ClassVar, TypeVar

from local.servicebus.codec.types import Array, Described, Map, Symbol, UByte, UInt, ULong, UShort, Value
from local.servicebus.errors import INVALID_FIELD, DecodeError, Violation

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
SYMBOL = Kind("a symbol", lambda value: isinstance(value, str), Symbol)
SYMBOLS = _as_is("symbols", str, Array)


# A descriptor may be a number or be spelled out: 0x41 is amqp:sasl-init:list.
_NUMBERS: dict[str, int] = {}


@dataclass(slots=True)
class Record:
    """A described list with named fields."""

    DESCRIPTOR: ClassVar[int]
    KINDS: ClassVar[tuple[Kind, ...]]
    NULLABLE: ClassVar[tuple[str, ...]] = ()
    """Fields without a default, because mandatory ones follow them, that may be null."""

    def __init_subclass__(cls) -> None:
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", cls.__name__).lower()
        _NUMBERS[f"amqp:{name}:list"] = cls.DESCRIPTOR

    def to_value(self) -> Described:
        """Return the record as a value to encode."""
        values: list[Value] = []
        for (name, _), kind in zip(_fields_of(type(self)), self.KINDS, strict=True):
            value = getattr(self, name)
            values.append(None if value is None else kind.wrap(value))
        while values and values[-1] is None:
            values.pop()
        return Described(ULong(self.DESCRIPTOR), values)


@cache
def _fields_of(kind: type[Record]) -> list[tuple[str, bool]]:
    """Names, and whether a value must be there."""
    return [(field.name, field.default is MISSING and field.name not in kind.NULLABLE) for field in fields(kind)]


def descriptor_of(value: Described) -> int:
    """Return the number of a descriptor, spelled out or not; -1 for one that is neither."""
    descriptor = value.descriptor
    if isinstance(descriptor, ULong):
        return int(descriptor)
    return _NUMBERS.get(descriptor, -1) if isinstance(descriptor, Symbol) else -1


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
    return _from_fields(kind, value.value)


def _from_fields(kind: type[R], values: list[Value]) -> R:
    if len(values) > len(kind.KINDS):
        raise DecodeError(f"{kind.__name__.lower()} with {len(values)} fields, it has {len(kind.KINDS)}")
    names = _fields_of(kind)
    given: dict[str, Value] = dict.fromkeys(kind.NULLABLE)
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
