"""``field operator constant`` over a column, with the service's rules about types and null."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from local.search.errors import SearchError, bad_request
from local.search.fields import NUMBERS, STRING, Field
from local.search.odata.syntax import Constant, Instant
from local.search.store.columns import Mask, NumberColumn, TextColumn

_KINDS = {
    "eq": "Equal",
    "ne": "NotEqual",
    "gt": "GreaterThan",
    "ge": "GreaterThanOrEqual",
    "lt": "LessThan",
    "le": "LessThanOrEqual",
}
_EDM: dict[type, str] = {
    bool: "Edm.Boolean",
    int: "Edm.Int64",
    float: "Edm.Double",
    str: "Edm.String",
    Instant: "Edm.DateTimeOffset",
}
_ORDERS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


def compare(field: Field, sign: str, value: Constant) -> Callable[[Any, int], Mask]:
    """The rows for which ``field sign value`` holds. Null equals only null, and is neither less nor greater.

    Raises:
        SearchError: 400 when the constant is of another type than the field.
    """
    if value is None:
        return _null(field, sign)
    if sign == "ne":
        equal = compare(field, "eq", value)
        return lambda column, count: ~equal(column, count)
    if field.type == STRING:
        return _text(field, sign, value)
    if field.type == "Edm.Boolean" and (not isinstance(value, bool) or sign != "eq"):
        raise _types(field, sign, value)
    if field.type in NUMBERS and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise _types(field, sign, value)
    if field.type == "Edm.DateTimeOffset" and not isinstance(value, Instant):
        raise _types(field, sign, value)
    number: Any = value.microseconds if isinstance(value, Instant) else value
    return _number(sign, number)


def _null(field: Field, sign: str) -> Callable[[Any, int], Mask]:
    if sign not in ("eq", "ne"):
        raise _types(field, sign, None)
    return lambda column, count: column.present(count) if sign == "ne" else ~column.present(count)


def _text(field: Field, sign: str, value: Constant) -> Callable[[TextColumn, int], Mask]:
    if not isinstance(value, str):
        raise _types(field, sign, value)
    if sign == "eq":
        return lambda column, count: column.among((value,), count)
    order = _ORDERS[sign]

    def passes(other: str) -> bool:
        return order(other, value)

    return lambda column, count: column.matching(count, passes)


def _number(sign: str, value: float) -> Callable[[NumberColumn, int], Mask]:
    order = _ORDERS[sign]

    def run(column: NumberColumn, count: int) -> Mask:
        values = column.values(count)
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            # Beyond what the column can hold, every value is on the same side.
            verdict = bool(order(0.0, float("inf") if value > 0 else float("-inf")))
            return np.full(count, verdict, np.bool_) & column.present(count)
        return order(values, value) & column.present(count)

    return run


def _types(field: Field, sign: str, value: Constant) -> SearchError:
    kind = "null" if value is None else _EDM[type(value)]
    return bad_request(
        "Invalid expression: A binary operator with incompatible types was detected. Found operand types "
        f"'{field.type}' (the field '{field.path}') and '{kind}' for operator kind '{_KINDS[sign]}'.\r\n"
        "Parameter name: $filter"
    )
