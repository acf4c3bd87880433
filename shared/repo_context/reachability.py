"""A cache that may be away: asked with little patience, left alone for a moment after it failed, told of once."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from azure.core.exceptions import HttpResponseError

from shared.clients.azure_errors import translated
from shared.errors import Rejected, Unavailable

_logger = logging.getLogger("portfolio.api")

# Without a cache work is slower; a cache that is waited for makes it slower still.
_PATIENCE_S = 5.0
_LEFT_ALONE_S = 5.0

Result = TypeVar("Result")


class Reachability:
    """Whether Cosmos DB answers, by what became of the last calls. ``now``: seconds of a clock that never goes back."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._away_until = float("-inf")
        self._told = False

    async def call(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """Return what ``call`` returns.

        Raises:
            Unavailable: Cosmos DB does not answer in time, or did not a moment ago.
        """
        if self._now() < self._away_until:
            raise Unavailable("the cache did not answer a moment ago", self._away_until - self._now())
        try:
            async with asyncio.timeout(_PATIENCE_S):
                with translated("Cosmos DB"):
                    result = await call()
        except (Unavailable, Rejected, HttpResponseError, TimeoutError) as error:
            self._away(error)
            raise Unavailable(f"the cache does not answer: {_reason(error)}") from error
        if self._told:
            self._told = False
            _logger.info("cache reachable again")
        return result

    def _away(self, error: Exception) -> None:
        self._away_until = self._now() + _LEFT_ALONE_S
        if not self._told:
            self._told = True
            _logger.warning("cache cannot be reached; work goes on without it", extra={"reason": _reason(error)})


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:300]
