"""What may be asked of ``POST /search``, checked all at once in the words of the search spec."""

import re
import unicodedata
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, TypeGuard

from shared.errors import InvalidRequest
from shared.http import json_type
from shared.request_fields import MAX_UNKNOWN_NAMED, shown, unicode_faults
from shared.search.contracts import LabValues, RequestText, SearchRequest
from shared.search.unknown_fields import nearest_field, storage_faults, unknown_sentences

MAX_BODY_BYTES = 64 * 1024
RESIN_FIELD = "REQUEST_RESIN_FINAL"
COLOUR_FIELD = "REQUEST_COLOR_DESCR"
STRICT_FIELD = "REQUEST_RESIN_STRICT"
MAX_K = 100
MAX_THRESHOLD = 50
# The spec's default of 0.0 would match materials of exactly the requested colour only.
DEFAULT_THRESHOLD = 5.0
MAX_FURTHER_TEXTS = 40
MAX_TEXT_CHARACTERS = 500

_LAB_RANGES = {"L": (0, 100), "a": (-128, 127), "b": (-128, 127)}
_KNOWN = ("k", "rerank", "deltaEthresh", *_LAB_RANGES, STRICT_FIELD)
_FLAG_FIELDS = ("REQUEST_OPACITY", "REQUEST_HEAT_STABILITY", "REQUEST_LIGHT_FASTNESS", "REQUEST_REGULATORY")
USUAL_FIELDS = (*_KNOWN, RESIN_FIELD, COLOUR_FIELD, *_FLAG_FIELDS)
"""What a misspelt field may have been meant to be; any other ``REQUEST_*`` text may be asked for too."""
_TEXTS_WITH_MEANING = (RESIN_FIELD, COLOUR_FIELD, *_FLAG_FIELDS, STRICT_FIELD)
_TEXT_FIELD = re.compile(r"REQUEST_[A-Za-z0-9_]{1,56}")
_LINE_BREAKS = frozenset("\t\n\r")
# Forms send what is written on them, in the languages that they are written in.
_YES_OR_NO = MappingProxyType(
    {
        **dict.fromkeys(("yes", "true", "1", "ja", "oui", "si", "sí", "si\N{COMBINING ACUTE ACCENT}"), True),
        **dict.fromkeys(("no", "false", "0", "nein", "non"), False),
    }
)
_TOLD_CHARACTERS = 60

_K_MISSING = "Missing required field: k"
_LAB_INCOMPLETE = "If providing Lab values, all three (L, a, b) are required"
_NOTHING_ASKED = f"At least one of {RESIN_FIELD}, {COLOUR_FIELD} or the Lab values (L, a, b) is required"
_THRESHOLD_ALONE = "Field 'deltaEthresh' needs the Lab values (L, a, b) that it is measured from"
_MISSING = frozenset({_K_MISSING, _LAB_INCOMPLETE, _NOTHING_ASKED, _THRESHOLD_ALONE})
_STRICT_NOT_USED = f"Field '{STRICT_FIELD}' was not used: no resin is asked for"
_THRESHOLD_NOT_USED = "Field 'deltaEthresh' was not used: L, a and b give no colour that it could be measured from"


def read_payload(payload: dict[str, Any]) -> SearchRequest:
    """Return the search that a payload asks for.

    null stands for a field that was not given, except for ``k``. L, a and b that are all 0 or null stand for no colour,
    as forms send them that were not filled in; a 0 among others is a value like any other. NaN, strings and booleans
    are no numbers, and 20.0 is no integer. A field that nobody knows is not used, and ``warnings`` say so.

    Raises:
        InvalidRequest: Fields are missing or wrong, or could not be stored; every fault is named. Where something is
            missing the unknown fields are named too, for it may be there under another name.
    """
    lab, texts = _lab(payload), _texts(payload)
    unknown = {field: value for field, value in payload.items() if field not in _KNOWN and not _is_text(field)}
    not_used = unknown_sentences(list(unknown), USUAL_FIELDS)
    faults = [*_k_faults(payload), *_lab_faults(lab), *_option_faults(payload), *_text_faults(texts)]
    if not lab:
        faults += _colourless_faults(payload, texts)
    faults += storage_faults(unknown)
    if faults:
        raise InvalidRequest(*faults, *(() if _MISSING.isdisjoint(faults) else not_used))
    threshold = payload.get("deltaEthresh")
    strict = _yes_or_no(payload.get(STRICT_FIELD))
    warnings = [
        *([_THRESHOLD_NOT_USED] if threshold and not lab else []),
        *([_STRICT_NOT_USED] if strict is not None and RESIN_FIELD not in texts else []),
        *_misspelt(texts, _TEXTS_WITH_MEANING),
        *not_used,
    ]
    return SearchRequest(
        k=payload["k"],
        rerank=payload.get("rerank") is not False,
        lab=LabValues(**{field: float(value) for field, value in lab.items()}) if lab else None,
        deltae_threshold=DEFAULT_THRESHOLD if threshold is None or not lab else float(threshold),
        texts=tuple(RequestText(field=field, text=value) for field, value in texts.items()),
        resin_strict=strict,
        warnings=tuple(warnings),
    )


