"""What may be wrong with the fields of a request, in the words that every answer uses."""

from collections.abc import Iterable, Sequence
from typing import Any

from shared.http import json_type

MAX_UNKNOWN_NAMED = 10
_SHOWN_CHARACTERS = 60


def unknown_fields(document: Iterable[str], known: Sequence[str]) -> list[str]:
    """Name the first of the fields that nobody asked for, and how many more there are: one may be misspelt."""
    unknown = [name for name in document if name not in known]
    wanted = ", ".join(known)
    faults = [f"Unknown field {shown(name)}; expected {wanted}" for name in unknown[:MAX_UNKNOWN_NAMED]]
    more = len(unknown) - len(faults)
    return [*faults, f"and {more} more unknown fields"] if more else faults


def query_faults(document: dict[str, Any], max_characters: int) -> list[str]:
    """Say what is wrong with the question in ``query``, which is required."""
    if "query" not in document:
        return ["Missing required field: query"]
    query = document["query"]
    expected = f"must be a string of 1 to {max_characters} characters, not all blank"
    if not isinstance(query, str):
        return [f"Field 'query' {expected}, got {json_type(query)}"]
    if not query.strip() or len(query) > max_characters:
        return [f"Field 'query' {expected}, got {len(query)} characters"]
    return unicode_faults("query", query)


def count_faults(field: str, value: object, most: int) -> list[str]:
    """Say what is wrong with a number of things, of which there are 1 to ``most``."""
    if type(value) is int and 1 <= value <= most:
        return []
    got = shown(str(value)) if type(value) is int else json_type(value)
    return [f"Field '{field}' must be an integer from 1 to {most}, got {got}"]


def flag_faults(field: str, value: object) -> list[str]:
    """Say what is wrong with a value that is true or false."""
    return [] if isinstance(value, bool) else [f"Field '{field}' must be true or false, got {json_type(value)}"]


def unicode_faults(field: str, value: str) -> list[str]:
    """Say where a string holds half a surrogate pair, which JSON can write and no service can read."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        return [f"Field '{field}' must be valid Unicode, got half a surrogate pair at character {error.start}"]
    return []


def shown(text: str) -> str:
    """Return a value as an answer may repeat it: quoted, and short however long it came."""
    return repr(text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…")
