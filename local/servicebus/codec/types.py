"""AMQP's types as Python values.

Python has one int and one str; AMQP has nine and two. A value keeps its AMQP type by its class, so that whatever is
decoded can be encoded again as what it was. A plain float is a double; a plain int has no AMQP type and is refused.
"""

from dataclasses import dataclass
from typing import TypeAlias, Union
from uuid import UUID


class UByte(int):
    """0..255."""


class UShort(int):
    """0..2**16-1."""


class UInt(int):
    """0..2**32-1."""


class ULong(int):
    """0..2**64-1."""


class Byte(int):
    """-128..127."""


class Short(int):
    """-2**15..2**15-1."""


class Int(int):
    """-2**31..2**31-1."""


class Long(int):
    """-2**63..2**63-1."""


class Timestamp(int):
    """Milliseconds since the epoch."""


class Float(float):
    """Binary32; a plain float is binary64."""


class Char(str):
    """One Unicode character."""

    __slots__ = ()


class Symbol(str):
    """A name from a constrained domain; ASCII."""

    __slots__ = ()


class Decimal(bytes):
    """Four, eight or sixteen bytes of IEEE 754 decimal32, 64 or 128, passed through as they came."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Map:
    """Keys and values in order. No dict: keys of different AMQP types are different keys, and need not be hashable."""

    pairs: tuple[tuple["Value", "Value"], ...] = ()

    def get(self, name: str) -> "Value":
        """Return the value under a string or symbol, None when there is none."""
        for key, value in self.pairs:
            if isinstance(key, str) and key == name:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Array:
    """Values of one type. ``code`` is the constructor that all of them have on the wire."""

    code: int
    items: tuple["Value", ...] = ()
    descriptor: "Value" = None


@dataclass(frozen=True, slots=True)
class Described:
    """A value with a descriptor that says what it is."""

    descriptor: "Value"
    value: "Value"


# Union, for a name in quotes has no "|".
Value: TypeAlias = Union[  # noqa: UP007
    bool,
    UByte,
    UShort,
    UInt,
    ULong,
    Byte,
    Short,
    Int,
    Long,
    Timestamp,
    float,
    str,
    bytes,
    UUID,
    list["Value"],
    Map,
    Array,
    Described,
    None,
]
