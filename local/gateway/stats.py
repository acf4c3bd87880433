"""Counters of what the gateway was asked and what it asked of the apps, for tests."""

from collections import Counter

from local.processes.counters import OperationCounts


class Stats(OperationCounts):
    """Requests to the API; the issuer's are not counted. ``forwarded``: those that reached an app, by operation."""

    def reset(self) -> None:
        """Start again from zero; requests in flight stay in flight."""
        super().reset()
        self.forwarded: Counter[str] = Counter()

    def document(self) -> dict[str, object]:
        """Return the counters as JSON."""
        return {**super().document(), "forwarded": dict(sorted(self.forwarded.items()))}
