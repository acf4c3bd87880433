"""A repository's metadata, as GitHub's listing gives it, reduced to what Fanwise uses."""

from collections.abc import Callable
from typing import Any, cast

from shared.repo_context.names import is_repository
from shared.secrets import masked

Metadata = dict[str, Any]

_MAX_TEXT_CHARACTERS = 1000
_MAX_TOPICS = 20


def _text(value: object) -> str | None:
    return masked(value[:_MAX_TEXT_CHARACTERS]) if isinstance(value, str) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _topics(value: object) -> list[str]:
    topics = cast("list[object]", value) if isinstance(value, list) else []
    return [text for topic in topics[:_MAX_TOPICS] if (text := _text(topic))]


def _license(value: object) -> dict[str, str | None] | None:
    if not isinstance(value, dict):
        return None
    named = cast("dict[str, object]", value)
    return {"spdx_id": _text(named.get("spdx_id")), "name": _text(named.get("name"))}


_FIELDS: dict[str, Callable[[object], Any]] = {
    "id": _count,
    "name": _text,
    "full_name": _text,
    "description": _text,
    "html_url": _text,
    "homepage": _text,
    "language": _text,
    "topics": _topics,
    "default_branch": _text,
    "visibility": _text,
    "license": _license,
    "fork": _flag,
    "archived": _flag,
    "is_template": _flag,
    "size": _count,
    "stargazers_count": _count,
    "watchers_count": _count,
    "forks_count": _count,
    "open_issues_count": _count,
    "created_at": _text,
    "updated_at": _text,
    "pushed_at": _text,
}


def public_metadata(entry: object) -> Metadata | None:
    """Return what a listing says of a repository; None for one that is not public or has no usable name.

    Whatever does not say that it is public counts as private: those are never fetched, kept or told.
    """
    if not isinstance(entry, dict):
        return None
    document = cast("dict[str, object]", entry)
    name = document.get("name")
    if document.get("private") is not False or document.get("visibility", "public") != "public":
        return None
    if not isinstance(name, str) or not is_repository(name):
        return None
    return {field: read(document.get(field)) for field, read in _FIELDS.items()}


def owner_of(entry: object) -> str | None:
    """Return the name of the account that a repository of a listing belongs to."""
    owner = cast("dict[str, object]", entry).get("owner") if isinstance(entry, dict) else None
    login = cast("dict[str, object]", owner).get("login") if isinstance(owner, dict) else None
    return login if isinstance(login, str) else None


def public_of(entries: object, username: str) -> list[Metadata]:
    """Return the public repositories of ``username`` among a page of a listing."""
    listed = cast("list[object]", entries) if isinstance(entries, list) else []
    own = [entry for entry in listed if (owner_of(entry) or username).lower() == username]
    return [metadata for entry in own if (metadata := public_metadata(entry)) is not None]
