"""Values by key, each for its time: the cache of ``cache-lookup-value`` and ``cache-store-value``."""

from collections.abc import Callable

# The built-in cache is small; the oldest go first.
MOST_VALUES = 10_000


class ValueCache:
    """``clock``: seconds that only go forward."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, str]] = {}

    def lookup(self, key: str) -> str | None:
        """Return a value whose time has not run out."""
        expires, value = self._kept.get(key, (0.0, None))
        if value is not None and expires > self._clock():
            return value
        self._kept.pop(key, None)
        return None

    def store(self, key: str, value: str, duration_s: int) -> None:
        """Keep a value for ``duration_s``."""
        self._kept.pop(key, None)
        while len(self._kept) >= MOST_VALUES:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (self._clock() + duration_s, value)
