"""The three calls that a bundle is made of: languages, ``.repo-context.json``, the file tree."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import quote

from shared.clients.github import GitHub, RateLimited, Refused
from shared.errors import Unavailable
from shared.repo_context.context_file import CONTEXT_FILE, UnusableContext, context_of_contents
from shared.repo_context.file_types import file_types_of
from shared.repo_context.metadata import Metadata

PARTS = ("languages", "context", "tree")
_EMPTY_REPOSITORY = 409
_NOT_FOUND = 404
_MAX_LANGUAGES = 100


@dataclass(frozen=True)
class Part:
    """What a call gave. ``note``: what it says of itself that a reader should know, such as a truncated tree."""

    value: Any
    etag: str = ""
    note: str | None = None


@dataclass(frozen=True)
class Unchanged:
    """The part is still what the ETag names."""


@dataclass(frozen=True)
class FailedPart:
    """``cause``: GitHub did not answer, refused, or answered what cannot be used.

    Asking again may help in a moment, in an hour, and when the repository has changed, in this order.
    """

    error: str
    cause: Literal["unavailable", "refused", "content"]


PartOutcome = Part | Unchanged | FailedPart


@dataclass(frozen=True)
class _Tree:
    file_types: dict[str, int]
    note: str | None


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
        _part(github, f"{base}/languages", _languages, etags.get("languages")),
        _part(github, f"{base}/contents/{CONTEXT_FILE}", _context, etags.get("context"), _no_context),
        _part(github, f"{base}/git/trees/{branch}", _tree, etags.get("tree"), _no_tree, {"recursive": "1"}),
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


def _languages(document: object) -> Part | FailedPart:
    if not isinstance(document, dict):
        return FailedPart("GitHub answered no languages", "refused")
    named = cast("dict[str, object]", document)
    sizes = {
        name[:80]: size
        for name, size in named.items()
        # A name that begins with an underscore is no language; the Durable SDK would take __class__ for something else.
        if isinstance(size, int) and not isinstance(size, bool) and size >= 0 and not name.startswith("_")
    }
    return Part(dict(sorted(sizes.items(), key=lambda each: (-each[1], each[0]))[:_MAX_LANGUAGES]))


def _context(document: object) -> Part | FailedPart:
    try:
        return Part(context_of_contents(document))
    except UnusableContext as error:
        return FailedPart(str(error), "content")


def _no_context(error: Refused) -> PartOutcome | None:
    return Part(None) if error.status == _NOT_FOUND else None


def _tree(document: object) -> Part | FailedPart:
    listed = cast("dict[str, Any]", document).get("tree") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        return FailedPart("GitHub answered no file tree", "refused")
    entries = [cast("dict[str, Any]", entry) for entry in cast("list[object]", listed) if isinstance(entry, dict)]
    files = [path for entry in entries if entry.get("type") == "blob" and isinstance(path := entry.get("path"), str)]
    folders = any(entry.get("type") == "tree" for entry in entries)
    if folders and not any("/" in str(entry.get("path")) for entry in entries):
        # PyGithub drops the query when it follows the redirection of a repository that was renamed meanwhile.
        return FailedPart("the repository was renamed while it was read", "refused")
    cut = cast("dict[str, Any]", document).get("truncated") is True
    note = f"GitHub cut it off, so that file types count the first {len(files)} files only" if cut else None
    return Part(file_types_of(files), note=note)


def _no_tree(error: Refused) -> PartOutcome | None:
    if error.status == _EMPTY_REPOSITORY:
        return Part({}, note="the repository is empty")
    return None
