"""Arithmetic, bitwise operators and functions on numbers. JSON has no infinity: such a result is undefined."""

import math
import operator
import random
from collections.abc import Callable
from typing import Any, TypeAlias

from local.cosmos.sql.values import EXACT, UNDEFINED, number

Function: TypeAlias = Callable[..., Any]


def is_number(value: Any) -> bool:
    kind = type(value)
    return kind is int or kind is float


def numeric(function: Callable[..., Any]) -> Function:
    """``function`` on numbers only; what it cannot compute is undefined."""

    def apply(*args: Any) -> Any:
        if not all(map(is_number, args)):
            return UNDEFINED
        try:
            return number(function(*args))
        except (ValueError, OverflowError, ZeroDivisionError):
            return UNDEFINED

    return apply


def _integers(function: Callable[[int, int], int]) -> Function:
    """The 64-bit integer functions: undefined for anything but whole numbers."""

    def apply(left: Any, right: Any) -> Any:
        if not is_number(left) or not is_number(right) or left % 1 or right % 1:
            return UNDEFINED
        try:
            return number(_wrapped(function(int(left), int(right)), 64))
        except (ValueError, OverflowError, ZeroDivisionError):
            return UNDEFINED

    return apply


def _wrapped(value: int, bits: int) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def int32(value: float) -> int:
    """The conversion of the bitwise operators, as in JavaScript."""
    return _wrapped(int(value), 32)


def _on_int32(function: Callable[[int, int], int]) -> Function:
    def apply(left: float, right: float) -> int:
        return _wrapped(function(int32(left), int32(right)), 32)

    return numeric(apply)


def _shift_left(left: int, right: int) -> int:
    return left << (right & 31)


def _shift_right(left: int, right: int) -> int:
    return left >> (right & 31)


def _shift_right_unsigned(left: float, right: float) -> int:
    return (int32(left) & 0xFFFFFFFF) >> (int32(right) & 31)


def _complement(value: float) -> int:
    return ~int32(value)


OPERATORS: dict[str, Function] = {
    "+": numeric(operator.add),
    "-": numeric(operator.sub),
    "*": numeric(operator.mul),
    "/": numeric(operator.truediv),
    "%": numeric(math.fmod),
    "&": _on_int32(operator.and_),
    "|": _on_int32(operator.or_),
    "^": _on_int32(operator.xor),
    "<<": _on_int32(_shift_left),
    ">>": _on_int32(_shift_right),
    ">>>": numeric(_shift_right_unsigned),
}
SIGNS: dict[str, Function] = {
    "-": numeric(operator.neg),
    "+": numeric(operator.pos),
    "~": numeric(_complement),
}


def _round(value: float, digits: float = 0) -> float:
    """Half away from zero, as the service rounds."""
    places = int(digits)
    if not 0 <= places <= 15:
        return math.nan
    if isinstance(value, int):
        return value
    scale = 10**places
    scaled = abs(value) * scale
    if scaled >= EXACT:
        return value
    return math.copysign(math.floor(scaled + 0.5) / scale, value)


def _log(value: float, base: float = math.e) -> float:
    return math.log(value) if base == math.e else math.log(value, base)


def _cot(value: float) -> float:
    return 1 / math.tan(value)


def _trunc(value: float) -> int:
    return math.trunc(value)


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _square(value: float) -> float:
    return value * value


def _truncated_division(left: int, right: int) -> int:
    quotient = abs(left) // abs(right)
    return quotient if (left >= 0) == (right > 0) else -quotient


def _truncated_remainder(left: int, right: int) -> int:
    remainder = abs(left) % abs(right)
    return remainder if left >= 0 else -remainder


def _bin(value: float, size: float = 1) -> float:
    return math.floor(value / size) * size


FUNCTIONS: dict[str, tuple[int, int, Function]] = {
    "ABS": (1, 1, numeric(operator.abs)),
    "ACOS": (1, 1, numeric(math.acos)),
    "ASIN": (1, 1, numeric(math.asin)),
    "ATAN": (1, 1, numeric(math.atan)),
    "ATN2": (2, 2, numeric(math.atan2)),
    "CEILING": (1, 1, numeric(math.ceil)),
    "COS": (1, 1, numeric(math.cos)),
    "COT": (1, 1, numeric(_cot)),
    "DEGREES": (1, 1, numeric(math.degrees)),
    "EXP": (1, 1, numeric(math.exp)),
    "FLOOR": (1, 1, numeric(math.floor)),
    "LOG": (1, 2, numeric(_log)),
    "LOG10": (1, 1, numeric(math.log10)),
    "NUMBERBIN": (1, 2, numeric(_bin)),
    "PI": (0, 0, lambda: math.pi),
    "POWER": (2, 2, numeric(math.pow)),
    "RADIANS": (1, 1, numeric(math.radians)),
    "RAND": (0, 0, random.random),
    "ROUND": (1, 2, numeric(_round)),
    "SIGN": (1, 1, numeric(_sign)),
    "SIN": (1, 1, numeric(math.sin)),
    "SQRT": (1, 1, numeric(math.sqrt)),
    "SQUARE": (1, 1, numeric(_square)),
    "TAN": (1, 1, numeric(math.tan)),
    "TRUNC": (1, 1, numeric(_trunc)),
    "INTADD": (2, 2, _integers(operator.add)),
    "INTSUB": (2, 2, _integers(operator.sub)),
    "INTMUL": (2, 2, _integers(operator.mul)),
    "INTDIV": (2, 2, _integers(_truncated_division)),
    "INTMOD": (2, 2, _integers(_truncated_remainder)),
    "INTBITAND": (2, 2, _integers(operator.and_)),
    "INTBITOR": (2, 2, _integers(operator.or_)),
    "INTBITXOR": (2, 2, _integers(operator.xor)),
}
