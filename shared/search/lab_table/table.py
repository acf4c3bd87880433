"""The Lab values of all materials: from an uploaded CSV to a checked table that answers which materials are near."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from shared.colour.near_table import NearTable
from shared.search.lab_table.dialects import Dialect, dialect_of
from shared.search.lab_table.lights import agreed_light, light_told
from shared.search.lab_table.numbers import bare, numbers
from shared.search.lab_table.text import UnusableLabTable, text_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

# 200,000 rows take about 6 MB; a worker should not spend its memory on what is no table of colours.
MAX_BYTES = 16 * 1024 * 1024
# More ids than this make a filter that AI Search refuses or is slow to read.
MAX_FILTER_IDS = 1000

# What a key of an AI Search document may be.
_ID = re.compile(r"[A-Za-z0-9_=-]{1,1024}")
_ID_RULE = "an id is 1 to 1024 letters A-Z or a-z, digits, _, - and =, as a key of Azure AI Search is"
_MOST_SHOWN = 30
_LOWEST, _HIGHEST = (0.0, -128.0, -128.0), (100.0, 127.0, 127.0)
# What stands in place of a material under a table of measurements.
_SUMMARIES = frozenset(
    [
        *("average", "avg", "mean", "median", "mittelwert", "mittel", "durchschnitt", "moyenne", "promedio"),
        *("std", "stdev", "stddev", "sd", "stabw", "standardabweichung", "min", "max", "minimum", "maximum"),
        *("range", "total", "summe"),
    ]
)


@dataclass(frozen=True)
class LabTable:
    """Materials with their colours, in the order of the CSV.

    ``labs``: shape (n, 3). ``near``: the same rows, ready to be searched. ``dropped``: how many rows were left out by
    reason, of bad_id, summary, not_a_number, not_finite, out_of_range and duplicate; reasons without a row are not
    named. ``illuminant``: as the table says, such as D65/10; None where it does not.
    """

    ids: tuple[str, ...]
    labs: "NDArray[np.float64]"
    near: NearTable
    dropped: dict[str, int]
    illuminant: str | None = None


def read_lab_table(csv_bytes: bytes) -> LabTable:
    """Return the usable rows of a CSV with the columns Material, L*, a*, b*; other columns are ignored.

    UTF-8, UTF-16 or Windows-1252; commas, semicolons, tabs or bars; decimal points or commas; any line ends; lines
    above the header; the names that instruments and offices give the columns. What could be read in two ways is
    refused: two columns of one name or for two lights, two kinds of decimal mark. So is another illuminant than D65,
    as the catalogue's colours are those of D65; either observer is taken, and told in ``illuminant``.

    A row is dropped and counted by the first reason that holds: its id is no key of AI Search or that of a summary,
    such as Average; a value is no number, is NaN or infinite, is out of range (L* 0..100, a* and b* -128..127); or its
    id stands in an earlier usable row.

    Raises:
        UnusableLabTable: It is empty, too large or no such CSV, a column is missing or twice there, or no row can be
            used. The text tells what is wrong and, of what is wrong with a line, which.
    """
    import numpy as np

    if len(csv_bytes) > MAX_BYTES:
        raise UnusableLabTable(f"the Lab table has {len(csv_bytes)} bytes, at most {MAX_BYTES} are read")
    dialect = dialect_of(text_of(csv_bytes))
    agreed_light(dialect.lights)
    ids, values, lights = _cells(dialect)
    labs, not_a_number = numbers(values, lambda row: dialect.line_of(row + 1))
    usable, dropped = _usable(ids, labs, not_a_number)
    illuminant = _illuminant(dialect, lights, usable)
    first_of_id: dict[str, int] = {}
    for row in np.flatnonzero(usable).tolist():
        first_of_id.setdefault(ids[row], row)
    dropped["duplicate"] = int(usable.sum()) - len(first_of_id)
    dropped = {reason: count for reason, count in dropped.items() if count}
    if not first_of_id:
        raise _without_rows(dialect, ids, dropped)
    kept = labs[list(first_of_id.values())]
    return LabTable(tuple(first_of_id), kept, NearTable(tuple(first_of_id), kept), dropped, illuminant)


def filter_of(ids: Sequence[str]) -> str | None:
    """Return the OData filter that finds these ids, at most the first 1,000; None for no ids.

    Raises:
        ValueError: An id contains the separator ``|``.
    """
    if not ids:
        return None
    listed = ids[:MAX_FILTER_IDS]
    if odd := next((name for name in listed if "|" in name), None):
        raise ValueError(f"an id must not contain '|': {odd!r}")
    quoted = "|".join(listed).replace("'", "''")
    return f"search.in(id, '{quoted}', '|')"


def _usable(
    ids: Sequence[str], labs: "NDArray[np.float64]", not_a_number: "NDArray[np.bool_]"
) -> "tuple[NDArray[np.bool_], dict[str, int]]":
    """Which rows can be used, and how many cannot by the first reason that holds."""
    import numpy as np

    reasons = {
        "bad_id": np.fromiter((_ID.fullmatch(name) is None for name in ids), bool, len(ids)),
        "summary": np.fromiter((name.casefold() in _SUMMARIES for name in ids), bool, len(ids)),
        "not_a_number": not_a_number,
        "not_finite": ~np.isfinite(labs).all(axis=1),
        "out_of_range": ~((labs >= _LOWEST) & (labs <= _HIGHEST)).all(axis=1),
    }
    usable = np.ones(len(ids), dtype=bool)
    dropped: dict[str, int] = {}
    for reason, rows in reasons.items():
        dropped[reason] = int((usable & rows).sum())
        usable &= ~rows
    return usable, dropped


def _without_rows(dialect: Dialect, ids: Sequence[str], dropped: dict[str, int]) -> UnusableLabTable:
    counts = ", ".join(f"{reason} {count}" for reason, count in dropped.items()) or "there is none"
    bad = [row for row, name in enumerate(ids) if _ID.fullmatch(name) is None]
    # An empty one, as beside the units under a header, tells less than a name.
    first = next((row for row in bad if ids[row]), bad[0] if bad else None)
    rule = ""
    if first is not None:
        name = ids[first] if len(ids[first]) <= _MOST_SHOWN else f"{ids[first][:_MOST_SHOWN]}..."
        rule = f"; {_ID_RULE}; {name!r} in line {dialect.line_of(first + 1)} is none"
    return UnusableLabTable(
        f"no row of the Lab table can be used: {counts}, below the header in line {dialect.first_line}{rule}"
    )


def _cells(dialect: Dialect) -> tuple[list[str], list[list[str]], list[str]]:
    """Return the ids, the three columns of values and, where the table has one, that of lights, all as texts."""
    import pandas as pd

    try:
        # Of a plain rectangle all columns are read, as a longer row is an error only then.
        frame = _frame(dialect, None) if dialect.is_regular() else None
    except pd.errors.ParserError:
        frame = None
    if frame is None:
        _ = dialect.lights_among_rows
        try:
            frame = _frame(dialect, [place for place in dialect.header.places if place is not None])
        except pd.errors.ParserError as error:
            fault = str(error).rpartition("error: ")[2].strip()
            raise UnusableLabTable(f"the Lab table is no CSV: {fault}") from error
    names, *values, lights = [
        [] if place is None else [text.strip() for text in frame[place].tolist()[1:]] for place in dialect.header.places
    ]
    return [name if _ID.fullmatch(name) else bare(name) for name in names], values, lights


def _frame(dialect: Dialect, columns: list[int] | None) -> "pd.DataFrame":
    """All cells as texts, the header as the first row, which tells how many there are."""
    import pandas as pd

    return pd.read_csv(
        BytesIO(dialect.text.encode()),
        sep=dialect.delimiter,
        header=None,
        usecols=columns,
        dtype=str,
        na_filter=False,
        skipinitialspace=True,
    )


def _illuminant(dialect: Dialect, of_rows: Sequence[str], usable: "NDArray[np.bool_]") -> str | None:
    lights = dict(dialect.lights)
    if not usable.all():
        lights |= dialect.lights_among_rows
    for text in {text for text, is_used in zip(of_rows, usable.tolist(), strict=False) if is_used}:
        lights |= dict.fromkeys(light_told(text), dialect.first_line)
    return agreed_light(lights)
