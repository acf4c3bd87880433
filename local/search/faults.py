"""Switches that make the endpoint slow or failing, as a busy or broken service is."""

import math
import random
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from local.search.errors import SearchError

Rate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Faults(BaseModel):
    """What goes wrong. Everything off is the default."""

    model_config = ConfigDict(extra="forbid", strict=True)

    latency_ms: Annotated[float, Field(ge=0, le=600_000, allow_inf_nan=False)] = 0
    rate_429: Rate = 0
    rate_503: Rate = 0
    retry_after_s: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] | None = 1
    """In the Retry-After of 429 and 503; None leaves the header out."""
    fail_next: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """How many of the next requests fail."""
    fail_matching: Annotated[str, Field(min_length=1, max_length=10_000)] | None = None
    """Requests whose body contains this text fail."""
    fail_status: Literal[403, 429, 500, 503] = 503
    """With what ``fail_next`` and ``fail_matching`` fail."""


class FaultInjector:
    """Decides which requests fail. The same switches and order of requests fail the same ones."""

    def __init__(self, faults: Faults) -> None:
        self._start = faults
        self.reset()

    def set(self, faults: Faults) -> None:
        """Replace every switch."""
        self.faults = faults
        self._random = random.Random(0)

    def reset(self) -> None:
        """Go back to the switches of the command line."""
        self.set(self._start.model_copy())

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
        if self._random.random() < faults.rate_429:
            raise self._failure(429)
        if self._random.random() < faults.rate_503:
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
