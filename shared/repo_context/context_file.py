"""``.repo-context.json`` as somebody committed it: anything may stand in it."""

import base64
import binascii
import json
import math
from typing import Any, cast

from shared.http import json_type
from shared.secrets import masked

CONTEXT_FILE = ".repo-context.json"
# The contents API hands out no content beyond 1 MB.
MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32


class UnusableContext(Exception):
    """The file cannot be used; the text says why."""


def context_of_contents(document: object) -> str:
    """Return the file as JSON text in ASCII, from what GitHub's contents API answered.

    Raises:
        UnusableContext: It is no file, too large, or no JSON object of reasonable depth.
    """
    if not isinstance(document, dict):
        raise UnusableContext(f"{CONTEXT_FILE} is no file")
    entry = cast("dict[str, Any]", document)
    size = entry.get("size")
    if isinstance(size, int) and size > MAX_BYTES:
        raise UnusableContext(f"{CONTEXT_FILE} has {size} bytes; expected at most {MAX_BYTES}")
    if entry.get("type") != "file" or entry.get("encoding") != "base64":
        raise UnusableContext(f"{CONTEXT_FILE} is no file that GitHub hands out")
    try:
        content = base64.b64decode(str(entry.get("content", "")))
    except (binascii.Error, ValueError) as error:
        raise UnusableContext(f"{CONTEXT_FILE} came in an encoding that cannot be read") from error
    return context_of(content)


def context_of(content: bytes) -> str:
    """Return the file's content as JSON text in ASCII, without secrets.

    Raises:
        UnusableContext: It is too large, or no JSON object of reasonable depth.
    """
    if len(content) > MAX_BYTES:
        raise UnusableContext(f"{CONTEXT_FILE} has {len(content)} bytes; expected at most {MAX_BYTES}")
    try:
        document = json.loads(content, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise UnusableContext(f"{CONTEXT_FILE} is not valid JSON") from error
    if not isinstance(document, dict):
        raise UnusableContext(f"{CONTEXT_FILE} must hold a JSON object, got {json_type(document)}")
    if _depth(cast("object", document)) > MAX_DEPTH:
        raise UnusableContext(f"{CONTEXT_FILE} is nested too deeply; expected at most {MAX_DEPTH} levels")
    return masked(json.dumps(document, separators=(",", ":")))


def parsed_context(text: str | None) -> dict[str, Any] | None:
    """Return what ``context_of`` made into text; None where there is none."""
    document: object = json.loads(text) if text else None
    return cast("dict[str, Any]", document) if isinstance(document, dict) else None


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large")
    return number


def _depth(document: object) -> int:
    """Return how deep lists and objects are nested, level by level, so that depth cannot exhaust the stack."""
    depth, level = 0, [document]
    while level:
        nested: list[object] = []
        for value in level:
            if isinstance(value, dict):
                nested += cast("dict[str, object]", value).values()
            elif isinstance(value, list):
                nested += cast("list[object]", value)
        depth, level = depth + 1, [value for value in nested if isinstance(value, dict | list)]
        if depth > MAX_DEPTH:
            return depth
    return depth
