"""Functions on strings. An argument of the wrong type makes the result undefined."""

from functools import lru_cache
from typing import Any

import orjson
import regex

from local.cosmos import limits
from local.cosmos.errors import bad_request
from local.cosmos.sql.values import UNDEFINED, number


def bounded(length: int) -> None:
    """Refuse to build what would be longer than any answer."""
    if length > limits.RESULT_CHARACTERS:
        raise bad_request(f"An expression builds a value of {length} characters; at most {limits.RESULT_CHARACTERS}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def concat(*parts: Any) -> Any:
    if not all(isinstance(part, str) for part in parts):
        return UNDEFINED
    bounded(sum(map(len, parts)))
    return "".join(parts)


def _folded(text: Any, other: Any, ignore_case: Any) -> tuple[str, str] | None:
    if not isinstance(text, str) or not isinstance(other, str) or not isinstance(ignore_case, bool):
        return None
    return (text.lower(), other.lower()) if ignore_case else (text, other)


def contains(text: Any, part: Any, ignore_case: Any = False) -> Any:
    pair = _folded(text, part, ignore_case)
    return UNDEFINED if pair is None else pair[1] in pair[0]


def starts_with(text: Any, part: Any, ignore_case: Any = False) -> Any:
    pair = _folded(text, part, ignore_case)
    return UNDEFINED if pair is None else pair[0].startswith(pair[1])


def ends_with(text: Any, part: Any, ignore_case: Any = False) -> Any:
    pair = _folded(text, part, ignore_case)
    return UNDEFINED if pair is None else pair[0].endswith(pair[1])


def string_equals(text: Any, other: Any, ignore_case: Any = False) -> Any:
    pair = _folded(text, other, ignore_case)
    return UNDEFINED if pair is None else pair[0] == pair[1]


def index_of(text: Any, part: Any, start: Any = 0) -> Any:
    if not isinstance(text, str) or not isinstance(part, str) or not _is_number(start):
        return UNDEFINED
    return text.find(part, max(0, int(start)))


def length(text: Any) -> Any:
    return len(text) if isinstance(text, str) else UNDEFINED


def lower(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else UNDEFINED


def upper(text: Any) -> Any:
    return text.upper() if isinstance(text, str) else UNDEFINED


def substring(text: Any, start: Any, count: Any) -> Any:
    if not isinstance(text, str) or not _is_number(start) or not _is_number(count):
        return UNDEFINED
    first = max(0, int(start))
    return text[first : first + max(0, int(count))]


def left(text: Any, count: Any) -> Any:
    if not isinstance(text, str) or not _is_number(count):
        return UNDEFINED
    return text[: max(0, int(count))]


def right(text: Any, count: Any) -> Any:
    if not isinstance(text, str) or not _is_number(count):
        return UNDEFINED
    return text[max(0, len(text) - max(0, int(count))) :]


def trim(text: Any, characters: Any = None) -> Any:
    return text.strip(characters) if _strippable(text, characters) else UNDEFINED


def ltrim(text: Any, characters: Any = None) -> Any:
    return text.lstrip(characters) if _strippable(text, characters) else UNDEFINED


def rtrim(text: Any, characters: Any = None) -> Any:
    return text.rstrip(characters) if _strippable(text, characters) else UNDEFINED


def _strippable(text: Any, characters: Any) -> bool:
    return isinstance(text, str) and (characters is None or isinstance(characters, str))


def replace(text: Any, old: Any, new: Any) -> Any:
    if not isinstance(text, str) or not isinstance(old, str) or not isinstance(new, str):
        return UNDEFINED
    if not old:
        return text
    bounded(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


def replicate(text: Any, times: Any) -> Any:
    if not isinstance(text, str) or not _is_number(times) or times < 0:
        return UNDEFINED
    bounded(len(text) * int(times))
    return text * int(times)


def reverse(text: Any) -> Any:
    return text[::-1] if isinstance(text, str) else UNDEFINED


@lru_cache(maxsize=256)
def _pattern(pattern: str, modifiers: str) -> Any:
    if not set(modifiers) <= set("imsx"):
        raise bad_request(f"RegexMatch knows the modifiers i, m, s and x, not '{modifiers}'.")
    if len(pattern) > 4096:
        raise bad_request(f"The pattern of RegexMatch is {len(pattern)} characters long; at most 4096 are accepted.")
    try:
        return regex.compile(f"(?{modifiers})" + pattern if modifiers else pattern)
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        raise bad_request(f"RegexMatch: the pattern '{pattern[:100]}' is invalid: {error}") from None


def regex_match(text: Any, pattern: Any, modifiers: Any = "") -> Any:
    """Python's own ``re`` could be kept busy for ever by a pattern such as ``(a+)+$``; ``regex`` takes a timeout."""
    if not isinstance(text, str) or not isinstance(pattern, str) or not isinstance(modifiers, str):
        return UNDEFINED
    try:
        return (
            _pattern(pattern, modifiers).search(text, timeout=limits.REGEX_SECONDS, concurrent=len(text) > 10_000)
            is not None
        )
    except TimeoutError:
        raise bad_request(f"RegexMatch: the pattern '{pattern[:100]}' takes too long on this text.") from None


def to_string(value: Any) -> Any:
    if value is UNDEFINED or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def _json(text: Any, *kinds: type) -> Any:
    if not isinstance(text, str):
        return UNDEFINED
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return UNDEFINED
    return value if type(value) in kinds else UNDEFINED


def string_to_number(text: Any) -> Any:
    value = _json(text, int, float)
    return value if value is UNDEFINED else number(value)


def to_number(value: Any) -> Any:
    """A number stays what it is; a string is parsed."""
    return value if _is_number(value) else string_to_number(value)


def string_to_boolean(text: Any) -> Any:
    return _json(text, bool)


def string_to_null(text: Any) -> Any:
    return _json(text, type(None))


def string_to_array(text: Any) -> Any:
    return _json(text, list)


def string_to_object(text: Any) -> Any:
    return _json(text, dict)


def string_join(items: Any, separator: Any) -> Any:
    if not isinstance(items, list) or not isinstance(separator, str):
        return UNDEFINED
    if not all(isinstance(item, str) for item in items):
        return UNDEFINED
    bounded(sum(map(len, items)) + len(separator) * len(items))
    return separator.join(items)


def string_split(text: Any, separator: Any) -> Any:
    if not isinstance(text, str) or not isinstance(separator, str) or not separator:
        return UNDEFINED
    return text.split(separator)
