"""Requests and materials as the language model gets them: data, in fields whose names are ours."""

from collections.abc import Sequence
from typing import Any

from shared.colour.cmc import delta_e_cmc
from shared.search.contracts import Candidate, LabValues, MappedResin, RankedResult, RequestBlock
from shared.search.payload import MAX_FURTHER_TEXTS, MAX_TEXT_CHARACTERS

# Resin, colour words and what else may be asked. What is longer, or more, did not come through the front door.
_MOST_WISHES = 2 + MAX_FURTHER_TEXTS
_LONGEST_TEXT = 1_024
_LONGEST_NAME = 200


def resin_document(resin: MappedResin) -> dict[str, Any]:
    """Return a resin as somebody asked for it; where it is not known, only what was typed."""
    document: dict[str, Any] = {"code": _cut(resin.code, _LONGEST_NAME), "typed": _cut(resin.given, _LONGEST_NAME)}
    return document | {"name": resin.name, "family": resin.family} if resin.known else document


def request_document(block: RequestBlock) -> dict[str, Any]:
    """Return what a search is for. Names of further fields are typed by users too: they are values here, never keys."""
    request = block.request
    return {
        "resin": resin_document(block.resin) if block.resin else None,
        "acceptable_resins": [_cut(resin.code, _LONGEST_NAME) for resin in block.synonyms],
        "lab": _lab(request.lab),
        "wishes": [
            {"field": _cut(wish.field, _LONGEST_NAME), "text": _cut(wish.text, MAX_TEXT_CHARACTERS)}
            for wish in request.texts[:_MOST_WISHES]
        ],
    }


def material_documents(candidates: Sequence[Candidate], lab: LabValues | None) -> list[dict[str, Any]]:
    """Return materials to be scored, each with its ``dE`` CMC(2:1) from ``lab`` where both colours are known."""
    return [
        _material(candidate) | {"lab": _lab(candidate.lab), "dE": distance, "text": _cut(candidate.text, _LONGEST_TEXT)}
        for candidate, distance in zip(candidates, _distances(candidates, lab), strict=True)
    ]


def result_documents(results: Sequence[RankedResult]) -> list[dict[str, Any]]:
    """Return results to be summed up, in their order."""
    return [
        _material(result) | {"dE": result.dE, "score": result.score, "reason": _cut(result.explanation, _LONGEST_NAME)}
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


def _distances(candidates: Sequence[Candidate], lab: LabValues | None) -> list[float | None]:
    known = [candidate.lab for candidate in candidates if candidate.lab is not None]
    if lab is None or not known:
        return [None] * len(candidates)
    # The colour asked for is the standard: CMC is not symmetric.
    far = iter(delta_e_cmc((lab.L, lab.a, lab.b), [(each.L, each.a, each.b) for each in known]).tolist())
    return [None if candidate.lab is None else round(float(next(far)), 2) for candidate in candidates]


def _lab(lab: LabValues | None) -> list[float] | None:
    return None if lab is None else [lab.L, lab.a, lab.b]


def _cut(text: str | None, longest: int) -> str | None:
    return text if text is None else text[:longest]
