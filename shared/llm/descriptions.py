"""Requests and materials as the language model gets them: data, in fields whose names are ours."""

from collections.abc import Sequence
from typing import Any

from shared.search.contracts import Candidate, LabValues, MappedResin, RankedResult, RequestBlock
from shared.search.distances import distances_from, fit_of, reaches_from
from shared.search.payload import MAX_FURTHER_TEXTS, MAX_TEXT_CHARACTERS

# Resin, colour words and what else may be asked. What is longer, or more, did not come through the front door.
_MOST_WISHES = 2 + MAX_FURTHER_TEXTS
_LONGEST_TEXT = 1_024
_LONGEST_NAME = 200


def resin_document(resin: MappedResin) -> dict[str, Any]:
    """Return a resin as somebody asked for it; where it is not known, only what was typed."""
    document: dict[str, Any] = {"code": _cut(resin.code, _LONGEST_NAME), "typed": _cut(resin.given, _LONGEST_NAME)}
    if not resin.known:
        return document
    return document | {
        "name": resin.name,
        "family": resin.family,
        "filler": resin.filler,
        "attributes": list(resin.attributes),
    }


def request_document(block: RequestBlock) -> dict[str, Any]:
    """Return what a search is for. Names of further fields are typed by users too: they are values here, never keys."""
    request, words = block.request, block.words
    return {
        "resin": resin_document(block.resin) if block.resin else None,
        "acceptable_resins": [_cut(resin.code, _LONGEST_NAME) for resin in block.synonyms],
        "lab": _lab(request.lab),
        "colours": [
            {
                "words": _cut(colour.text, MAX_TEXT_CHARACTERS),
                "meaning": _cut(colour.meaning, _LONGEST_NAME),
                "lab": _lab(colour.lab),
                "reach": colour.reach,
            }
            for colour in (words.colours if words else ())
        ],
        "not_understood": [_cut(each, _LONGEST_NAME) for each in (words.not_understood if words else ())],
        "notes": [_cut(note, _LONGEST_TEXT) for note in block.notes],
        "wishes": [
            {"field": _cut(wish.field, _LONGEST_NAME), "text": _cut(wish.text, MAX_TEXT_CHARACTERS)}
            for wish in request.texts[:_MOST_WISHES]
        ],
    }


def material_documents(candidates: Sequence[Candidate], block: RequestBlock) -> list[dict[str, Any]]:
    """Return materials to be scored, each with its ``dE`` CMC(2:1) from the colour asked for, how well it fits the
    colour words, and which of the wishes it meets; null where it cannot be said.
    """
    far = distances_from(block.request.lab, candidates)
    reaches = reaches_from(block.words.colours if block.words else (), candidates)
    return [
        _material(candidate)
        | {
            "lab": _lab(candidate.lab),
            "dE": None if distance is None else round(distance, 2),
            "fits_words": fit_of(reach),
            "wishes": dict(candidate.wishes or {}),
            "text": _cut(candidate.text, _LONGEST_TEXT),
        }
        for candidate, distance, reach in zip(candidates, far, reaches, strict=True)
    ]


def result_documents(results: Sequence[RankedResult]) -> list[dict[str, Any]]:
    """Return results to be summed up, in their order."""
    return [
        _material(result)
        | {
            "dE": result.dE,
            "within_tolerance": result.within_tolerance,
            "wishes": dict(result.wishes or {}),
            "score": result.score,
            "reason": _cut(result.explanation, _LONGEST_NAME),
        }
        for result in results
    ]


def _material(candidate: Candidate) -> dict[str, Any]:
    return {
        "id": candidate.id,
        "name": _cut(candidate.name, _LONGEST_NAME),
        "resin": _cut(candidate.resin, _LONGEST_NAME),
        "resin_family": _cut(candidate.resin_family, _LONGEST_NAME),
        "colour_words": _cut(candidate.colour_words, _LONGEST_NAME),
    }


def _lab(lab: LabValues | None) -> list[float] | None:
    return None if lab is None else [lab.L, lab.a, lab.b]


def _cut(text: str | None, longest: int) -> str | None:
    return text if text is None else text[:longest]
