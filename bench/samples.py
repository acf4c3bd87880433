"""Repeated measurements of one thing."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Samples:
    """Milliseconds (or another unit), one per repeat."""

    values: list[float] = field(default_factory=list)

    def add(self, *values: float) -> None:
        self.values.extend(values)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        """The tenth and ninetieth percentile; with few repeats that is the smallest and the largest."""
        if len(self.values) < 10:
            return min(self.values), max(self.values)
        cuts = statistics.quantiles(self.values, n=10)
        return cuts[0], cuts[-1]

    def percentile(self, percent: int) -> float:
        """The value that ``percent`` of them do not exceed, interpolated."""
        return statistics.quantiles(self.values, n=100, method="inclusive")[percent - 1]

    def shown(self, unit: str = "ms") -> str:
        """``12.3 (11.0-14.9) ms``: median and spread."""
        low, high = self.spread
        return f"{_short(self.median)} ({_short(low)}-{_short(high)}) {unit}"


def fastest(peers: Sequence[Samples]) -> Samples:
    """The peer with the lowest median: what a ratio has to be taken against."""
    return min(peers, key=lambda samples: samples.median)


def _short(value: float) -> str:
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}"
