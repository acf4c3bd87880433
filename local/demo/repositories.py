"""The repositories of the demonstration: an account is gathered, then asked about."""

from collections.abc import Callable
from typing import Any

from pydantic import ConfigDict

from local.demo.client import Answer, Client, DemoError, Progress, read

ACCOUNT = "pallets"
QUESTIONS = (
    "Which repositories show experience with template engines?",
    "Where is a command line interface built with Python?",
)
SHOWN = 3


class _Snake(Answer):
    model_config = ConfigDict(alias_generator=None)


class Scored(_Snake):
    """A repository that answers a question; ``parts`` are those of its score, None where a part does not count."""

    name: str
    description: str | None = None
    score: float
    parts: dict[str, Any]
    matched_terms: Any = None


class Explanation(_Snake):
    answer: str
    model: str | None = None


class Answered(_Snake):
    """The answer to a question about an account."""

    query: str
    scored_by: str
    total: int
    repositories: list[Scored]
    explanation: Explanation | None = None


async def gather_account(client: Client, moved: Callable[[Progress], None]) -> int:
    """Gather the account's repositories anew; return how many there are, ``moved`` hears how far it is.

    Raises:
        DemoError: The request was refused, the run failed or hung.
    """
    body = {"username": ACCOUNT, "force": True}
    started = await client.send("POST", "/api/orchestrators/repo-context", body, expected=202)
    output = await client.followed(started["statusQueryGetUri"], moved)
    if not isinstance(output, list):
        raise DemoError(f"the run put out {type(output).__name__}, expected a list of repositories")
    return len(output)


async def ask(client: Client, question: str) -> Answered:
    """Ask about the account's repositories, with an explanation.

    Raises:
        DemoError: The request was refused.
    """
    body = {"query": question, "username": ACCOUNT, "max_repos": SHOWN, "explain": True}
    return read(Answered, await client.send("POST", "/api/ai", body, expected=200))
