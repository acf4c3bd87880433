"""JSON text in and out: orjson, and where it is stricter than what Python programs write, the standard library.

The SDK may write integers beyond 64 bits and lone surrogates; they must pass through the engine unharmed. NaN and the
infinities are read, and written as null: what this host answers with is JSON for readers in any language.
"""

import json
import re
from typing import Any

import orjson

#: An integer that may not fit into 64 bits; orjson reads one that does not as a float, without a word.
_LONG_INTEGER = re.compile(r"[:,\[\s-][0-9]{19}")
_DIGITS_TO_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)
_MANY_DIGITS = b"0" * 19


def loads(text: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        ValueError: ``text`` is no JSON.
    """
    if _has_long_integer(text):
        return json.loads(text)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def _has_long_integer(text: str) -> bool:
    # What rules most texts out takes a tenth of the expression's time, which is more than the parser's own.
    digits = text.encode("utf-8", "surrogatepass").translate(_DIGITS_TO_ZEROS)
    return _MANY_DIGITS in digits and _LONG_INTEGER.search(f" {text}") is not None


def dumps(value: Any) -> str:
    """Return ``value`` as compact JSON text."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, separators=(",", ":"))


def quoted(text: str) -> str:
    """Return ``text`` as a JSON string."""
    return dumps(text)


def unquoted(value: str | None) -> str:
    """Return the text of a JSON string, empty for None."""
    return loads(value) if value else ""
