"""Switches that make the endpoint slow, failing or limiting, as a busy or broken GitHub is."""

from typing import Annotated, Literal

from pydantic import Field

from local.github.refusals import unavailable
from local.processes.switches import Count, Injector, Rate, Seconds, Strict, Switches

# GitHub's documented bound on requests of one caller under way at the same time.
MAX_CONCURRENT = 100


class Quota(Strict):
    """What is left of the primary rate limit, for every caller."""

    remaining: Count = 0
    reset_s: Seconds = 60
    """Seconds, rounded up to a whole one, until the full quota is back."""


class Secondary(Strict):
    """A secondary rate limit that strikes once and lasts a while."""

    after: Count = 0
    """How many requests pass before it."""
    status: Literal[403, 429] = 403
    retry_after_s: Annotated[int, Field(ge=0, le=86_400)] | None = 60
    """What Retry-After says; null: there is no such header, and GitHub's advice is a minute."""
    lasts_s: Seconds | None = None
    """How long it refuses; null: as long as Retry-After says."""


class Faults(Switches):
    """What goes wrong. Everything off is the default."""

    hang: bool = False
    """Requests get no answer until the switches change."""
    rate_500: Rate = 0
    fail_next: Count = 0
    """How many of the next requests fail."""
    fail_status: Literal[500, 502, 503, 504] = 502
    """What they are answered with."""
    matching: Annotated[str, Field(min_length=1, max_length=1_000)] | None = None
    """Only requests whose path contains this text hang or fail."""
    quota: Quota | None = None
    secondary: Secondary | None = None
    max_concurrent: Annotated[int, Field(ge=1, le=10_000)] = MAX_CONCURRENT
    """More requests than this under way meet the secondary rate limit."""


class FaultInjector(Injector[Faults]):
    """Decides which requests fail. The same switches and order of requests fail the same ones."""

    async def delay(self, path: str) -> None:
        """Take the time that is asked for.

        Raises:
            Refusal: The request hung until the switches changed.
        """
        await self.take_latency()
        if self.faults.hang and self._concerns(path):
            await self.until_changed()
            raise unavailable(504)

    def check(self, path: str) -> None:
        """Raise what a failing service would answer.

        Raises:
            Refusal: The request is the next to fail, or drew a failure.
        """
        if not self._concerns(path):
            return
        if self.faults.fail_next:
            self.faults.fail_next -= 1
            raise unavailable(self.faults.fail_status)
        if self.draws(self.faults.rate_500):
            raise unavailable(500)

    def _concerns(self, path: str) -> bool:
        return self.faults.matching is None or self.faults.matching.lower() in path.lower()
