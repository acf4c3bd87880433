"""Moments at which something is due."""

import heapq
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

# Below this many entries that no longer hold, cleaning up costs more than they do.
_STALE = 64


class Deadlines(Generic[K]):
    """One moment per key, in seconds since the epoch."""

    def __init__(self) -> None:
        self._moments: dict[K, float] = {}
        self._heap: list[tuple[float, int, K]] = []
        self._entered = 0

    def __contains__(self, key: K) -> bool:
        return key in self._moments

    def __len__(self) -> int:
        return len(self._moments)

    def set(self, key: K, moment: float) -> None:
        """Make ``key`` due at ``moment``, and no longer at an earlier or later one."""
        self._moments[key] = moment
        self._entered += 1
        heapq.heappush(self._heap, (moment, self._entered, key))
        if len(self._heap) > 2 * len(self._moments) + _STALE:
            self._clean()

    def discard(self, key: K) -> None:
        """Forget ``key``."""
        self._moments.pop(key, None)

    def next(self) -> float | None:
        """Return when the next key is due."""
        while self._heap:
            moment, _, key = self._heap[0]
            if self._moments.get(key) == moment:
                return moment
            heapq.heappop(self._heap)
        return None

    def take_due(self, now: float) -> list[K]:
        """Return the keys that are due, the earliest first, and forget them."""
        due: list[K] = []
        while self._heap and self._heap[0][0] <= now:
            moment, _, key = heapq.heappop(self._heap)
            if self._moments.get(key) == moment:
                del self._moments[key]
                due.append(key)
        return due

    def _clean(self) -> None:
        self._heap = [entry for entry in self._heap if self._moments.get(entry[2]) == entry[0]]
        heapq.heapify(self._heap)
