"""What a client may submit for embedding, checked all at once."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from shared.errors import InvalidRequest, TooLarge
from shared.http import json_type
from shared.request_fields import shown, unicode_faults, unknown_fields
from shared.snippets.identifiers import MAX_ID_BYTES, snippet_id

DEFAULT_PROJECT = "default-project"
MAX_TEXT_BYTES = 10 * 1024 * 1024
# JSON may write a byte as six characters (\u0001), and the rest of the document is small.
MAX_BODY_BYTES = 6 * MAX_TEXT_BYTES + 64 * 1024
MAX_NAME_CHARACTERS = 512
MAX_PROJECT_CHARACTERS = 128
FIELDS = ("projectId", "name", "text")

_PROJECT_EXPECTED = (
    f"must be a string of 1 to {MAX_PROJECT_CHARACTERS} characters, other than . and .., "
    "without / \\ # ? %2F or control characters"
)
_NAME_EXPECTED = (
    f"must be a string of 1 to {MAX_NAME_CHARACTERS} characters without control characters, without a part . or .. "
    "between slashes, without a slash at the end and without %2F"
)
# What an address would make another name of: clients resolve these parts before they send it, with either slash;
# servers disregard a slash at its end; and they leave %2F as it is, so that it may stand for a slash.
_SLASH = re.compile(r"[/\\]")
_DOT_SEGMENTS = frozenset({".", ".."})
ESCAPED_SLASH = re.compile("%2f", re.IGNORECASE)


@dataclass(frozen=True)
class SnippetRequest:
    project_id: str
    name: str
    text: str


def read_submission(document: dict[str, Any]) -> SnippetRequest:
    """Return the snippet that a request describes.

    Raises:
        InvalidRequest: Fields are missing, unknown or wrong; every fault is named.
        TooLarge: The text has more than 10 MB in UTF-8.
    """
    faults = [*unknown_fields(document, FIELDS)]
    project_id = document.get("projectId", DEFAULT_PROJECT)
    faults += project_faults(project_id)
    faults += _missing_or(document, "name", name_faults)
    faults += _missing_or(document, "text", text_faults)
    too_large = size_faults(document.get("text"))
    if faults:
        raise InvalidRequest(*faults, *too_large)
    if too_large:
        raise TooLarge(*too_large)
    return SnippetRequest(project_id, document["name"], document["text"])


def project_faults(value: object) -> list[str]:
    """Say what is wrong with a project id. Cosmos DB takes any string as a partition key; a route does not."""
    if not isinstance(value, str):
        return [f"Field 'projectId' {_PROJECT_EXPECTED}, got {json_type(value)}"]
    long_or_empty = not 1 <= len(value) <= MAX_PROJECT_CHARACTERS
    unfit = set(value) & set("/\\#?") or value in _DOT_SEGMENTS or ESCAPED_SLASH.search(value)
    if long_or_empty or unfit or _has_controls(value):
        return [f"Field 'projectId' {_PROJECT_EXPECTED}, got {shown(value)}"]
    return []


def name_faults(value: object) -> list[str]:
    """Say what is wrong with a snippet's name. Paths are names."""
    if not isinstance(value, str):
        return [f"Field 'name' {_NAME_EXPECTED}, got {json_type(value)}"]
    if not 1 <= len(value) <= MAX_NAME_CHARACTERS or _has_controls(value) or _means_another(value):
        return [f"Field 'name' {_NAME_EXPECTED}, got {shown(value)}"]
    if len(snippet_id(value).encode()) > MAX_ID_BYTES:
        return [f"Field 'name' must take at most {MAX_ID_BYTES} bytes as a document id, got {shown(value)}"]
    return []


def text_faults(value: object) -> list[str]:
    """Say what is wrong with a text. An empty one is a file like any other."""
    if not isinstance(value, str):
        return [f"Field 'text' must be a string, got {json_type(value)}"]
    return unicode_faults("text", value)


def size_faults(text: object) -> list[str]:
    """Say whether a text is too large; what is no text has a fault of its own."""
    size = len(text.encode(errors="replace")) if isinstance(text, str) else 0
    return (
        [f"Field 'text' has {size} bytes in UTF-8; expected at most {MAX_TEXT_BYTES}"] if size > MAX_TEXT_BYTES else []
    )


def _missing_or(document: dict[str, Any], field: str, faults: Any) -> list[str]:
    return faults(document[field]) if field in document else [f"Missing required field: {field}"]


def prefix_faults(value: object) -> list[str]:
    """Say what is wrong with the beginning of names: no name could begin so."""
    if not isinstance(value, str):
        return [f"Field 'prefix' must be a string, got {json_type(value)}"]
    if len(value) > MAX_NAME_CHARACTERS:
        return [f"Field 'prefix' must have at most {MAX_NAME_CHARACTERS} characters, got {len(value)}"]
    # Its last part may go on: "src/." is how "src/.env" begins.
    if _has_controls(value) or _has_dot_segment(_SLASH.split(value)[:-1]) or ESCAPED_SLASH.search(value):
        return [
            "Field 'prefix' must be the beginning of names, which have no control characters, no part . or .. between "
            f"slashes and no %2F, got {shown(value)}"
        ]
    return []


def _means_another(name: str) -> bool:
    segments = _SLASH.split(name)
    return _has_dot_segment(segments) or not segments[-1] or ESCAPED_SLASH.search(name) is not None


def _has_dot_segment(segments: list[str]) -> bool:
    return not _DOT_SEGMENTS.isdisjoint(segments)


def _has_controls(text: str) -> bool:
    """Whether ``text`` has control characters, surrogates that stand alone, or line and paragraph separators."""
    return any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text)
