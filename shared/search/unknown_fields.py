"""Fields of a request that nobody knows: what is said of them, and whether they can be stored with the others."""

import difflib
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from shared.request_fields import MAX_UNKNOWN_NAMED, shown

# Cosmos DB takes 128 levels, some of which the document around a payload needs.
MAX_LEVELS = 100
# No known field is longer by far, and comparing takes the product of both lengths.
_COMPARED_CHARACTERS = 60
# Some letters of a long name may be wrong; of two that share no more than REQUEST_, none was meant as the other.
_ALIKE = 0.75
# The beginning of a name, or a name with more behind it: REQUEST_COLOR, REQUEST_OPACITY_LEVEL.
_SHORTEST_BEGINNING = 4

_NO_UNICODE = "must be valid Unicode, got half a surrogate pair"
_NO_NUMBER = "must hold numbers between -1.8e308 and 1.8e308 only"
_TOO_DEEP = f"must be nested at most {MAX_LEVELS} levels deep"


def unknown_sentences(unknown: Sequence[str], known: Iterable[str]) -> list[str]:
    """Name the first of the ``unknown`` fields, each with the ``known`` one that may have been meant."""
    candidates = tuple(known)
    named = [_sentence(field, nearest_field(field, candidates)) for field in unknown[:MAX_UNKNOWN_NAMED]]
    more = len(unknown) - len(named)
    return [*named, f"and {more} more fields that are not known and were not used"] if more else named


def nearest_field(field: str, known: Iterable[str]) -> str | None:
    """Return the known field that is written nearly like ``field``, if any: case, signs and ``REQUEST_`` may differ."""
    by_letters = {_letters(name.removeprefix("REQUEST_")): name for name in known}
    by_letters |= {_letters(name): name for name in by_letters.values()}
    asked = _letters(field[:_COMPARED_CHARACTERS])
    if found := difflib.get_close_matches(asked, by_letters, n=1, cutoff=_ALIKE):
        return by_letters[found[0]]
    bare = asked.removeprefix("request")
    return next((name for letters, name in by_letters.items() if _begins_alike(bare, letters)), None)


def _begins_alike(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= _SHORTEST_BEGINNING and longer.startswith(shorter)


def storage_faults(unknown: Mapping[str, Any]) -> list[str]:
    """Say which of the ``unknown`` fields no JSON document can hold, in time that grows with their size alone."""
    reasons = {field: reason for field, value in unknown.items() if (reason := _reason([field, value]))}
    named = [f"Field {shown(field)} {reason}" for field, reason in list(reasons.items())[:MAX_UNKNOWN_NAMED]]
    more = len(reasons) - len(named)
    return [*named, f"and {more} more fields that cannot be stored"] if more else named


def _sentence(field: str, meant: str | None) -> str:
    said = f"Field {shown(field)} is not known and was not used"
    return f"{said}; did you mean {meant!r}?" if meant else said


def _letters(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def _reason(values: list[Any]) -> str | None:
    """Return why a field with its name and value cannot be stored. Level by level: recursion has a limit of its own."""
    level = values
    for _ in range(MAX_LEVELS + 1):
        for value in level:
            if reason := _own_reason(value):
                return reason
        level = [inner for value in level for inner in _inner(value)]
        if not level:
            return None
    return _TOO_DEEP


def _own_reason(value: object) -> str | None:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return _NO_UNICODE
    # NaN is between nothing, and an integer of a thousand digits is compared without becoming a float.
    elif isinstance(value, int | float) and not -sys.float_info.max <= value <= sys.float_info.max:
        return _NO_NUMBER
    return None


def _inner(value: object) -> Iterable[Any]:
    if isinstance(value, dict):
        document = cast("dict[str, Any]", value)
        return (*document, *document.values())
    return cast("list[Any]", value) if isinstance(value, list) else ()
