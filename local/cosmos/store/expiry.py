"""The purge of expired items: one timer, set to the earliest expiry, and none when nothing expires."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

# Expired items are invisible anyway; deleting them in groups costs less than one by one.
_LEAST_WAIT_S = 1.0
# A loop's timers take no arbitrary delay; what expires later is looked at again then.
_MOST_WAIT_S = 86_400.0


class PurgeTimer:
    """``purge`` deletes what has expired and returns when the next item will (epoch seconds), None for never."""

    def __init__(self, purge: Callable[[], Awaitable[float | None]]) -> None:
        self._purge = purge
        self._at: float | None = None
        self._handle: asyncio.TimerHandle | None = None
        self._running: asyncio.Task[None] | None = None

    def expires_at(self, moment: float) -> None:
        """Something expires at ``moment`` (epoch seconds)."""
        if self._at is not None and self._at <= moment:
            return
        self._at = moment
        if self._handle is not None:
            self._handle.cancel()
        wait = min(max(moment - time.time(), _LEAST_WAIT_S), _MOST_WAIT_S)
        self._handle = asyncio.get_running_loop().call_later(wait, self._start)

    def _start(self) -> None:
        self._handle, self._at = None, None
        self._running = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            soonest = await self._purge()
        except Exception:
            log.exception("the purge of expired items failed")
            soonest = time.time() + 60
        if soonest is not None:
            self.expires_at(soonest)

    async def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
