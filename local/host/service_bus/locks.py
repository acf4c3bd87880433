"""Keeping a lock on a message or a session for as long as it is needed."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

#: A lock that is nearly over is renewed at this rate, not faster.
SHORTEST_WAIT_S = 0.5


class Lock:
    """One lock of the broker, renewed when half of what is left of it has passed.

    Args:
        renew: Renews it.
        locked_until: Returns until when it is held.
        longest_s: For how long it is renewed, None for as long as it takes.
    """

    def __init__(
        self,
        renew: Callable[[], Awaitable[object]],
        locked_until: Callable[[], datetime | None],
        longest_s: float | None,
    ) -> None:
        self._renew = renew
        self._locked_until = locked_until
        self._last = float("inf") if longest_s is None else time.monotonic() + longest_s
        self.due = self._next()

    def _next(self) -> float:
        until = self._locked_until()
        if until is None:
            return float("inf")
        left_s = (until - datetime.now(UTC)).total_seconds()
        due = time.monotonic() + max(left_s / 2, SHORTEST_WAIT_S)
        return due if due <= self._last else float("inf")

    async def renew(self) -> None:
        """Renew it and find out when to do so again.

        Raises:
            ServiceBusError: It is lost, or the broker cannot be reached.
        """
        await self._renew()
        self.due = self._next()

    def let_go(self) -> None:
        """Renew it no more."""
        self.due = float("inf")
