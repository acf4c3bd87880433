"""Which of many known colours are near a given one, by CMC(2:1), without computing them all."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from shared.colour.cmc import Tolerances, distances, features, tolerances
from shared.colour.lab import Lab

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

# Bounds are widened by this and by this share, so that a row whose distance rounds to the threshold is never outside.
_ROUNDING = 1e-9
# The largest coordinate that a table takes, and more than the difference of two is off by in single precision.
_LARGEST = 1_000.0
_SINGLE = 1e-3


class Near(NamedTuple):
    """Rows within a threshold, nearest first. ``total`` counts those beyond the limit too; ``ids`` and ``distances``
    have the same length."""

    ids: tuple[str, ...]
    distances: "NDArray[np.float64]"
    total: int


class NearTable:
    """Colours with ids, prepared once so that each search is short.

    What a row needs of itself (L, a, b, C) is computed once, and rows lie sorted by L. As dE >= |dL| / (l S_L), a
    search looks only at rows with |dL| <= threshold * l S_L around its standard; of those, as da^2 + db^2 is
    dC^2 + dH^2, it computes only rows with |da| and |db| <= threshold * max(c S_C, S_H).
    """

    def __init__(self, ids: Sequence[str], labs: "ArrayLike") -> None:
        """``labs``: shape (n, 3), one row per id, each number within 1,000 of zero.

        Raises:
            ValueError: The shape is another one, or a number is beyond that or none.
        """
        import numpy as np

        table = features(np.asarray(labs, dtype=np.float64).reshape(-1, 3) if len(ids) == 0 else labs)
        if table.shape[1] != len(ids):
            raise ValueError(f"{len(ids)} ids need as many colours, not {table.shape[1]}")
        if not (np.abs(table[:3]) <= _LARGEST).all():
            raise ValueError(f"every L, a and b must be finite, at most {_LARGEST:g} from zero")
        order = np.argsort(table[0], kind="stable")
        self._rows = table.take(order, axis=1)
        # What most rows are ruled out by: half as much to read.
        self._brief_a = self._rows[1].astype(np.float32)
        sorted_rows: list[int] = order.tolist()
        self._ids = tuple(ids[row] for row in sorted_rows)
        # Where each id stands among all in order, so that ties are broken without comparing texts.
        self._rank = np.empty(len(ids), dtype=np.int64)
        self._rank[sorted(range(len(ids)), key=self._ids.__getitem__)] = np.arange(len(ids))

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids from the darkest to the lightest colour; of equally light ones in the order given."""
        return self._ids

    def distances(self, standard: Sequence[float]) -> "NDArray[np.float64]":
        """Return dE CMC(2:1) of every row from ``standard`` (L, a, b), in the order of ``ids``."""
        return distances(standard, self._rows, tolerances(standard))

    def by_distance(self, standards: Sequence[Sequence[float]]) -> tuple["NDArray[np.intp]", "NDArray[np.float64]"]:
        """Return all rows of ``ids`` with the nearest first, ties by id, and their distances in that order.

        The distance of a row is dE CMC(2:1) from whichever of the ``standards``, at least one, it is nearest to.
        """
        import numpy as np

        far = np.minimum.reduce([self.distances(standard) for standard in standards])
        order = np.lexsort((self._rank, far))
        return order, far[order]

    def within(self, standard: Sequence[float], threshold: float, limit: int | None = None) -> Near:
        """Return the rows with dE CMC(2:1) <= ``threshold`` from ``standard`` (L, a, b), nearest first, ties by id.

        ``threshold`` 0 finds identical coordinates only. At most ``limit`` rows are returned, all without one.

        Raises:
            ValueError: ``threshold`` or ``limit`` is negative, or no number.
        """
        import numpy as np

        if not threshold >= 0:
            raise ValueError(f"the threshold must be 0 or more, not {threshold}")
        if limit is not None and limit < 0:
            raise ValueError(f"the limit must be 0 or more, not {limit}")
        around = tolerances(standard)
        rows = self._candidates(Lab(*standard), around, threshold)
        far = distances(standard, self._rows.take(rows, axis=1), around)
        found = np.flatnonzero(far <= threshold)
        return self._nearest(rows[found], far[found], limit)

    def _candidates(self, standard: Lab, around: Tolerances, threshold: float) -> "NDArray[np.intp]":
        """Rows of the sorted table that can match."""
        import numpy as np

        lightness, a, b, _ = self._rows
        if threshold == 0:
            return np.flatnonzero((lightness == standard.L) & (a == standard.a) & (b == standard.b))
        reach = _widened(threshold * around.lightness)
        first, last = lightness.searchsorted((standard.L - reach, standard.L + reach)).tolist()
        reach = _widened(threshold * max(around.chroma, around.hue))
        off = self._brief_a[first:last] - np.float32(standard.a)
        rows = first + np.flatnonzero(np.abs(off, out=off) <= np.float32(reach + _SINGLE))
        return rows[np.abs(b[rows] - standard.b) <= reach]

    def _nearest(self, rows: "NDArray[np.intp]", far: "NDArray[np.float64]", limit: int | None) -> Near:
        import numpy as np

        total = len(rows)
        if limit is not None and limit < total:
            # Everything up to the distance of the last one that may be returned; its ties are decided by the sort.
            kept = np.flatnonzero(far <= np.partition(far, limit - 1)[limit - 1]) if limit else np.empty(0, np.intp)
            rows, far = rows[kept], far[kept]
        order = np.lexsort((self._rank[rows], far))[:limit]
        return Near(tuple(self._ids[row] for row in rows[order].tolist()), far[order], total)


def _widened(reach: float) -> float:
    return reach + _ROUNDING + reach * _ROUNDING
