"""Switches that make the endpoint slow or failing, as a busy or broken service is."""

import math
import random
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from local.openai.wire import Refusal

Rate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Faults(BaseModel):
    """What goes wrong. Everything off is the default."""

    model_config = ConfigDict(extra="forbid", strict=True)

    latency_ms: Annotated[float, Field(ge=0, le=600_000, allow_inf_nan=False)] = 0
    rate_429: Rate = 0
    retry_after_s: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] = 1
    rate_500: Rate = 0
    fail_next: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """How many of the next requests are answered with 500."""
    fail_matching: Annotated[str, Field(min_length=1, max_length=10_000)] | None = None
    """Requests of which an input contains this text are answered with 500."""


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

    def before_reading(self) -> None:
        """Raise what the service would answer without a look at the request.

        Raises:
            Refusal: The request is the next to fail, or drew a failure.
        """
        if self.faults.fail_next:
            self.faults.fail_next -= 1
            raise server_error()
        if self._random.random() < self.faults.rate_429:
            raise throttled(self.faults.retry_after_s)
        if self._random.random() < self.faults.rate_500:
            raise server_error()

    def after_reading(self, inputs: list[str]) -> None:
        """Raise what the service would answer to these inputs.

        Raises:
            Refusal: An input contains the text that fails.
        """
        needle = self.faults.fail_matching
        if needle is not None and any(needle in text for text in inputs):
            raise server_error()


def throttled(retry_after_s: float) -> Refusal:
    """Return the service's 429."""
    seconds = f"{retry_after_s:g}"
    return Refusal(
        429,
        "Requests to the Embeddings_Create Operation have exceeded the call rate limit of your current pricing tier. "
        f"Please retry after {seconds} seconds.",
        kind=None,
        code="429",
        # Retry-After has whole seconds by its definition; the service sends the exact time beside it.
        headers={"Retry-After": str(math.ceil(retry_after_s)), "retry-after-ms": f"{retry_after_s * 1000:g}"},
    )


def server_error() -> Refusal:
    """Return the service's 500."""
    return Refusal(500, "The server had an error while processing your request. Sorry about that!", kind="server_error")
