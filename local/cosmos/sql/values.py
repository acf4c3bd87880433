"""JSON values as the query language sees them: undefined beside null, strict types, one order over all."""

from enum import Enum
from functools import cmp_to_key
from typing import Any, Final

import orjson


class Undefined(Enum):
    """The value of what is not there; never stored, never returned."""

    UNDEFINED = "undefined"

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED: Final = Undefined.UNDEFINED

_RANKS = {Undefined: 0, type(None): 1, bool: 2, int: 3, float: 3, str: 4, list: 5, dict: 6}

EXACT = 2**53
"""Whole numbers up to here are exact in the double that JSON numbers are."""


def rank(value: Any) -> int:
    """Place of the value's type in the order: undefined, null, boolean, number, string, array, object."""
    return _RANKS[type(value)]


def equal(left: Any, right: Any) -> bool:
    """Deep equality without Python's ``True == 1``."""
    kind = type(left)
    if kind is bool or type(right) is bool:
        return left is right
    if kind is list:
        return type(right) is list and len(left) == len(right) and all(map(equal, left, right))
    if kind is dict:
        return (
            type(right) is dict
            and left.keys() == right.keys()
            and all(equal(value, right[name]) for name, value in left.items())
        )
    if kind is int or kind is float:
        return type(right) in (int, float) and float(left) == float(right)
    return left == right


def compare(left: Any, right: Any) -> int:
    """Total order over all values: by type first, then by value."""
    difference = rank(left) - rank(right)
    if difference:
        return difference
    if isinstance(left, list):
        for mine, other in zip(left, right, strict=False):
            difference = compare(mine, other)
            if difference:
                return difference
        return len(left) - len(right)
    if isinstance(left, dict):
        return compare(
            [part for name in sorted(left) for part in (name, left[name])],
            [part for name in sorted(right) for part in (name, right[name])],
        )
    if left is None or left is UNDEFINED:
        return 0
    return (left > right) - (left < right)


_sortable = cmp_to_key(compare)


def order_key(value: Any) -> Any:
    """A key that sorts as ``compare`` does, in tuples of C speed for all but arrays and objects."""
    place = _RANKS[type(value)]
    if place == 3 or place == 4 or place == 2:
        return (place, value)
    if place < 2:
        return (place, 0)
    return (place, _sortable(value))


def fingerprint(value: Any) -> bytes:
    """Bytes that are the same for equal values: the key of DISTINCT and GROUP BY."""
    if value is UNDEFINED:
        return b""
    return orjson.dumps(_normalised(value), option=orjson.OPT_SORT_KEYS)


def _normalised(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return int(value)
    if isinstance(value, list):
        return [_normalised(item) for item in value]
    if isinstance(value, dict):
        return {name: _normalised(item) for name, item in value.items()}
    return value


def number(value: int | float) -> Any:
    """``value`` as a JSON number: undefined when it is none, a double when it is too large to be exact."""
    if isinstance(value, int):
        return value if -EXACT <= value <= EXACT else float(value)
    if value != value or value in (float("inf"), float("-inf")):
        return UNDEFINED
    return int(value) if value.is_integer() and abs(value) < EXACT else value
