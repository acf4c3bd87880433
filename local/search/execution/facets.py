"""Facets: how many results have which value of a field."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local.search import limits
from local.search.definitions import IndexDefinition
from local.search.errors import SearchError, bad_request, shown
from local.search.fields import NUMBERS, Field
from local.search.store.columns import CollectionColumn, NumberColumn, Table, TextColumn
from local.search.store.values import EPOCH, instant, microseconds

SORTS = ("count", "-count", "value", "-value")
_CALENDAR = ("minute", "hour", "day", "week", "month", "quarter", "year")
_NUMBER = re.compile(r"-?\d{1,300}(\.\d{1,300})?")


@dataclass(frozen=True, slots=True)
class Facet:
    """``bounds``: of ranges; ``interval``: width of the buckets, or a unit of the calendar."""

    field: Field
    count: int = limits.FACET_COUNT
    sort: str = "count"
    bounds: tuple[float, ...] = ()
    interval: float | str | None = None


def parse_facet(text: str, definition: IndexDefinition) -> Facet:
    """A facet expression such as ``resin,count:5,sort:-value`` or ``L,values:20|40|60``.

    Raises:
        SearchError: 400 naming the field or the option that is wrong.
    """
    name, *parts = [part.strip() for part in text.split(",")]
    field = definition.find(name)
    if field is None:
        raise _wrong(text, f"Could not find a property named {shown(name)} on type 'search.document'")
    if not field.facetable or field.is_complex or field.is_vector:
        raise _wrong(text, f"The field '{name}' is not facetable")
    options: dict[str, str] = {}
    for part in parts:
        option, colon, value = part.partition(":")
        if not colon or option not in ("count", "sort", "values", "interval") or option in options:
            raise _wrong(text, f"the option {shown(part)} is not known or there twice")
        options[option] = value
    if ("values" in options and len(options) > 1) or ("interval" in options and "sort" in options):
        raise _wrong(text, "'values' stands alone, and 'interval' without 'sort'")
    return Facet(
        field,
        _count(text, options),
        _sort(text, options),
        _bounds(text, field, options),
        _interval(text, field, options),
    )


def _count(text: str, options: dict[str, str]) -> int:
    value = options.get("count", str(limits.FACET_COUNT))
    if not value.isdigit() or len(value) > 9:
        raise _wrong(text, f"'count' is followed by a whole number, not {shown(value)}")
    return int(value)


def _sort(text: str, options: dict[str, str]) -> str:
    value = options.get("sort", "count")
    if value not in SORTS:
        raise _wrong(text, f"'sort' is followed by one of {', '.join(SORTS)}, not {shown(value)}")
    return value


def _bounds(text: str, field: Field, options: dict[str, str]) -> tuple[float, ...]:
    if "values" not in options:
        return ()
    found: list[float] = []
    for value in options["values"].split("|"):
        if field.type == "Edm.DateTimeOffset":
            moment = microseconds(value.strip())
        else:
            moment = float(value) if field.type in NUMBERS and _NUMBER.fullmatch(value.strip()) else None
        if moment is None:
            raise _wrong(
                text, f"'values' is followed by values of type {field.type} with '|' between, not {shown(value)}"
            )
        found.append(moment)
    if found != sorted(set(found)):
        raise _wrong(text, "'values' must be in ascending order")
    return tuple(found)


def _interval(text: str, field: Field, options: dict[str, str]) -> float | str | None:
    value = options.get("interval")
    if value is None:
        return None
    if field.type == "Edm.DateTimeOffset" and value in _CALENDAR:
        return value
    if field.type in NUMBERS and _NUMBER.fullmatch(value) and float(value) > 0:
        return float(value)
    expected = "|".join(_CALENDAR) if field.type == "Edm.DateTimeOffset" else "a number over 0, for a field of numbers"
    raise _wrong(text, f"'interval' is followed by {expected}, not {shown(value)}")


def facet_counts(facet: Facet, rows: NDArray[np.int64], table: Table, count: int) -> list[dict[str, Any]]:
    """The buckets of ``facet`` over ``rows``; a document counts once in a bucket, null counts in none."""
    column, owners, places, size = _elements(facet.field, rows, table, count)
    present = column.present(size)[places]
    owners, places = owners[present], places[present]
    if isinstance(column, TextColumn):
        counted = _counted(owners, column.codes(size)[places])
        return _listed(facet, [(column.value(int(code)), number) for code, number in counted])
    values = column.values(size)[places]
    if facet.bounds:
        return _ranges(facet, owners, values)
    if facet.interval is not None:
        values = _starts(facet.interval, values)
    buckets = [(_shown_number(facet.field, value), number) for value, number in _counted(owners, values)]
    if facet.interval is not None:
        return [{"value": value, "count": number} for value, number in buckets]
    return _listed(facet, buckets)


def _elements(
    field: Field, rows: NDArray[np.int64], table: Table, count: int
) -> tuple[TextColumn | NumberColumn, NDArray[np.int64], NDArray[np.int64], int]:
    """The column of ``field``, and for each value in it that belongs to ``rows``: whose it is, and its place."""
    found: Any = table
    owners = places = rows
    for name in field.path.split("/"):
        found = found[name]
        if isinstance(found, CollectionColumn):
            starts = found.starts(count)[places]
            lengths = found.ends(count)[places] - starts
            owners = np.repeat(owners, lengths)
            before = np.repeat(np.cumsum(lengths) - lengths, lengths)
            places = np.repeat(starts, lengths) + np.arange(len(before)) - before
            count, found = found.element_count(count), found.elements
    return found, owners, places, count


def _counted(owners: NDArray[np.int64], values: NDArray[Any]) -> list[tuple[Any, int]]:
    """The different values in ascending order, each with how many owners have it."""
    if not len(values):
        return []
    different, codes = np.unique(values, return_inverse=True)
    width = int(owners.max()) + 1
    pairs = np.unique(codes.astype(np.int64) * width + owners)
    return list(zip(different.tolist(), np.bincount(pairs // width).tolist(), strict=True))


def _listed(facet: Facet, buckets: list[tuple[Any, int]]) -> list[dict[str, Any]]:
    """The first ``count`` in the order asked for; 0 is all of them."""
    if facet.sort in ("value", "-value"):
        buckets = sorted(buckets, key=lambda bucket: bucket[0], reverse=facet.sort == "-value")
    else:
        sign = -1 if facet.sort == "count" else 1
        buckets = sorted(buckets, key=lambda bucket: (sign * bucket[1], bucket[0]))
    return [{"value": value, "count": number} for value, number in buckets[: facet.count or None]]


def _ranges(facet: Facet, owners: NDArray[np.int64], values: NDArray[Any]) -> list[dict[str, Any]]:
    """Below the first bound, between two of them (the lower included), from the last one on."""
    counts = dict(_counted(owners, np.searchsorted(np.array(facet.bounds), values, side="right")))
    found: list[dict[str, Any]] = []
    for place in range(len(facet.bounds) + 1):
        bucket: dict[str, Any] = {"count": counts.get(place, 0)}
        if place > 0:
            bucket["from"] = _shown_number(facet.field, facet.bounds[place - 1])
        if place < len(facet.bounds):
            bucket["to"] = _shown_number(facet.field, facet.bounds[place])
        found.append(bucket)
    return found


def _starts(interval: float | str, values: NDArray[Any]) -> NDArray[Any]:
    """The start of the bucket of each value."""
    if isinstance(interval, str):
        return np.array([_calendar_start(interval, int(value)) for value in values], np.int64)
    return np.floor(values / interval) * interval


def _calendar_start(unit: str, value: int) -> int:
    moment = EPOCH + timedelta(microseconds=value)
    start = moment.replace(second=0, microsecond=0)
    if unit != "minute":
        start = start.replace(minute=0)
    if unit not in ("minute", "hour"):
        start = start.replace(hour=0)
    if unit == "week":
        start -= timedelta(days=start.weekday())
    if unit in ("month", "quarter", "year"):
        start = start.replace(day=1, month=_first_month(unit, start))
    return (start - EPOCH) // timedelta(microseconds=1)


def _first_month(unit: str, start: datetime) -> int:
    return {"month": start.month, "quarter": start.month - (start.month - 1) % 3, "year": 1}[unit]


def _shown_number(field: Field, value: float) -> Any:
    if field.type == "Edm.DateTimeOffset":
        return instant(int(value))
    if field.type == "Edm.Boolean":
        return bool(value)
    return int(value) if field.type != "Edm.Double" else float(value)


def _wrong(text: str, reason: str) -> SearchError:
    return bad_request(f"The facet {shown(text)} is not valid: {reason}.\r\nParameter name: facets")
