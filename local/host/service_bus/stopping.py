"""When listeners must end, and by when they give up waiting for what runs."""

import asyncio
import contextlib
import time


class Stopping:
    """Told once, heard by every listener."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self._deadline = float("inf")

    def ask(self, grace_s: float) -> None:
        """Ask everybody to take nothing more and to end within ``grace_s``."""
        self._deadline = time.monotonic() + grace_s
        self._asked.set()

    @property
    def asked(self) -> bool:
        """Whether listeners take nothing more."""
        return self._asked.is_set()

    @property
    def overdue(self) -> bool:
        """Whether what still runs is given up."""
        return time.monotonic() >= self._deadline

    async def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until asked, for at most ``timeout_s``; return whether it was."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._asked.wait()
        return self.asked
