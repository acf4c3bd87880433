"""Okapi BM25: how well a text fits search terms.

Robertson and Zaragoza (2009), "The Probabilistic Relevance Framework: BM25 and Beyond", equation 3.15, with the idf of
Lucene, which is never negative: ln(1 + (N - df + 1/2) / (df + 1/2)).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

K1 = 1.2
B = 0.75

Numbers = TypeVar("Numbers", float, NDArray[np.float64])


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of the texts that are compared: how many items, how many words in all, and for each term how many hold it."""

    items: int
    words: int
    hits: tuple[int, ...]

    @property
    def mean_words(self) -> float:
        # Without a word there is no term to be counted, and nothing is divided by this.
        return self.words / self.items if self.words and self.items > 0 else 1.0


def idf(items: int, hits: int) -> float:
    """How telling a term is that ``hits`` of ``items`` hold."""
    # Statistics may be older than what is counted with them, or come with the request.
    hits = min(max(hits, 0), max(items, 0))
    return math.log(1 + (items - hits + 0.5) / (hits + 0.5)) if items > 0 else 0.0


def length_norm(length: Numbers, mean: float) -> Numbers:
    """What the count of a term is held against in a text of ``length`` words."""
    return K1 * (1 - B + B * (length / mean))


def weight(count: Numbers, norm: Numbers) -> Numbers:
    """The share of its idf that a term gets for ``count`` occurrences."""
    return count * (K1 + 1) / (count + norm)


def score(counts: Sequence[int], length: int, statistics: Statistics) -> float:
    """The score of one text of ``length`` words in which the terms occur ``counts`` times."""
    norm = length_norm(float(length), statistics.mean_words)
    total = 0.0
    for count, hits in zip(counts, statistics.hits, strict=True):
        if count:
            total += idf(statistics.items, hits) * weight(float(count), norm)
    return total
