"""The Lab values of all materials: from an uploaded CSV to a checked table that answers which materials are near."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from shared.colour.near_table import NearTable

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

COLUMNS = ("Material", "L*", "a*", "b*")
# 200,000 rows take about 6 MB; a worker should not spend its memory on what is no table of colours.
MAX_BYTES = 16 * 1024 * 1024
# More ids than this make a filter that AI Search refuses or is slow to read.
MAX_FILTER_IDS = 1000

# What a key of an AI Search document may be.
_ID = re.compile(r"[A-Za-z0-9_=-]{1,1024}")
_LOWEST, _HIGHEST = (0.0, -128.0, -128.0), (100.0, 127.0, 127.0)
# How pandas reads numbers that are none.
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)


class UnusableLabTable(ValueError):
    """The CSV as a whole cannot be used; its text says why, for whoever uploaded it."""


@dataclass(frozen=True)
class LabTable:
    """Materials with their colours, in the order of the CSV.

    ``labs``: shape (n, 3). ``near``: the same rows, ready to be searched. ``dropped``: how many rows were left out by
    reason, of bad_id, not_a_number, not_finite, out_of_range and duplicate; reasons without a row are not named.
    """

    ids: tuple[str, ...]
    labs: "NDArray[np.float64]"
    near: NearTable
    dropped: dict[str, int]


def read_lab_table(csv_bytes: bytes) -> LabTable:
    """Return the usable rows of a CSV with the columns Material, L*, a*, b*; other columns are ignored.

    UTF-8 with or without BOM, commas, any line ends. A row is dropped and counted by the first reason that holds: its
    id is no key of AI Search, a value is no number, is NaN or infinite, is out of range (L* 0..100, a* and b*
    -128..127), or its id stands in an earlier usable row.

    Raises:
        UnusableLabTable: It is empty, too large or no CSV in UTF-8, a column is missing or twice there, or no row can
            be used.
    """
    import numpy as np

    ids, texts = _columns_of(_parsed(csv_bytes))
    labs, not_a_number = _numbers(texts)
    reasons = {
        "bad_id": np.fromiter((_ID.fullmatch(name) is None for name in ids), bool, len(ids)),
        "not_a_number": not_a_number,
        "not_finite": ~np.isfinite(labs).all(axis=1),
        "out_of_range": ~((labs >= _LOWEST) & (labs <= _HIGHEST)).all(axis=1),
    }
    usable = np.ones(len(ids), dtype=bool)
    dropped: dict[str, int] = {}
    for reason, rows in reasons.items():
        dropped[reason] = int((usable & rows).sum())
        usable &= ~rows
    first_of_id: dict[str, int] = {}
    for row in np.flatnonzero(usable).tolist():
        first_of_id.setdefault(ids[row], row)
    dropped["duplicate"] = int(usable.sum()) - len(first_of_id)
    dropped = {reason: count for reason, count in dropped.items() if count}
    if not first_of_id:
        counts = ", ".join(f"{reason} {count}" for reason, count in dropped.items()) or "there is none"
        raise UnusableLabTable(f"no row of the Lab table can be used: {counts}")
    kept = labs[list(first_of_id.values())]
    return LabTable(tuple(first_of_id), kept, NearTable(tuple(first_of_id), kept), dropped)


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


def _parsed(csv_bytes: bytes) -> "pd.DataFrame":
    """All cells as texts, the header as the first row, so that a longer row is an error and no index."""
    import pandas as pd

    if len(csv_bytes) > MAX_BYTES:
        raise UnusableLabTable(f"the Lab table has {len(csv_bytes)} bytes, at most {MAX_BYTES} are read")
    try:
        return pd.read_csv(BytesIO(csv_bytes), header=None, dtype=str, na_filter=False, encoding="utf-8-sig")
    except pd.errors.EmptyDataError as error:
        raise UnusableLabTable("the Lab table is empty") from error
    except UnicodeDecodeError as error:
        raise UnusableLabTable(f"the Lab table must be UTF-8: {error.reason} at byte {error.start}") from error
    except pd.errors.ParserError as error:
        raise UnusableLabTable(f"the Lab table is no CSV: {str(error).rpartition('error: ')[2].strip()}") from error


def _columns_of(cells: "pd.DataFrame") -> tuple[list[str], list[list[str]]]:
    """The ids, and the three columns of values as texts."""
    header = [str(name).strip() for name in cells.iloc[0]]
    missing = [name for name in COLUMNS if name not in header]
    if missing and any(";" in name for name in header):
        raise UnusableLabTable("the columns of the Lab table must be separated by commas, not semicolons")
    if missing:
        raise UnusableLabTable(f"the Lab table lacks {', '.join(missing)}; its columns must be {', '.join(COLUMNS)}")
    if twice := [name for name in COLUMNS if header.count(name) > 1]:
        raise UnusableLabTable(f"the Lab table has more than one column {', '.join(twice)}")
    ids, *texts = [[str(cell).strip() for cell in cells.iloc[1:, header.index(name)]] for name in COLUMNS]
    return ids, texts


def _numbers(texts: list[list[str]]) -> tuple["NDArray[np.float64]", "NDArray[np.bool_]"]:
    """Values of shape (n, 3), and which rows hold something that is no number."""
    import numpy as np
    import pandas as pd

    values = np.empty((len(texts[0]), len(texts)))
    for axis, column in enumerate(texts):
        numbers: Any = pd.to_numeric(np.array(column, dtype=object), errors="coerce")
        values[:, axis] = numbers
    not_a_number = np.zeros(len(values), dtype=bool)
    for row, axis in np.argwhere(np.isnan(values)).tolist():
        not_a_number[row] |= _NOT_FINITE.fullmatch(texts[axis][row]) is None
    return values, not_a_number
