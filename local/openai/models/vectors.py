"""Unit vectors of the dimensions that a caller asks for."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
_TINY = float(np.finfo(np.float32).tiny)


class EmbeddingModel(Protocol):
    """Turns texts into unit vectors. Safe to call from several threads."""

    def embed(self, texts: Sequence[str], dimensions: int) -> Vectors:
        """Return one unit vector per text; one that the model knows nothing of is zero."""
        ...


def unit(vectors: Vectors) -> Vectors:
    """Return every row at length one. A row of zeros has no direction and stays as it is, finite."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), _TINY)


def fitted(vectors: Vectors, dimensions: int) -> Vectors:
    """Return unit vectors of ``dimensions``: the leading ones, or zeros added, which change no cosine."""
    fit = np.zeros((len(vectors), dimensions), dtype=np.float32)
    kept = min(dimensions, vectors.shape[1])
    fit[:, :kept] = unit(vectors[:, :kept])
    return fit


def interleaved(parts: Sequence[Vectors]) -> Vectors:
    """Return vectors of which every leading part holds the leading dimensions of all ``parts``."""
    width = min(part.shape[1] for part in parts)
    mixed = np.stack([part[:, :width] for part in parts], axis=2).reshape(len(parts[0]), width * len(parts))
    return np.concatenate([mixed, *(part[:, width:] for part in parts)], axis=1)
