"""Counters of what a stand-in was asked, for tests and benchmarks."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager


class Counts:
    """Requests since the start or the last reset. Control routes are not counted."""

    def __init__(self) -> None:
        self.in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Start again from zero; requests in flight stay in flight."""
        self.requests = 0
        self.by_status: Counter[int] = Counter()
        self.max_in_flight = self.in_flight

    def begin(self) -> None:
        """Count a request; it is in flight until ``end``."""
        self.requests += 1
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)

    def end(self) -> None:
        """Count a request as handled."""
        self.in_flight -= 1

    @contextmanager
    def handled(self) -> Generator[None]:
        """Count a request while it is handled."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    def answered(self, status: int) -> None:
        """Count an answer."""
        self.by_status[status] += 1

    def document(self) -> dict[str, object]:
        """Return the counters as JSON."""
        return {
            "requests": self.requests,
            "by_status": {str(status): count for status, count in sorted(self.by_status.items())},
            "max_in_flight": self.max_in_flight,
        }


class OperationCounts(Counts):
    """Requests by the operation that they asked for."""

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
        """Return the counters as JSON."""
        return {**super().document(), "by_operation": dict(sorted(self.by_operation.items()))}
