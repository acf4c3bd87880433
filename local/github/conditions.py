"""Entity tags, and requests that only want what has changed."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from local.github.credentials import Caller


def entity_tag(body: bytes, links: str, caller: Caller) -> str:
    """Return the tag of an answer; like GitHub's it holds for one caller only."""
    seal = hashlib.sha256(body)
    seal.update(f"\0{links}\0{caller.id}".encode())
    return f'W/"{seal.hexdigest()}"'


def last_modified(time: datetime) -> str:
    """Return a time as the header Last-Modified holds it."""
    return format_datetime(time.astimezone(UTC), usegmt=True)


def unchanged(headers: Mapping[str, str], tag: str, modified_at: datetime | None) -> bool:
    """Tell whether the caller has this answer already; If-Modified-Since counts when If-None-Match is not there."""
    tags = headers.get("If-None-Match")
    if tags is not None:
        return any(each.strip() == "*" or _opaque(each) == _opaque(tag) for each in tags.split(","))
    since = headers.get("If-Modified-Since")
    if since is None or modified_at is None:
        return False
    try:
        known = parsedate_to_datetime(since)
    except ValueError:
        return False
    if known.tzinfo is None:
        known = known.replace(tzinfo=UTC)
    return modified_at.replace(microsecond=0) <= known


def _opaque(tag: str) -> str:
    return tag.strip().removeprefix("W/")
