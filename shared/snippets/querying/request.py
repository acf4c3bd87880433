"""What a client may ask of its snippets, checked all at once."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from shared.errors import InvalidRequest
from shared.http import json_type
from shared.repo_scoring.linguist import linguist
from shared.request_fields import count_faults, query_faults, shown, unicode_faults, unknown_fields
from shared.snippets.querying.globs import Glob
from shared.snippets.submission import MAX_NAME_CHARACTERS, project_faults

GroupBy = Literal["file", "chunk"]

MAX_QUERY_CHARACTERS = 8000
# JSON may write a character as twelve bytes (two halves of a surrogate pair): question and path take 102,144 then.
MAX_BODY_BYTES = 128 * 1024
MAX_K = 50
LEAST_CHARS = 1_000
MOST_CHARS = 200_000
FIELDS = ("query", "projectId", "k", "groupBy", "path", "language", "maxChars")
_DEFAULT_K = 5
_GROUPS = ("file", "chunk")


@dataclass(frozen=True)
class Query:
    """A question. ``project_id`` None: of all projects; ``max_chars`` None: the answer has its default bound."""

    text: str
    project_id: str | None = None
    k: int = _DEFAULT_K
    group_by: GroupBy = "file"
    path: Glob | None = None
    language: str | None = None
    max_chars: int | None = None


def read_query(document: dict[str, Any]) -> Query:
    """Return the question that a request asks.

    Raises:
        InvalidRequest: Fields are missing, unknown or wrong; every fault is named.
    """
    faults = [*unknown_fields(document, FIELDS), *query_faults(document, MAX_QUERY_CHARACTERS)]
    # Clients send null for what they leave out.
    document = {field: value for field, value in document.items() if value is not None}
    project_id, path, language = (document.get(field) for field in ("projectId", "path", "language"))
    k, group_by, max_chars = document.get("k", _DEFAULT_K), document.get("groupBy", "file"), document.get("maxChars")
    faults += project_faults(project_id) if project_id is not None else []
    faults += count_faults("k", k, MAX_K)
    faults += _group_faults(group_by)
    faults += _path_faults(path) if path is not None else []
    faults += _language_faults(language) if language is not None else []
    faults += _chars_faults(max_chars) if max_chars is not None else []
    if faults:
        raise InvalidRequest(*faults)
    return Query(
        text=document["query"],
        project_id=project_id,
        k=k,
        group_by=group_by,
        path=Glob(path) if path is not None else None,
        language=_stored_languages()[language.casefold()] if language is not None else None,
        max_chars=max_chars,
    )


@cache
def _stored_languages() -> dict[str, str]:
    """Return languages as chunks name them, by their names in one case."""
    return {name.casefold(): name for name in linguist().languages}


def _group_faults(value: object) -> list[str]:
    if isinstance(value, str) and value in _GROUPS:
        return []
    return [f"Field 'groupBy' must be file or chunk, got {_got(value)}"]


def _path_faults(value: object) -> list[str]:
    expected = f"must be a glob of 1 to {MAX_NAME_CHARACTERS} characters (* within a segment, ** across, ?)"
    if not isinstance(value, str):
        return [f"Field 'path' {expected}, got {json_type(value)}"]
    if not 1 <= len(value) <= MAX_NAME_CHARACTERS:
        return [f"Field 'path' {expected}, got {len(value)} characters"]
    return unicode_faults("path", value)


def _language_faults(value: object) -> list[str]:
    if isinstance(value, str) and value.casefold() in _stored_languages():
        return []
    return [
        "Field 'language' must be a language as GitHub names it, such as Python, TypeScript, C++ or Markdown, "
        f"got {_got(value)}"
    ]


def _chars_faults(value: object) -> list[str]:
    if type(value) is int and LEAST_CHARS <= value <= MOST_CHARS:
        return []
    got = shown(str(value)) if type(value) is int and abs(value) < 10**20 else json_type(value)
    return [f"Field 'maxChars' must be an integer from {LEAST_CHARS} to {MOST_CHARS}, got {got}"]


def _got(value: object) -> str:
    return shown(value) if isinstance(value, str) else json_type(value)
