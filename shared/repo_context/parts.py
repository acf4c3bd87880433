"""The three calls that a bundle is made of: languages, ``.repo-context.json``, the file tree."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import quote

from shared.clients.github import GitHub, RateLimited, Refused
from shared.errors import Unavailable
from shared.repo_context.context_file import CONTEXT_FILE
from shared.repo_context.metadata import Metadata
from shared.repo_context.outcomes import (
    PARTS,
    FailedPart,
    Part,
    PartOutcome,
    Unchanged,
    context_part,
    languages_part,
    tree_part,
)

_EMPTY_REPOSITORY = 409
_NOT_FOUND = 404


async def fetch_parts(
    github: GitHub, username: str, metadata: Metadata, etags: Mapping[str, str | None]
) -> dict[str, PartOutcome]:
    """Ask for the parts of a repository at once, each only if it has changed since its ETag.

    Raises:
        RateLimited: GitHub asks to be left alone; what else was answered is given up.
    """
    base = f"/repos/{quote(username, safe='')}/{quote(metadata['name'], safe='')}"
    branch = quote(metadata.get("default_branch") or "HEAD", safe="")
    outcomes = await asyncio.gather(
        _part(github, f"{base}/languages", languages_part, etags.get("languages")),
        _part(github, f"{base}/contents/{CONTEXT_FILE}", context_part, etags.get("context"), _no_context),
        _part(github, f"{base}/git/trees/{branch}", tree_part, etags.get("tree"), _no_tree, {"recursive": "1"}),
        return_exceptions=True,
    )
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return _without_a_guess(dict(zip(PARTS, cast("list[PartOutcome]", outcomes), strict=True)))


def _without_a_guess(outcomes: dict[str, PartOutcome]) -> dict[str, PartOutcome]:
    """Take 404 for "there is no such file" only where GitHub tells anything of the repository at all."""
    others = (outcomes["languages"], outcomes["tree"])
    if outcomes["context"] == Part(None) and all(isinstance(each, FailedPart) for each in others):
        return outcomes | {"context": FailedPart("GitHub tells nothing of the repository", "refused")}
    return outcomes


async def _part(
    github: GitHub,
    path: str,
    decode: Callable[[Any], Part | FailedPart],
    etag: str | None,
    refused: Callable[[Refused], PartOutcome | None] = lambda _: None,
    parameters: Mapping[str, str] | None = None,
) -> PartOutcome:
    try:
        answer = await github.get(path, decode, etag=etag, parameters=parameters)
    except RateLimited:
        raise
    except Unavailable as error:
        return FailedPart(str(error), "unavailable")
    except Refused as error:
        return refused(error) or FailedPart(str(error), "refused")
    if answer is None:
        return Unchanged()
    if isinstance(answer.content, FailedPart):
        return answer.content
    return Part(answer.content.value, answer.etag, answer.content.note)


def _no_context(error: Refused) -> PartOutcome | None:
    return Part(None) if error.status == _NOT_FOUND else None


def _no_tree(error: Refused) -> PartOutcome | None:
    if error.status == _EMPTY_REPOSITORY:
        return Part({}, note="the repository is empty")
    return None
