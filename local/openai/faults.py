"""Switches that make the endpoint slow, failing or wrong, as a busy or broken service is."""

import math
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from local.openai.refusals import Refusal
from local.processes.switches import Count, Injector, Rate, Seconds, Switches

BadAnswer = Literal[
    "bad_json",
    "wrong_schema",
    "unknown_material",
    "score_out_of_range",
    "cut_short",
    "refusal",
    "content_filter",
    "prompt_filter",
]


class Faults(Switches):
    """What goes wrong. Everything off is the default."""

    hang: bool = False
    """Requests get no answer until the switches change."""
    rate_429: Rate = 0
    retry_after_s: Seconds | None = 1
    """What a 429 asks for; null: it does not say."""
    rate_500: Rate = 0
    fail_next: Count = 0
    """How many of the next requests are answered with 500."""
    fail_matching: Annotated[str, Field(min_length=1, max_length=10_000)] | None = None
    """Requests of which an input or a message contains this text are answered with 500."""
    refuse_matching: Annotated[str, Field(min_length=1, max_length=10_000)] | None = None
    """Requests of which an input or a message contains this text are answered with 400, and never otherwise."""
    bad_answer: BadAnswer | None = None
    """Chat answers that no caller can use; a kind that the prompt has no place for changes nothing."""
    bad_answers: Count | None = None
    """How many of the next answers are bad; null: all."""


class FaultInjector(Injector[Faults]):
    """Decides which requests fail. The same switches and order of requests fail the same ones."""

    async def delay(self) -> None:
        """Take the time that is asked for.

        Raises:
            Refusal: The request hung until the switches changed.
        """
        await self.take_latency()
        if self.faults.hang:
            await self.until_changed()
            raise server_error()

    def before_reading(self, operation: str) -> None:
        """Raise what the service would answer without a look at the request.

        Raises:
            Refusal: The request is the next to fail, or drew a failure.
        """
        if self.faults.fail_next:
            self.faults.fail_next -= 1
            raise server_error()
        if self.draws(self.faults.rate_429):
            raise throttled(operation, self.faults.retry_after_s)
        if self.draws(self.faults.rate_500):
            raise server_error()

    def after_reading(self, texts: Sequence[str]) -> None:
        """Raise what the service would answer to these texts.

        Raises:
            Refusal: One of them contains the text that fails, or that is refused.
        """
        if _contain(texts, self.faults.fail_matching):
            raise server_error()
        if _contain(texts, self.faults.refuse_matching):
            raise Refusal(400, "The input was refused by a switch of this endpoint.", param="input")

    def bad_answer(self) -> BadAnswer | None:
        """Return what is to be wrong with the next answer; a bad answer has been given afterwards."""
        if self.faults.bad_answer is None or self.faults.bad_answers == 0:
            return None
        if self.faults.bad_answers is not None:
            self.faults.bad_answers -= 1
        return self.faults.bad_answer


def _contain(texts: Sequence[str], needle: str | None) -> bool:
    return needle is not None and any(needle in text for text in texts)


class FaultBoard:
    """Switches for all requests, and more for the requests of a scope.

    Scopes: ``embeddings``, ``chat``, and ``chat/<name>`` for chat requests whose answer has the schema of that name.
    """

    def __init__(self, faults: Faults) -> None:
        self.general = FaultInjector(faults)
        self._scopes: dict[str, FaultInjector] = {}

    def at(self, scope: str) -> FaultInjector:
        """Return the switches of a scope; a new scope has all of them off."""
        return self._scopes.setdefault(scope, FaultInjector(Faults()))

    @property
    def faults(self) -> Faults:
        """The switches for all requests."""
        return self.general.faults

    def set(self, faults: Faults) -> None:
        """Replace the switches for all requests; those of every scope are off."""
        self.general.set(faults)
        self._all_scopes_off()

    def reset(self) -> None:
        """Go back to the switches of the command line."""
        self.general.reset()
        self._all_scopes_off()

    def _all_scopes_off(self) -> None:
        for injector in self._scopes.values():
            injector.reset()


def throttled(operation: str, retry_after_s: float | None) -> Refusal:
    """Return the service's 429; without ``retry_after_s`` it does not say how long to wait."""
    wait, headers = "Please retry later.", {}
    if retry_after_s is not None:
        wait = f"Please retry after {retry_after_s:g} seconds."
        # Retry-After has whole seconds by its definition; the service sends the exact time beside it.
        headers = {"Retry-After": str(math.ceil(retry_after_s)), "retry-after-ms": f"{retry_after_s * 1000:g}"}
    return Refusal(
        429,
        f"Requests to the {operation} Operation have exceeded the call rate limit of your current pricing tier. {wait}",
        kind=None,
        code="429",
        headers=headers,
    )


def server_error() -> Refusal:
    """Return the service's 500."""
    return Refusal(500, "The server had an error while processing your request. Sorry about that!", kind="server_error")
