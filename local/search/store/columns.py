"""The values of filterable, sortable and facetable fields as columns, one row a document.

Columns are only appended to. A reader fixes the number of rows it looks at and is not disturbed by rows added later;
that a row's document is gone is written elsewhere. Columns of complex collections have a row for each element.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from local.search.fields import STRING, Field
from local.search.store.values import microseconds, number_of

Mask = NDArray[np.bool_]
_N = TypeVar("_N", bound=np.generic)
_FIRST_CAPACITY = 64


class Grown(Generic[_N]):
    """A NumPy array that grows at its end."""

    def __init__(self, dtype: type[_N]) -> None:
        self._array: NDArray[_N] = np.empty(_FIRST_CAPACITY, dtype)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def extend(self, values: Sequence[Any] | NDArray[Any]) -> None:
        needed = self._count + len(values)
        if needed > len(self._array):
            # A new array: readers keep the one they have.
            grown = np.empty(max(needed, 2 * len(self._array)), self._array.dtype)
            grown[: self._count] = self._array[: self._count]
            self._array = grown
        self._array[self._count : needed] = values
        self._count = needed

    def view(self, count: int) -> NDArray[_N]:
        return self._array[:count]


class TextColumn:
    """Strings as numbers into a list of the different ones; null is -1."""

    def __init__(self) -> None:
        self._codes = Grown(np.int32)
        self._code_of: dict[str, int] = {}
        self._values: list[str] = []

    def extend(self, values: list[Any]) -> None:
        self._codes.extend([-1 if value is None else self._code(value) for value in values])

    def _code(self, value: str) -> int:
        code = self._code_of.get(value)
        if code is None:
            code = self._code_of[value] = len(self._values)
            self._values.append(value)
        return code

    def codes(self, count: int) -> NDArray[np.int32]:
        return self._codes.view(count)

    def value(self, code: int) -> str:
        return self._values[code]

    def present(self, count: int) -> Mask:
        return self.codes(count) >= 0

    def among(self, values: Iterable[str], count: int) -> Mask:
        """Rows whose value is one of ``values``."""
        wanted = [code for value in values if (code := self._code_of.get(value)) is not None]
        codes = self.codes(count)
        if len(wanted) == 1:
            return codes == wanted[0]
        marked = np.zeros(len(self._values) + 1, np.bool_)
        marked[wanted] = True
        # The last place stands for null, whose code is -1.
        return marked[codes]

    def order(self, rows: NDArray[np.int64], count: int) -> NDArray[np.float64]:
        """Numbers that sort ``rows`` as their values do; null is NaN."""
        codes = self.codes(count)[rows]
        different = np.unique(codes)
        ranks = {
            code: rank for rank, code in enumerate(sorted(different[different >= 0], key=self._values.__getitem__))
        }
        return np.array([ranks.get(code, np.nan) for code in codes], np.float64)

    def matching(self, count: int, test: Callable[[str], bool]) -> Mask:
        """Rows whose value passes ``test``; null does not."""
        verdicts = np.array([test(value) for value in self._values] + [False], np.bool_)
        return verdicts[self.codes(count)]


class NumberColumn:
    """Numbers, booleans (0 and 1) and times (microseconds since 1970)."""

    def __init__(self, edm: str) -> None:
        self.edm = edm
        self._values: Grown[Any] = Grown(np.float64 if edm == "Edm.Double" else np.int64)
        self._present = Grown(np.bool_)

    def extend(self, values: list[Any]) -> None:
        self._values.extend([0 if value is None else self._number(value) for value in values])
        self._present.extend([value is not None for value in values])

    def _number(self, value: Any) -> float | int:
        if self.edm == "Edm.Double":
            return number_of(value)
        if self.edm == "Edm.DateTimeOffset":
            return microseconds(value) or 0
        return int(value)

    def values(self, count: int) -> NDArray[Any]:
        return self._values.view(count)

    def present(self, count: int) -> Mask:
        return self._present.view(count)

    def order(self, rows: NDArray[np.int64], count: int) -> NDArray[Any]:
        """Numbers that sort ``rows``; null is NaN. Whole numbers are ranked, so that large ones stay apart."""
        values, present = self.values(count)[rows], self.present(count)[rows]
        if self.edm != "Edm.Double":
            values = np.unique(values, return_inverse=True)[1]
        return np.where(present, values.astype(np.float64), np.nan)


class CollectionColumn:
    """Lists: the elements of all rows one after the other, and where each row's end."""

    def __init__(self, elements: "TextColumn | NumberColumn | Table") -> None:
        self.elements = elements
        self._ends = Grown(np.int64)
        self._total = 0

    def extend(self, values: list[Any]) -> None:
        lists: list[list[Any]] = [value or [] for value in values]
        ends = self._total + np.cumsum([len(value) for value in lists], dtype=np.int64)
        self.elements.extend([element for value in lists for element in value])
        self._ends.extend(ends)
        self._total = int(ends[-1]) if len(ends) else self._total

    def ends(self, count: int) -> NDArray[np.int64]:
        return self._ends.view(count)

    def starts(self, count: int) -> NDArray[np.int64]:
        return np.concatenate(([0], self.ends(count)[:-1])).astype(np.int64) if count else self.ends(0)

    def element_count(self, count: int) -> int:
        """Elements that the first ``count`` rows have."""
        return int(self.ends(count)[-1]) if count else 0

    def passing(self, elements: Mask, count: int) -> NDArray[np.int64]:
        """How many elements of each row pass."""
        sums = np.concatenate(([0], np.cumsum(elements))).astype(np.int64)
        return sums[self.ends(count)] - sums[self.starts(count)]


Column = TextColumn | NumberColumn | CollectionColumn


class Table:
    """The columns of an index, or of a complex field, by field name."""

    def __init__(self, fields: tuple[Field, ...]) -> None:
        self.columns: dict[str, Column | Table] = {}
        for field in fields:
            column = _column(field)
            if column is not None:
                self.columns[field.name] = column

    def extend(self, rows: list[Any]) -> None:
        """Add rows, each an object by field name, or None."""
        for name, column in self.columns.items():
            column.extend([None if row is None else row.get(name) for row in rows])

    def __getitem__(self, name: str) -> "Column | Table":
        return self.columns[name]


def _column(field: Field) -> "Column | Table | None":
    if field.is_complex:
        table = Table(field.fields)
        return CollectionColumn(table) if field.collection else table
    if field.is_vector or not (field.key or field.filterable or field.sortable or field.facetable):
        return None
    column = TextColumn() if field.type == STRING else NumberColumn(field.type)
    return CollectionColumn(column) if field.collection else column
