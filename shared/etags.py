"""Entity tags: what names the version of an answer, and whether a caller has it already (RFC 9110, 13.1.2)."""

import json
from hashlib import sha256


def etag_of(document: object) -> str:
    """Return a tag of the answer itself: what it is made from changes with what is not told, too."""
    return quoted(sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:32])


def quoted(version: str) -> str:
    """Return the tag of a version that has a name."""
    return f'"{version}"'


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Whether an ``If-None-Match`` header names ``etag``."""
    tags = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    return etag in tags or "*" in tags
