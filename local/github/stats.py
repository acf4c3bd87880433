"""Counters of what the endpoint was asked, for tests and benchmarks."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

# Tests look up the paths of a few hundred repositories; what comes after that is only counted in the sums.
MAX_PATHS = 10_000


class Stats:
    """Requests since the start or the last reset. Control routes are not counted."""

    def __init__(self) -> None:
        self._in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Start again from zero; requests in flight stay in flight."""
        self.by_route: Counter[str] = Counter()
        self.by_status: Counter[int] = Counter()
        self.by_path: Counter[str] = Counter()
        self.charged = 0
        self.too_early = 0
        self.max_in_flight = self._in_flight

    @property
    def in_flight(self) -> int:
        """Requests that are being handled now."""
        return self._in_flight

    @contextmanager
    def request(self, route: str, path: str) -> Generator[None]:
        """Count a request while it is handled."""
        self.by_route[route] += 1
        if path in self.by_path or len(self.by_path) < MAX_PATHS:
            self.by_path[path] += 1
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
        """Return the counters as JSON.

        ``charged``: requests that cost quota. ``too_early``: requests that came while a rate limit, of which an answer
        had told before, forbade any; a client that obeys leaves it at 0 save for what it had in flight.
        """
        return {
            "requests": self.by_route.total(),
            "by_route": dict(sorted(self.by_route.items())),
            "by_status": {str(status): count for status, count in sorted(self.by_status.items())},
            "by_path": dict(sorted(self.by_path.items())),
            "not_modified": self.by_status[304],
            "charged": self.charged,
            "too_early": self.too_early,
            "max_in_flight": self.max_in_flight,
        }
