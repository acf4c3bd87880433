"""Switches that make the endpoint slow or failing, as a busy or broken service is."""

import math
from typing import Annotated, Literal

from pydantic import Field

from local.processes.switches import Count, Injector, Rate, Seconds, Switches
from local.search.errors import SearchError


class Faults(Switches):
    """What goes wrong. Everything off is the default."""

    rate_429: Rate = 0
    rate_503: Rate = 0
    retry_after_s: Seconds | None = 1
    """In the Retry-After of 429 and 503; None leaves the header out."""
    fail_next: Count = 0
    """How many of the next requests fail."""
    fail_matching: Annotated[str, Field(min_length=1, max_length=10_000)] | None = None
    """Requests whose body contains this text fail."""
    fail_status: Literal[403, 429, 500, 503] = 503
    """With what ``fail_next`` and ``fail_matching`` fail."""


class FaultInjector(Injector[Faults]):
    """Decides which requests fail. The same switches and order of requests fail the same ones."""

    def check(self, body: bytes) -> None:
        """Raise what the service would answer when it is busy or broken.

        Raises:
            SearchError: The request is the next to fail, contains the text that fails, or drew a failure.
        """
        faults = self.faults
        if faults.fail_next:
            faults.fail_next -= 1
            raise self._failure(faults.fail_status)
        if faults.fail_matching is not None and faults.fail_matching.encode() in body:
            raise self._failure(faults.fail_status)
        if self.draws(faults.rate_429):
            raise self._failure(429)
        if self.draws(faults.rate_503):
            raise self._failure(503)

    def _failure(self, status: int) -> SearchError:
        seconds = self.faults.retry_after_s
        headers = {} if seconds is None or status in (403, 500) else {"Retry-After": str(math.ceil(seconds))}
        words = {
            403: "Access denied. The caller is not authorized to do this operation.",
            429: "You have exceeded the number of requests that your service can serve; try again later.",
            500: "The server had an error while processing your request.",
            503: "The request rate is too large or the service is under maintenance; try again later.",
        }
        return SearchError(status, words[status], headers=headers)
