"""What may be asked of ``POST /search``, checked all at once in the words of the search spec."""

import re
import unicodedata
from typing import Any

from shared.errors import InvalidRequest
from shared.request_fields import unicode_faults, unknown_named
from shared.search.contracts import LabValues, RequestText, SearchRequest

MAX_BODY_BYTES = 64 * 1024
RESIN_FIELD = "REQUEST_RESIN_FINAL"
COLOUR_FIELD = "REQUEST_COLOR_DESCR"
MAX_K = 100
MAX_THRESHOLD = 50
# The spec's default of 0.0 would match materials of exactly the requested colour only.
DEFAULT_THRESHOLD = 5.0
MAX_FURTHER_TEXTS = 40
MAX_TEXT_CHARACTERS = 500

_LAB_RANGES = {"L": (0, 100), "a": (-128, 127), "b": (-128, 127)}
_KNOWN = ("k", "rerank", "deltaEthresh", *_LAB_RANGES)
_TEXT_FIELD = re.compile(r"REQUEST_[A-Za-z0-9_]{1,56}")
_LINE_BREAKS = frozenset("\t\n\r")

_LAB_INCOMPLETE = "If providing Lab values, all three (L, a, b) are required"
_NOTHING_ASKED = f"At least one of {RESIN_FIELD}, {COLOUR_FIELD} or the Lab values (L, a, b) is required"
_THRESHOLD_ALONE = "Field 'deltaEthresh' needs the Lab values (L, a, b) that it is measured from"


def read_payload(payload: dict[str, Any]) -> SearchRequest:
    """Return the search that a payload asks for.

    L, a and b that are all 0 stand for no colour, as forms send them that were not filled in; a 0 among others is a
    value like any other. NaN, strings and booleans are no numbers, and 20.0 is no integer.

    Raises:
        InvalidRequest: Fields are missing, unknown or wrong; every fault is named.
    """
    faults = [*_unknown_faults(payload), *_k_faults(payload), *_lab_faults(payload), *_option_faults(payload)]
    faults += _text_faults(payload)
    colour_given = any(payload.get(field, 0) != 0 for field in _LAB_RANGES)
    if not colour_given:
        if not any(_asks(payload.get(field, "")) for field in (RESIN_FIELD, COLOUR_FIELD)):
            faults.append(_NOTHING_ASKED)
        if "deltaEthresh" in payload:
            faults.append(_THRESHOLD_ALONE)
    if faults:
        raise InvalidRequest(*faults)
    return SearchRequest(
        k=payload["k"],
        rerank=payload.get("rerank", True),
        lab=LabValues(**{field: float(payload[field]) for field in _LAB_RANGES}) if colour_given else None,
        deltae_threshold=float(payload.get("deltaEthresh", DEFAULT_THRESHOLD)),
        texts=tuple(
            RequestText(field=field, text=value)
            for field, value in payload.items()
            if _TEXT_FIELD.fullmatch(field) and value.strip()
        ),
    )


def _unknown_faults(payload: dict[str, Any]) -> list[str]:
    """Name the fields that nobody asked for: a misspelt one would otherwise be ignored."""
    unknown = [field for field in payload if field not in _KNOWN and not _TEXT_FIELD.fullmatch(field)]
    return unknown_named(unknown, (*_KNOWN, "REQUEST_*"))


def _k_faults(payload: dict[str, Any]) -> list[str]:
    if "k" not in payload:
        return ["Missing required field: k"]
    k = payload["k"]
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= MAX_K:
        return [f"Field 'k' must be integer between 1 and {MAX_K}"]
    return []


def _lab_faults(payload: dict[str, Any]) -> list[str]:
    given = [field for field in _LAB_RANGES if field in payload]
    faults = [fault for field in given for fault in _number_faults(payload, field, *_LAB_RANGES[field])]
    return [*faults, _LAB_INCOMPLETE] if given and len(given) < len(_LAB_RANGES) else faults


def _option_faults(payload: dict[str, Any]) -> list[str]:
    faults = _number_faults(payload, "deltaEthresh", 0, MAX_THRESHOLD) if "deltaEthresh" in payload else []
    if not isinstance(payload.get("rerank", True), bool):
        faults.append("Field 'rerank' must be boolean")
    return faults


def _number_faults(payload: dict[str, Any], field: str, low: int, high: int) -> list[str]:
    value = payload[field]
    # NaN is between nothing, and an integer of a thousand digits is compared without becoming a float.
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        return [f"Field '{field}' must be float between {low} and {high}"]
    return []


def _text_faults(payload: dict[str, Any]) -> list[str]:
    texts = {field: value for field, value in payload.items() if _TEXT_FIELD.fullmatch(field)}
    further = len(texts.keys() - {RESIN_FIELD, COLOUR_FIELD})
    if further > MAX_FURTHER_TEXTS:
        return [f"At most {MAX_FURTHER_TEXTS} further REQUEST_* fields are taken, got {further}"]
    return [fault for field, value in texts.items() for fault in _one_text_faults(field, value)]


def _one_text_faults(field: str, value: object) -> list[str]:
    if not isinstance(value, str) or len(value) > MAX_TEXT_CHARACTERS:
        return [f"Field '{field}' must be string of at most {MAX_TEXT_CHARACTERS} characters"]
    if faults := unicode_faults(field, value):
        return faults
    if any(unicodedata.category(character) == "Cc" for character in set(value) - _LINE_BREAKS):
        return [f"Field '{field}' must not hold control characters"]
    return []


def _asks(value: object) -> bool:
    """Whether a text was given; one of the wrong type was meant to be, and is a fault of its own."""
    return bool(value.strip()) if isinstance(value, str) else True
