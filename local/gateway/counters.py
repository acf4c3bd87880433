"""Calls counted by key over a window that slides, as ``rate-limit-by-key`` does."""

import math
from collections import deque
from collections.abc import Callable

# The longest window that API Management allows.
LONGEST_WINDOW_S = 300
# Keys beyond this are looked through for what has gone out of every window.
_PRUNE_AT_KEYS = 10_000


class CallCounters:
    """``clock``: seconds that only go forward."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._calls: dict[str, deque[float]] = {}

    def count(self, key: str, limit: int, window_s: int) -> int | None:
        """Count a call and return None, or the seconds to wait where ``limit`` calls were counted in ``window_s``.

        A call that is refused is not counted.
        """
        now = self._clock()
        if key not in self._calls and len(self._calls) >= _PRUNE_AT_KEYS:
            self._prune(now)
        calls = self._calls.setdefault(key, deque())
        while calls and calls[0] <= now - LONGEST_WINDOW_S:
            calls.popleft()
        if len(calls) >= limit and (first := calls[-limit]) > now - window_s:
            return max(1, math.ceil(first + window_s - now))
        calls.append(now)
        return None

    def _prune(self, now: float) -> None:
        self._calls = {key: calls for key, calls in self._calls.items() if calls and calls[-1] > now - LONGEST_WINDOW_S}
