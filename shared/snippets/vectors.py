"""Vectors as they travel and as they are averaged."""

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
    """Add up ``vectors``, each times its weight.

    Raises:
        ValueError: The vectors differ in length.
    """
    return combine(
        WeightedSum(tuple(x * weight for x in v), weight) for v, weight in zip(vectors, weights, strict=True)
    )


def combine(sums: Iterable[WeightedSum]) -> WeightedSum:
    """Add up sums of parts.

    Raises:
        ValueError: The vectors differ in length.
    """
    parts = list(sums)
    columns = zip(*(part.total for part in parts), strict=True)
    return WeightedSum(tuple(sum(column) for column in columns), sum(part.weight for part in parts))


def unit_mean(parts: WeightedSum) -> list[float]:
    """Return the weighted mean scaled to length 1, or the mean itself where it is zero."""
    mean = [x / parts.weight for x in parts.total]
    norm = sum(x * x for x in mean) ** 0.5
    return [x / norm for x in mean] if norm else mean


def rounded(vector: Iterable[float]) -> list[float]:
    return [round(x, DECIMALS) for x in vector]


def to_base64(vector: Sequence[float]) -> str:
    """Encode as little-endian float32: 8 KB for 1,536 dimensions, a quarter of the numbers as text."""
    import numpy as np  # 0.1 s that a cold start need not pay

    return base64.b64encode(np.asarray(vector, dtype="<f4").tobytes()).decode("ascii")


def from_base64(text: str) -> list[float]:
    """Decode what ``to_base64`` made.

    Raises:
        ValueError: ``text`` is not base64 of float32 numbers.
    """
    import numpy as np  # as above

    return np.frombuffer(base64.b64decode(text, validate=True), dtype="<f4").astype(float).tolist()
