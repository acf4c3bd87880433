"""Counters of what the endpoint was asked, for tests and benchmarks."""

from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager

from local.processes import counters


class Counts(counters.Counts):
    """Requests, and the texts that they embedded."""

    def reset(self) -> None:
        """Start again from zero; requests in flight stay in flight."""
        super().reset()
        self.inputs = 0

    def document(self) -> dict[str, object]:
        """Return the counters as JSON."""
        return {**super().document(), "inputs": self.inputs}


class Request:
    """A request that is being handled, counted for all and for each of its scopes."""

    def __init__(self, counts: list[Counts]) -> None:
        self._counts = counts
        for each in counts:
            each.begin()

    def also(self, counts: Counts) -> None:
        """Count it for another scope, which shows when the request has been read."""
        counts.begin()
        self._counts.append(counts)

    def answered(self, status: int, inputs: int = 0) -> None:
        """Count the answer, and the texts that it embedded."""
        for each in self._counts:
            each.answered(status)
            each.inputs += inputs

    def end(self) -> None:
        """Count it as handled."""
        for each in self._counts:
            each.end()


class Stats:
    """Counters of all requests and of each scope: the scopes of the switches. Control routes are not counted."""

    def __init__(self) -> None:
        self._all = Counts()
        self._scopes: defaultdict[str, Counts] = defaultdict(Counts)

    def reset(self) -> None:
        """Start again from zero; requests in flight stay in flight."""
        for counts in (self._all, *self._scopes.values()):
            counts.reset()

    @contextmanager
    def request(self, scope: str) -> Generator[Request]:
        """Count a request while it is handled."""
        request = Request([self._all, self._scopes[scope]])
        try:
            yield request
        finally:
            request.end()

    def at(self, scope: str) -> Counts:
        """Return the counters of a scope."""
        return self._scopes[scope]

    def document(self) -> dict[str, object]:
        """Return the counters as JSON; ``inputs`` are texts that were embedded."""
        return {
            **self._all.document(),
            "scopes": {scope: counts.document() for scope, counts in sorted(self._scopes.items())},
        }
