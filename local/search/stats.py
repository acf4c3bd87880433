"""Counters of what the endpoint was asked, for tests and benchmarks."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager


class Stats:
    """Requests since the start or the last reset. Control routes are not counted."""

    def __init__(self) -> None:
        self._in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Start again from zero; requests in flight stay in flight."""
        self.by_operation: Counter[str] = Counter()
        self.by_status: Counter[int] = Counter()
        self.max_in_flight = self._in_flight

    @contextmanager
    def request(self, operation: str) -> Generator[None]:
        """Count a request while it is handled."""
        self.by_operation[operation] += 1
        self._in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self._in_flight)
        try:
            yield
        finally:
            self._in_flight -= 1

    def answered(self, status: int) -> None:
        """Count an answer."""
        self.by_status[status] += 1

    def document(self) -> dict[str, object]:
        """Return the counters as JSON; operations are search, index, get, count and manage."""
        return {
            "requests": self.by_operation.total(),
            "by_operation": dict(sorted(self.by_operation.items())),
            "by_status": {str(status): count for status, count in sorted(self.by_status.items())},
            "max_in_flight": self.max_in_flight,
        }
