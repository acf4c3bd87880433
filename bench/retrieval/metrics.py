"""How high the right files come: R@k, MRR and nDCG of ranked lists of files (Järvelin and Kekäläinen, 2002)."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

Judged = tuple[Sequence[str], Collection[str]]
NDCG_DEPTH = 10


@dataclass(frozen=True)
class Figures:
    """Means over ``count`` questions, each from 0 to 1. ``mrr_error``: the standard error of the mean ``mrr``."""

    count: int
    mrr: float
    mrr_error: float
    r_at_1: float
    r_at_5: float
    ndcg_at_10: float


def figures(judged: Sequence[Judged]) -> Figures:
    """Judge lists of files, best first, each with the files that are right.

    Raises:
        ValueError: There is no list.
    """
    if not judged:
        raise ValueError("no answers to judge")
    count = len(judged)
    reciprocals = [reciprocal_rank(ranked, right) for ranked, right in judged]
    mrr = sum(reciprocals) / count
    spread = math.sqrt(sum((each - mrr) ** 2 for each in reciprocals) / (count - 1)) if count > 1 else 0.0
    return Figures(
        count=count,
        mrr=mrr,
        mrr_error=spread / math.sqrt(count),
        r_at_1=sum(found_within(ranked, right, 1) for ranked, right in judged) / count,
        r_at_5=sum(found_within(ranked, right, 5) for ranked, right in judged) / count,
        ndcg_at_10=sum(ndcg(ranked, right) for ranked, right in judged) / count,
    )


def reciprocal_rank(ranked: Sequence[str], right: Collection[str]) -> float:
    """1 / the rank of the first right file, 0 if there is none."""
    return next((1 / rank for rank, name in enumerate(ranked, start=1) if name in right), 0.0)


def found_within(ranked: Sequence[str], right: Collection[str], k: int) -> bool:
    """Whether a right file is among the first ``k``."""
    return any(name in right for name in ranked[:k])


def ndcg(ranked: Sequence[str], right: Collection[str], depth: int = NDCG_DEPTH) -> float:
    """Discounted gain of the right files among the first ``depth``, of equal worth, over that of the best order."""
    gain = sum(1 / math.log2(rank + 1) for rank, name in enumerate(ranked[:depth], start=1) if name in right)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(depth, len(right)) + 1))
    return gain / best if best else 0.0
