"""The vectors of one container at one path, in memory, for exact nearest-neighbour search.

Rows are only appended, and each knows from which write (``born``) until which (``died``) it holds, so that a reader
with an older view of the tables finds the vectors of that view while the writer goes on.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local.cosmos.store.memory_index import Change, MemoryIndex

_NEVER = np.iinfo(np.int64).max
_FIRST_CAPACITY = 64


@dataclass(slots=True)
class _Rows:
    """``squares``: squared Euclidean norms; ``keys``: number of each row's partition key."""

    matrix: NDArray[np.float32]
    squares: NDArray[np.float64]
    seqs: NDArray[np.int64]
    keys: NDArray[np.int32]
    born: NDArray[np.int64]
    died: NDArray[np.int64]

    @classmethod
    def empty(cls, capacity: int, dimensions: int) -> "_Rows":
        return cls(
            np.empty((capacity, dimensions), np.float32),
            np.empty(capacity, np.float64),
            np.empty(capacity, np.int64),
            np.empty(capacity, np.int32),
            np.empty(capacity, np.int64),
            np.full(capacity, _NEVER, np.int64),
        )

    def copy(self, rows: NDArray[np.int64] | slice, capacity: int) -> tuple["_Rows", int]:
        target = _Rows.empty(capacity, self.matrix.shape[1])
        count = len(self.seqs[rows])
        for mine, other in zip(self._arrays(), target._arrays(), strict=True):
            other[:count] = mine[rows]
        return target, count

    def _arrays(self) -> tuple[NDArray[Any], ...]:
        return (self.matrix, self.squares, self.seqs, self.keys, self.born, self.died)


@dataclass(frozen=True, slots=True)
class VectorView:
    """The rows as they were at one moment. ``rows``: those alive, as places in ``matrix``."""

    matrix: NDArray[np.float32]
    squares: NDArray[np.float64]
    seqs: NDArray[np.int64]
    rows: NDArray[np.int64]

    def only(self, seqs: Iterable[int]) -> "VectorView":
        """The rows of these items alone."""
        wanted = np.fromiter(seqs, np.int64)
        return VectorView(self.matrix, self.squares, self.seqs, self.rows[np.isin(self.seqs[self.rows], wanted)])

    def nearness(self, query: NDArray[np.float64], function: str) -> NDArray[np.float32]:
        """One number a row in ``rows``, larger for nearer, in single precision: good for choosing, not for showing."""
        dots = self._dots(query.astype(np.float32))
        squares = self.squares[self.rows]
        if function == "dotproduct":
            return dots
        if function == "euclidean":
            return (2 * dots - squares).astype(np.float32)
        norms = np.sqrt(squares)
        return np.divide(dots, norms, out=np.zeros_like(dots), where=norms > 0, casting="same_kind")

    def exact(self, rows: NDArray[np.int64], query: NDArray[np.float64], function: str) -> NDArray[np.float64]:
        """The function's value for ``rows`` (places in ``matrix``) in double precision."""
        vectors = self.matrix[rows].astype(np.float64)
        if function == "euclidean":
            return np.linalg.norm(vectors - query, axis=1)
        dots = vectors @ query
        if function == "dotproduct":
            return dots
        norms = np.linalg.norm(vectors, axis=1) * float(np.linalg.norm(query))
        return np.divide(dots, norms, out=np.zeros_like(dots), where=norms > 0)

    def _dots(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        # Gathering rows copies them, which costs more than reading a few too many in place.
        if len(self.rows) * 3 < len(self.seqs):
            return self.matrix[self.rows] @ query
        return (self.matrix[: len(self.seqs)] @ query)[self.rows]


class VectorIndex(MemoryIndex):
    """``expected``: how many vectors there will be at first."""

    def __init__(self, dimensions: int, expected: int = 0) -> None:
        super().__init__()
        self.dimensions = dimensions
        self._rows = _Rows.empty(max(_FIRST_CAPACITY, expected + expected // 4), dimensions)
        self._count = 0
        self._dead = 0
        self._alive: dict[int, int] = {}
        self._keys: dict[str, int] = {}

    def view(self, lsn: int, key: str | None) -> VectorView:
        """The rows alive after write ``lsn``, of the partition ``key`` or of all."""
        with self._lock:
            rows, count = self._rows, self._count
            number = None if key is None else self._keys.get(key, -1)
        alive = (rows.born[:count] <= lsn) & (rows.died[:count] > lsn)
        if number is not None:
            alive &= rows.keys[:count] == number
        return VectorView(rows.matrix, rows.squares, rows.seqs[:count], np.flatnonzero(alive))

    def apply(self, changes: list[Change]) -> None:
        """What was there dies, what has a vector is born."""
        vectors = [(seq, key, lsn, self._vector(value)) for seq, key, lsn, value in changes]
        with self._lock:
            self._compact()
            for seq, key, lsn, vector in vectors:
                last = self._alive.pop(seq, None)
                if last is not None:
                    self._rows.died[last] = lsn
                    self._dead += 1
                if vector is not None:
                    self._append(seq, key, lsn, vector)

    def _vector(self, value: Any) -> NDArray[np.float32] | None:
        """None for what the service would not index: no array of numbers, or one of another length."""
        if not isinstance(value, list) or len(value) != self.dimensions:
            return None
        try:
            # NumPy would make numbers of strings, and takes longer.
            vector = np.frombuffer(array("f", value), np.float32)
        except (TypeError, OverflowError):
            return None
        return vector if np.isfinite(vector).all() else None

    def _append(self, seq: int, key: str, lsn: int, vector: NDArray[np.float32]) -> None:
        if self._count == len(self._rows.seqs):
            self._rows, self._count = self._rows.copy(slice(0, self._count), 2 * self._count)
        rows, at = self._rows, self._count
        rows.matrix[at] = vector
        rows.squares[at] = np.dot(vector.astype(np.float64), vector)
        rows.seqs[at], rows.keys[at] = seq, self._keys.setdefault(key, len(self._keys))
        rows.born[at], rows.died[at] = lsn, _NEVER
        self._alive[seq] = at
        self._count += 1

    def _compact(self) -> None:
        """Drop the dead once they are half; never while a reader is choosing its view.

        Everything dead before this call is committed, so every later view is past it.
        """
        if self._entering or self._dead < 1024 or self._dead * 2 < self._count:
            return
        kept = np.flatnonzero(self._rows.died[: self._count] == _NEVER)
        self._rows, self._count = self._rows.copy(kept, max(_FIRST_CAPACITY, 2 * len(kept)))
        self._alive = {int(seq): at for at, seq in enumerate(self._rows.seqs[: self._count])}
        self._dead = 0
