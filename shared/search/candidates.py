"""A document of the index becomes a candidate that is small enough to travel through the durable task hub.

Of a search for 100 materials with three synonyms, 115 candidates meet in one payload, later with scores, flags and
differences. What one of them may take follows from the 256 KB that a payload may have; the sums stand in
``tests/unit/blueprints/test_search_payloads.py``.
"""

import json
import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Any, cast

from shared.search.contracts import Candidate, LabValues, RequestText
from shared.search.flags import answered_wishes

# As JSON inside JSON, where a character outside ASCII takes six or twelve bytes, and a quotation mark four.
CANDIDATE_BYTES = 1100
TEXT_BYTES = 1024
EXPLANATION_BYTES = 400
_NAME_BYTES = 200
_CAPTION_BYTES = 300
_CAPTIONS = 2
# A key of AI Search may have 1,024 characters; twice that many in each of 100 results would not fit. Such a material
# cannot be found.
LONGEST_ID = 128

# Half of a surrogate pair cannot be stored as UTF-8.
_SURROGATES = re.compile("[\ud800-\udfff]")


def candidate_of(document: Mapping[str, Any], search_type: str, wishes: Iterable[RequestText] = ()) -> Candidate | None:
    """Return a document of the index as found by ``search_type``; None where its id is longer than 128 characters.

    ``wishes``: texts of the request that attributes of the document answer.

    Fields of a type that the index should not hold are left out. Where the whole is too large, the text is shortened
    first, then captions, colour words and name go.
    """
    name = document.get("id")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_ID or _SURROGATES.search(name):
        return None
    text = _text(document.get("description"), TEXT_BYTES)
    candidate = Candidate(
        id=name,
        name=_short(document.get("name"), _NAME_BYTES),
        resin=_short(document.get("resin"), _NAME_BYTES),
        resin_family=_short(document.get("resin_family"), _NAME_BYTES),
        colour_words=_short(document.get("colour_words"), _NAME_BYTES),
        lab=_lab(document),
        search_score=round(_number(document.get("@search.score")) or 0.0, 6),
        reranker_score=_rounded(_number(document.get("@search.reranker_score")), 4),
        captions=_captions(document.get("@search.captions")),
        found_by=(search_type,),
        wishes=answered_wishes(wishes, document) or None,
    )
    return _fitted(candidate, text)


def shortened(text: str, json_bytes: int) -> str:
    """Return as much of ``text`` as takes ``json_bytes`` in JSON, with an ellipsis where something is missing."""
    if len(text) <= json_bytes and text_size(text) <= json_bytes:
        return text
    room = json_bytes - text_size("…")
    # No character takes less than a byte.
    prefixes = range(1, min(len(text), room) + 1)
    kept = bisect_right(prefixes, room, key=lambda characters: text_size(text[:characters]))
    return text[:kept].rstrip() + "…" if kept else ""


def json_size(value: Any) -> int:
    """Return the bytes that ``value`` takes in a payload: as JSON in a text, which the Durable SDK writes in ASCII."""
    return len(json.dumps(json.dumps(value, ensure_ascii=False, separators=(",", ":")))) - 2


def text_size(text: str) -> int:
    """Return the bytes that ``text`` takes there without its quotation marks."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return len(text)  # nothing to escape, in either text
    return json_size(text) - json_size("")


def _fitted(candidate: Candidate, text: str | None) -> Candidate:
    for less in ({}, {"captions": candidate.captions[:1]}, {"captions": ()}, {"colour_words": None}, {"name": None}):
        candidate = candidate.model_copy(update=less)
        room = CANDIDATE_BYTES - json_size(candidate.to_json())
        if room >= 0:
            break
    if text is None:
        return candidate
    # The text's own key and quotes, and the mark that it was shortened.
    room = min(TEXT_BYTES, room - json_size({"text": "", "text_truncated": True}))
    kept = shortened(text, room) if room > 0 else ""
    return candidate.model_copy(update={"text": kept or None, "text_truncated": kept != text})


def _text(value: object, json_bytes: int) -> str | None:
    """A text without halves of surrogate pairs, cut past ``json_bytes`` characters: one more shows that it was cut."""
    return _SURROGATES.sub("�", value[: json_bytes + 1]) if isinstance(value, str) and value else None


def _short(value: object, json_bytes: int) -> str | None:
    text = _text(value, json_bytes)
    return None if text is None else shortened(text, json_bytes)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _lab(document: Mapping[str, Any]) -> LabValues | None:
    values = [_number(document.get(axis)) for axis in ("L", "a", "b")]
    if None in values:
        return None
    lightness, a, b = (round(cast("float", value), 4) for value in values)
    return LabValues(L=lightness, a=a, b=b)


def _captions(value: object) -> tuple[str, ...]:
    """Texts of the captions: the SDK hands out objects, the wire holds JSON objects."""
    if not isinstance(value, list):
        return ()
    found = [entry.get("text") if isinstance(entry, Mapping) else getattr(entry, "text", None) for entry in value]
    texts = (_short(text, _CAPTION_BYTES) for text in found)
    return tuple(text for text in texts if text)[:_CAPTIONS]
