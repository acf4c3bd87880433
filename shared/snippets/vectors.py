"""Vectors as they travel and as they are averaged.

NumPy is imported where it is used: 0.1 s that a cold start need not pay.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Seven decimals of a unit vector cost half the text of a full float and 6e-13 of cosine.
DECIMALS = 7


@dataclass(frozen=True)
class WeightedSum:
    """``total``: the sum of vectors times their weights; ``weight``: the sum of the weights."""

    total: tuple[float, ...]
    weight: float


def weighted_sum(vectors: Sequence[Sequence[float]], weights: Sequence[float]) -> WeightedSum:
    """Add up ``vectors``, each times its weight. In float64 and in order, so that every replay gives the same.

    Raises:
        ValueError: The vectors differ in length, or there are not as many weights.
    """
    import numpy as np

    rows = np.array(vectors, dtype=np.float64)
    factors = np.array(weights, dtype=np.float64)
    return WeightedSum(tuple((rows * factors[:, None]).sum(axis=0).tolist()), float(factors.sum()))


def combine(sums: Iterable[WeightedSum]) -> WeightedSum:
    """Add up sums of parts.

    Raises:
        ValueError: The vectors differ in length.
    """
    parts = list(sums)
    total = weighted_sum([part.total for part in parts], [1.0] * len(parts)).total
    return WeightedSum(total, sum(part.weight for part in parts))


def unit_mean(parts: WeightedSum) -> list[float]:
    """Return the weighted mean scaled to length 1, or the mean itself where it is zero."""
    mean = [x / parts.weight for x in parts.total]
    norm = sum(x * x for x in mean) ** 0.5
    return [x / norm for x in mean] if norm else mean


def rounded(vector: Sequence[float]) -> list[float]:
    """Return the numbers with 7 decimals, in a tenth of the time that ``round`` takes for 1,536 of them."""
    import numpy as np

    return np.round(np.array(vector, dtype=np.float64), DECIMALS).tolist()


def to_base64(vector: Sequence[float]) -> str:
    """Encode as little-endian float32: 8 KB for 1,536 dimensions, a quarter of the numbers as text."""
    import numpy as np

    return base64.b64encode(np.asarray(vector, dtype="<f4").tobytes()).decode("ascii")


def from_base64(text: str) -> list[float]:
    """Decode what ``to_base64`` made.

    Raises:
        ValueError: ``text`` is not base64 of float32 numbers.
    """
    import numpy as np

    return np.frombuffer(base64.b64decode(text, validate=True), dtype="<f4").astype(float).tolist()
