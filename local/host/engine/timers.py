"""Durable timers: one heap, one wake-up for the earliest of them."""

import heapq
import time
from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable
from dataclasses import dataclass, field

#: A wake-up is never further away: the wall clock may be set while the loop's clock runs on.
MAX_SLEEP_S = 60.0


@dataclass(order=True, slots=True)
class Timer:
    """A call to come. ``cancel`` takes it back; it leaves the heap when its time comes."""

    due: float
    order: int
    callback: Callable[[], None] | None = field(compare=False)

    def cancel(self) -> None:
        """Never call back."""
        self.callback = None


class TimerHeap:
    """Calls back on ``loop`` at or after a POSIX time, at once when it has passed."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self.loop = loop
        self._heap: list[Timer] = []
        self._order = 0
        self._handle: TimerHandle | None = None

    def at(self, due: float, callback: Callable[[], None]) -> Timer:
        """Call back at ``due`` (POSIX time)."""
        self._order += 1
        timer = Timer(due, self._order, callback)
        heapq.heappush(self._heap, timer)
        if self._heap[0] is timer:
            self._arm()
        return timer

    def _arm(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if self._heap:
            wait = min(max(0.0, self._heap[0].due - time.time()), MAX_SLEEP_S)
            self._handle = self.loop.call_later(wait, self._fire)

    def _fire(self) -> None:
        self._handle = None
        now = time.time()
        while self._heap and (self._heap[0].due <= now or self._heap[0].callback is None):
            callback = heapq.heappop(self._heap).callback
            if callback is not None:
                callback()
        self._arm()

    def close(self) -> None:
        """Forget every timer."""
        self._heap.clear()
        self._arm()
