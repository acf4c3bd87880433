"""An event loop that lets those go first for whom somebody waits: the app's HTTP functions before its activities.

asyncio runs what is ready in the order in which it became so. With a few hundred activities under way a turn of the
loop takes tenths of a second, and an HTTP function, which needs a dozen turns, seconds. Azure has the same loop in each
worker process, and adds workers; here there is one.
"""

import asyncio
from asyncio import Handle
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

#: Whether the running code, and what it starts, goes first.
_first: ContextVar[bool] = ContextVar("goes first", default=False)

#: While somebody waits: handles of the others per turn, so that what has arrived meanwhile is looked at soon.
OTHERS_PER_TURN = 1
#: Of those who go first, after so many the others have one turn: they are slow then, but get on.
FIRST_IN_A_ROW = 16


class ReadyLanes:
    """What is ready to run, in the part of a deque's interface that an asyncio loop uses.

    ``waiting``: calls under way for whom somebody waits. While there are none, this is one queue.
    """

    def __init__(self) -> None:
        self.waiting = 0
        self._front: deque[Handle] = deque()
        self._others: deque[Handle] = deque()
        self._in_a_row = 0

    def __len__(self) -> int:
        """How many handles to run before the loop looks for arrivals again."""
        others = len(self._others)
        return len(self._front) + (min(others, OTHERS_PER_TURN) if self.waiting else others)

    def append(self, handle: Handle) -> None:
        first = self.waiting and _context_of(handle).get(_first, False)
        (self._front if first else self._others).append(handle)

    def append_arrival(self, handle: Handle) -> None:
        """Add the handle of a socket that has data: brief, and nobody can tell for whom it is."""
        (self._front if self.waiting else self._others).append(handle)

    def popleft(self) -> Handle:
        if self._front and (self._in_a_row < FIRST_IN_A_ROW or not self._others):
            self._in_a_row += 1
            return self._front.popleft()
        self._in_a_row = 0
        return self._others.popleft()

    def clear(self) -> None:
        self._front.clear()
        self._others.clear()


class LanesEventLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop with ``ReadyLanes`` in the place of its queue."""

    def __init__(self) -> None:
        super().__init__()
        # Scheduled meanwhile: the reader of the loop's own wake-up pipe, in no queue yet.
        self.lanes = ReadyLanes()
        self._ready: Any = self.lanes

    def _add_callback(self, handle: Handle) -> None:
        if not handle.cancelled():
            self.lanes.append_arrival(handle)

    @contextmanager
    def going_first(self) -> Generator[None]:
        """Let what is started inside go first. For the thread that serves HTTP, and for none beside it."""
        token = _first.set(True)
        self.lanes.waiting += 1
        try:
            yield
        finally:
            self.lanes.waiting -= 1
            _first.reset(token)


def _context_of(handle: Any) -> Any:
    return handle._context  # asyncio keeps it, and has no public word for it
