"""Counters of what the endpoint was asked, for tests and benchmarks."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from local.processes.counters import Counts

# Tests look up the paths of a few hundred repositories; what comes after that is only counted in the sums.
MAX_PATHS = 10_000


class Stats(Counts):
    """Requests by route and path."""

    def reset(self) -> None:
        """Start again from zero; requests in flight stay in flight."""
        super().reset()
        self.by_route: Counter[str] = Counter()
        self.by_path: Counter[str] = Counter()
        self.charged = 0
        self.too_early = 0

    @contextmanager
    def request(self, route: str, path: str) -> Generator[None]:
        """Count a request while it is handled."""
        self.by_route[route] += 1
        if path in self.by_path or len(self.by_path) < MAX_PATHS:
            self.by_path[path] += 1
        with self.handled():
            yield

    def document(self) -> dict[str, object]:
        """Return the counters as JSON.

        ``charged``: requests that cost quota. ``too_early``: requests that came while a rate limit, of which an answer
        had told before, forbade any; a client that obeys leaves it at 0 save for what it had in flight.
        """
        return {
            **super().document(),
            "by_route": dict(sorted(self.by_route.items())),
            "by_path": dict(sorted(self.by_path.items())),
            "not_modified": self.by_status[304],
            "charged": self.charged,
            "too_early": self.too_early,
        }
