"""Reciprocal rank fusion of several rankings into one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Cormack, Clarke and Buettcher 2009; the service documents the same constant.
RRF_K = 60


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows, best first, with their scores."""

    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    weight: float = 1.0


def fuse(rankings: list[Ranking]) -> Ranking:
    """Every row of any ranking, with the sum over the rankings of weight / (60 + rank); the first rank is 0.

    The service counts from 0: the first of two rankings that agree scores 2 / 60 = 0.0333. Ties go by row.
    """
    rows = np.concatenate([ranking.rows for ranking in rankings])
    parts = np.concatenate(
        [ranking.weight / (RRF_K + np.arange(len(ranking.rows), dtype=np.float64)) for ranking in rankings]
    )
    different, places = np.unique(rows, return_inverse=True)
    scores: NDArray[np.float64] = np.bincount(places, weights=parts, minlength=len(different)).astype(np.float64)
    order = np.lexsort((different, -scores))
    return Ranking(different[order], scores[order])
