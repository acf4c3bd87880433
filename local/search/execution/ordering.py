"""``$orderby``: by fields and by score."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local.search.definitions import IndexDefinition
from local.search.errors import SearchError, bad_request, unsupported
from local.search.odata.binding import Bound, walk
from local.search.odata.parser import parse_order
from local.search.odata.syntax import Call, ODataSyntaxError
from local.search.store.columns import Table


@dataclass(frozen=True, slots=True)
class OrderBy:
    """``by`` None: the score."""

    by: Bound | None
    descending: bool


def parse_order_by(text: str | None, definition: IndexDefinition) -> tuple[OrderBy, ...]:
    """Raises: SearchError: 400 for what is no order, or a field that cannot be sorted by."""
    if not text or not text.strip():
        return ()
    try:
        orders = parse_order(text)
    except ODataSyntaxError as error:
        raise _invalid(str(error)) from None
    found: list[OrderBy] = []
    for order in orders:
        if isinstance(order.by, Call):
            if order.by.name == "geo.distance":
                raise unsupported("geo.distance in orderby")
            if order.by.name != "search.score" or order.by.arguments:
                raise _invalid(f"The function '{order.by.name}' cannot be used in orderby")
            found.append(OrderBy(None, order.descending))
            continue
        bound = walk(order.by.names, definition.fields)
        if not bound.field.sortable:
            raise _invalid(
                f"'{bound.field.path}' is not a sortable field. Only sortable fields can be used in orderby expressions"
            )
        found.append(OrderBy(bound, order.descending))
    return tuple(found)


def ordered(
    orders: tuple[OrderBy, ...], rows: NDArray[np.int64], scores: NDArray[np.float64], table: Table, count: int
) -> NDArray[np.int64]:
    """Places of ``rows`` in order. Null comes first ascending and last descending; ties go by score, then by row."""
    keys: list[NDArray[Any]] = [rows, -scores]
    for order in reversed(orders):
        values: NDArray[np.float64] = scores if order.by is None else order.by.column(table).order(rows, count)
        absent = np.isnan(values)
        values = np.where(absent, 0.0, values)
        keys.append(-values if order.descending else values)
        keys.append(absent if order.descending else ~absent)
    return np.lexsort(keys)


def _invalid(reason: str) -> SearchError:
    return bad_request(f"Invalid expression: {reason}.\r\nParameter name: $orderby")
