"""Counters of what the endpoint was asked, for tests and benchmarks."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from local.processes.counters import Counts


class Stats(Counts):
    """Requests by operation."""

    def reset(self) -> None:
        """Start again from zero; requests in flight stay in flight."""
        super().reset()
        self.by_operation: Counter[str] = Counter()

    @contextmanager
    def request(self, operation: str) -> Generator[None]:
        """Count a request while it is handled."""
        self.by_operation[operation] += 1
        with self.handled():
            yield

    def document(self) -> dict[str, object]:
        """Return the counters as JSON; operations are search, index, get, count and manage."""
        return {**super().document(), "by_operation": dict(sorted(self.by_operation.items()))}