def _lab(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the Lab values that are given, right or wrong: none where all of them are 0 or null."""
    given = {field: payload[field] for field in _LAB_RANGES if payload.get(field) is not None}
    return given if any(not _is_number(value) or value != 0 for value in given.values()) else {}


def _texts(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the ``REQUEST_*`` texts that are given, right or wrong, in their order."""
    return {field: value for field, value in payload.items() if _is_text(field) and not _is_blank(value)}


def _is_text(field: str) -> bool:
    return field != STRICT_FIELD and _TEXT_FIELD.fullmatch(field) is not None


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _k_faults(payload: dict[str, Any]) -> list[str]:
    if "k" not in payload:
        return [_K_MISSING]
    k = payload["k"]
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= MAX_K:
        return [f"Field 'k' must be integer between 1 and {MAX_K}"]
    return []


def _lab_faults(lab: dict[str, Any]) -> list[str]:
    faults = [fault for field, value in lab.items() for fault in _number_faults(field, value, *_LAB_RANGES[field])]
    return [*faults, _LAB_INCOMPLETE] if lab and len(lab) < len(_LAB_RANGES) else faults


def _option_faults(payload: dict[str, Any]) -> list[str]:
    threshold, strict = payload.get("deltaEthresh"), payload.get(STRICT_FIELD)
    faults = [] if threshold is None else _number_faults("deltaEthresh", threshold, 0, MAX_THRESHOLD)
    if not isinstance(payload.get("rerank"), bool | None):
        faults.append("Field 'rerank' must be boolean")
    if not _is_blank(strict) and _yes_or_no(strict) is None:
        expected = "boolean, or one of the texts yes, no, true, false, 1, 0"
        faults.append(f"Field '{STRICT_FIELD}' must be {expected}, got {_told(strict)}")
    return faults


def _told(value: object) -> str:
    """Return a value as a fault may repeat it: a number with its type, which a text of the same digits has not."""
    if isinstance(value, str):
        return shown(value)
    return f"{json_type(value)} {value}"[:_TOLD_CHARACTERS] if _is_number(value) else json_type(value)


def _number_faults(field: str, value: Any, low: int, high: int) -> list[str]:
    # NaN is between nothing, and an integer of a thousand digits is compared without becoming a float.
    if not _is_number(value) or not low <= value <= high:
        return [f"Field '{field}' must be float between {low} and {high}"]
    return []


def _yes_or_no(value: object) -> bool | None:
    """Return what a boolean or a text says; None where it says neither."""
    if isinstance(value, str):
        return _YES_OR_NO.get(value.strip().casefold())
    return value if isinstance(value, bool) else None


def _text_faults(texts: dict[str, Any]) -> list[str]:
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


def _colourless_faults(payload: dict[str, Any], texts: dict[str, Any]) -> list[str]:
    """Say what a search without a colour lacks; a text of the wrong type was meant to be one."""
    faults: list[str] = []
    if texts.keys().isdisjoint((RESIN_FIELD, COLOUR_FIELD)):
        faults += [_NOTHING_ASKED, *_misspelt(texts, (RESIN_FIELD, COLOUR_FIELD))]
    threshold = payload.get("deltaEthresh")
    # Forms send a threshold of their own beside the Lab values that were not filled in.
    if _is_number(threshold) and threshold > 0 and payload.keys().isdisjoint(_LAB_RANGES):
        faults.append(_THRESHOLD_ALONE)
    return faults


def _misspelt(texts: dict[str, Any], meant: Sequence[str]) -> list[str]:
    """Name the further wishes that were probably meant as a field that is not given: any ``REQUEST_*`` is known."""
    missing = [field for field in meant if field not in texts]
    further = [field for field in texts if field not in _TEXTS_WITH_MEANING][:MAX_FURTHER_TEXTS]
    nearest = {field: nearest_field(field, missing) for field in further}
    told = [f"Field '{field}' is one further wish; did you mean '{name}'?" for field, name in nearest.items() if name]
    return told[:MAX_UNKNOWN_NAMED]
