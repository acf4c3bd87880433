"""Counters of what the broker did, for tests and benchmarks."""

from dataclasses import dataclass


@dataclass(slots=True)
class Stats:
    """Since the start or the last reset; ``connections`` are those that are open."""

    connections: int = 0
    sent: int = 0
    """Messages taken from senders, duplicates among them."""
    delivered: int = 0
    """Deliveries to receivers, repeated ones among them."""
    settled: int = 0
    refused_sends: int = 0

    def reset(self) -> None:
        """Start again from zero; open connections stay open."""
        self.sent = self.delivered = self.settled = self.refused_sends = 0
