"""What GitHub's answers say of a repository's parts. Pure."""

from dataclasses import dataclass
from typing import Any, Literal, cast

from shared.repo_context.context_file import UnusableContext, context_of_contents
from shared.repo_context.file_types import file_types_of

PARTS = ("languages", "context", "tree")
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


def languages_part(document: object) -> Part | FailedPart:
    """Return bytes by language, most used first."""
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


def context_part(document: object) -> Part | FailedPart:
    """Return ``.repo-context.json`` as JSON text."""
    try:
        return Part(context_of_contents(document))
    except UnusableContext as error:
        return FailedPart(str(error), "content")


def tree_part(document: object) -> Part | FailedPart:
    """Return the number of files by type, from a recursive tree."""
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
