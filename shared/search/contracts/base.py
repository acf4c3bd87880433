"""What all models of a search share."""

from typing import Literal

from pydantic import ConfigDict

from shared.contracts import Contract

Status = Literal["queued", "processing", "scoring", "completed", "failed", "cancelled"]

FINAL: frozenset[Status] = frozenset({"completed", "failed", "cancelled"})
"""Statuses that never change again."""


class SearchContract(Contract):
    """Snake case in JSON too, as the search spec writes its fields.

    Travels as a text: the Durable SDK walks through every object of a payload again in each replay, but not through
    what is inside a text, which pydantic reads thirty times faster.
    """

    model_config = ConfigDict(alias_generator=None)

    def encoded(self) -> str:
        return self.model_dump_json(exclude_none=True)


class Usage(SearchContract):
    """Tokens that language model calls took."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def total(self) -> int:
        return self.prompt_tokens + self.completion_tokens
