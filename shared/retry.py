"""Retries for what a person waits for. Activities do not use this: the orchestrator retries them in rounds."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.errors import Unavailable

ATTEMPTS = 3
PAUSE_S = 0.2

Result = TypeVar("Result")


async def with_retries(call: Callable[[], Awaitable[Result]]) -> Result:
    """Return what ``call`` returns, trying again 0.2 and 0.4 s after it was ``Unavailable``.

    Raises:
        Unavailable: So it stayed, or the service asked for a longer wait.
    """
    for attempt in range(1, ATTEMPTS):
        pause_s = PAUSE_S * 2 ** (attempt - 1)
        try:
            return await call()
        except Unavailable as error:
            if (error.retry_after_s or 0) > pause_s:
                raise
        await asyncio.sleep(pause_s)
    return await call()
