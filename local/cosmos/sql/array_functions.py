"""Functions on arrays, objects and types."""

from typing import Any

from local.cosmos.sql.string_functions import bounded
from local.cosmos.sql.values import UNDEFINED, equal, fingerprint


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def array_concat(*arrays: Any) -> Any:
    if not all(isinstance(array, list) for array in arrays):
        return UNDEFINED
    bounded(sum(map(len, arrays)))
    return [item for array in arrays for item in array]


def _partly(item: Any, wanted: Any) -> bool:
    """Whether the object ``item`` has at least what ``wanted`` has."""
    if not isinstance(item, dict) or not isinstance(wanted, dict):
        return equal(item, wanted)
    return all(name in item and _partly(item[name], value) for name, value in wanted.items())


def array_contains(array: Any, wanted: Any, partial: Any = False) -> Any:
    if not isinstance(array, list) or wanted is UNDEFINED or not isinstance(partial, bool):
        return UNDEFINED
    if partial:
        return any(_partly(item, wanted) for item in array)
    # `in` runs at C speed; equal() then tells True from 1.
    return wanted in array and any(equal(item, wanted) for item in array)


def array_contains_any(array: Any, *wanted: Any) -> Any:
    if not isinstance(array, list):
        return UNDEFINED
    return any(array_contains(array, value) is True for value in wanted)


def array_contains_all(array: Any, *wanted: Any) -> Any:
    if not isinstance(array, list):
        return UNDEFINED
    return all(array_contains(array, value) is True for value in wanted)


def array_length(array: Any) -> Any:
    return len(array) if isinstance(array, list) else UNDEFINED


def array_slice(array: Any, start: Any, count: Any = None) -> Any:
    if not isinstance(array, list) or not _is_number(start) or not (count is None or _is_number(count)):
        return UNDEFINED
    first = int(start)
    if first < 0:
        first = max(0, len(array) + first)
    return array[first:] if count is None else array[first : first + max(0, int(count))]


def set_intersect(left: Any, right: Any) -> Any:
    if not isinstance(left, list) or not isinstance(right, list):
        return UNDEFINED
    other = {fingerprint(item) for item in right}
    return _distinct([item for item in left if fingerprint(item) in other])


def set_union(left: Any, right: Any) -> Any:
    if not isinstance(left, list) or not isinstance(right, list):
        return UNDEFINED
    return _distinct(left + right)


def set_difference(left: Any, right: Any) -> Any:
    if not isinstance(left, list) or not isinstance(right, list):
        return UNDEFINED
    other = {fingerprint(item) for item in right}
    return _distinct([item for item in left if fingerprint(item) not in other])


def _distinct(items: list[Any]) -> list[Any]:
    return list({fingerprint(item): item for item in reversed(items)}.values())[::-1]


def object_to_array(value: Any) -> Any:
    if not isinstance(value, dict):
        return UNDEFINED
    return [{"k": name, "v": item} for name, item in value.items()]


def choose(index: Any, *values: Any) -> Any:
    if not isinstance(index, int) or isinstance(index, bool) or not 1 <= index <= len(values):
        return UNDEFINED
    return values[index - 1]


def iif(condition: Any, then: Any, otherwise: Any) -> Any:
    return then if condition is True else otherwise


def is_defined(value: Any) -> bool:
    return value is not UNDEFINED


def is_null(value: Any) -> bool:
    return value is None


def is_string(value: Any) -> bool:
    return isinstance(value, str)


def is_number(value: Any) -> bool:
    return _is_number(value)


def is_integer(value: Any) -> bool:
    return _is_number(value) and float(value).is_integer() and abs(value) < 2**63


def is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def is_array(value: Any) -> bool:
    return isinstance(value, list)


def is_object(value: Any) -> bool:
    return isinstance(value, dict)


def is_primitive(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, float, str))
