"""Counters of what the endpoint was asked, for tests and benchmarks."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager


class Stats:
    """Requests for embeddings since the start or the last reset. Control routes are not counted."""

    def __init__(self) -> None:
        self._in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Start again from zero; requests in flight stay in flight."""
        self.requests = 0
        self.inputs = 0
        self.by_status: Counter[int] = Counter()
        self.max_in_flight = self._in_flight

    @contextmanager
    def request(self) -> Generator[None]:
        """Count a request while it is handled."""
        self.requests += 1
        self._in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self._in_flight)
        try:
            yield
        finally:
            self._in_flight -= 1

    def answered(self, status: int, inputs: int = 0) -> None:
        """Count an answer and the inputs that it embedded."""
        self.by_status[status] += 1
        self.inputs += inputs

    def document(self) -> dict[str, object]:
        """Return the counters as JSON; ``inputs`` are those that were embedded."""
        return {
            "requests": self.requests,
            "inputs": self.inputs,
            "by_status": {str(status): count for status, count in sorted(self.by_status.items())},
            "max_in_flight": self.max_in_flight,
        }
