"""The vectors of one field, in memory, for exact search. Rows are those of the documents; a missing vector is zeros."""

import numpy as np
from numpy.typing import NDArray

from local.search.store.values import Vector

_FIRST_CAPACITY = 64


class VectorColumn:
    """Append-only like the other columns: a reader keeps the matrix it has seen."""

    def __init__(self, dimensions: int) -> None:
        self._matrix = np.zeros((_FIRST_CAPACITY, dimensions), np.float32)
        self._norms = np.zeros(len(self._matrix), np.float64)
        self._present = np.zeros(len(self._matrix), np.bool_)
        self._count = 0
        # Up to here some vector has numbers other than zero. The local model's vectors are padded with zeros to the
        # dimensions of the service's, and what all vectors lack need not be multiplied.
        self._width = 0

    def extend(self, vectors: list[Vector | None]) -> None:
        self._reserve(self._count + len(vectors))
        for row, vector in enumerate(vectors, self._count):
            if vector is not None:
                self._matrix[row] = vector
                self._norms[row] = np.linalg.norm(vector.astype(np.float64))
                self._present[row] = True
                filled = np.flatnonzero(vector[self._width :])
                self._width += int(filled[-1]) + 1 if len(filled) else 0
        self._count += len(vectors)

    def present(self, count: int) -> NDArray[np.bool_]:
        return self._present[:count]

    def vector(self, row: int) -> Vector | None:
        return self._matrix[row] if self._present[row] else None

    def similarity(self, query: Vector, metric: str, rows: NDArray[np.int64], count: int) -> NDArray[np.float64]:
        """The service's score of ``rows``, larger for nearer: 1 / (2 - cosine), 1 / (1 + distance), 1 / (2 - product).

        A product over 1, which only vectors that are not of length 1 have, is its own score.
        """
        # Gathering rows copies them, which costs more than reading a few too many.
        matrix, norms, part = self._matrix[:count, : self._width], self._norms[rows], query[: self._width]
        products = (matrix[rows] @ part if len(rows) * 3 < count else (matrix @ part)[rows]).astype(np.float64)
        length = float(np.linalg.norm(query.astype(np.float64)))
        if metric == "euclidean":
            squares = norms**2 - 2 * products + length**2
            return 1 / (1 + np.sqrt(np.maximum(squares, 0)))
        if metric == "cosine":
            scale = norms * length
            products = np.divide(products, scale, out=np.zeros_like(products), where=scale > 0)
            return 1 / (2 - np.minimum(products, 1))
        return np.where(products > 1, products, 1 / (2 - np.minimum(products, 1)))

    def _reserve(self, rows: int) -> None:
        if rows <= len(self._matrix):
            return
        size = max(rows, 2 * len(self._matrix))
        for name in ("_matrix", "_norms", "_present"):
            old = getattr(self, name)
            new = np.zeros((size, *old.shape[1:]), old.dtype)
            new[: self._count] = old[: self._count]
            setattr(self, name, new)
