"""A search whose activities answer by script: the pure ones as they are, services by tables.

``drive(search_orchestrator, START, answers(request))`` runs one that succeeds; ``answers(request, ScoreChunk=...)``
puts something else in one activity's place, in any form that ``tests.support.scripted_context.drive`` takes.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, cast

from activities.search.compute_lab_diffs import compute_lab_diffs
from activities.search.deduplicate_results import deduplicate_results
from activities.search.merge_scored_results import merge_scored_results
from activities.search.resin_mapping import resin_mapping
from activities.search.stitch_enrichments import stitch_enrichments
from shared.search import contracts
from shared.search.candidates import candidate_of
from shared.search.contracts import LabValues, RequestText, SearchRequest
from shared.search.decisions import STEPS
from shared.search.flags import flags_of
from tests.support.fake_resources import FakeCloud

REQUEST_ID = "req_550e8400-e29b-41d4-a716-446655440000"
START = {"request_id": REQUEST_ID, "deadline_s": 120, "llm": True, "steps": STEPS, "patience_s": 30}
OFFLINE = START | {"llm": False}
BLUE = LabValues(L=45.5, a=12.3, b=-25.7)
SYNONYMS = [
    {"given": code, "code": code, "name": None, "family": "polyolefin", "known": True}
    for code in ("PE-HD", "POM", "PS")
]
ANALYSIS = {"summary": "m1 is nearest.", "best_match": "m1", "caveats": ["Check the gloss."], "model": "scripted"}


def request_of(
    *, k: int = 20, resin: str = "PP", words: str = "warm signal blue", lab: LabValues | None = BLUE, **more: Any
) -> SearchRequest:
    """Return a request; ``more``: its other fields, and ``REQUEST_*`` texts by their names."""
    texts = {"REQUEST_RESIN_FINAL": resin, "REQUEST_COLOR_DESCR": words}
    texts |= {field: more.pop(field) for field in list(more) if field.startswith("REQUEST_")}
    given = tuple(RequestText(field=field, text=text) for field, text in texts.items() if text)
    return SearchRequest(k=k, lab=lab, texts=given, **more)


def material(number: int, **more: Any) -> dict[str, Any]:
    """Return a document of the index as a search finds it; higher numbers are further from ``BLUE``.

    A hundred of them are within tolerance.
    """
    return {
        "id": f"m{number}",
        "name": f"Blue {number}",
        "resin": "PP",
        "resin_family": "polyolefin",
        "colour_words": "warm signal blue",
        "description": f"Material {number}, a warm blue.",
        "L": 45.5 + number / 20,
        "a": 12.3,
        "b": -25.7,
        "@search.score": 1 / (60 + number),
        "@search.reranker_score": 3.0,
        "@search.captions": [{"text": f"Material {number}", "highlights": ""}],
    } | more


FOUND = {
    "base": [material(number) for number in range(1, 8)],
    "synonym_1": [material(2), material(11)],
    "synonym_2": [material(12)],
    "synonym_3": [],
}


# Another colour than the searches find: what is near, whatever its words are.
NEAREST = {
    "results": [
        cast("contracts.Candidate", candidate_of(material(number), "nearest")).to_json() for number in (1, 2, 8)
    ],
    "of_resin": {"id": "m1", "name": "Blue 1", "resin": "PP", "dE": 0.5},
    "of_all": {"id": "m1", "name": "Blue 1", "resin": "PP", "dE": 0.5},
    "in_catalogue": True,
    "near_in_kind": ["PE-HD"],
}
WORDS = {
    "colours": [
        {"text": "warm signal blue", "meaning": "blue", "lab": {"L": 45.0, "a": 12.0, "b": -26.0}, "reach": 15.0}
    ],
}


def hits(found: dict[str, list[dict[str, Any]]]) -> Callable[[Any], str]:
    """Return what ``VectorSearch`` answers, by search type."""

    def search(task: Any) -> str:
        documents = found.get(task["search_type"], [])[: task["k"]]
        candidates = (candidate_of(document, task["search_type"]) for document in documents)
        results = tuple(candidate for candidate in candidates if candidate is not None)
        return contracts.SearchHits(search_type=task["search_type"], results=results).encoded()

    return search


def scored_by(score: Callable[[str], float]) -> Callable[[Any], dict[str, Any]]:
    """Return what ``ScoreChunk`` answers, by a score for each id."""

    def chunk(task: Any) -> dict[str, Any]:
        scores = [{"id": each["id"], "score": score(each["id"]), "explanation": "fits"} for each in task["chunk"]]
        return {"chunk_id": task["chunk_id"], "scores": scores, "usage": {"prompt_tokens": 10, "completion_tokens": 5}}

    return chunk


def written(update: Any) -> dict[str, Any]:
    """What ``UpdateStatus`` answers while nobody else changes the document."""
    return {"status": update["status"], "applied": True}


def answers(request: SearchRequest, **replaced: Any) -> dict[str, Any]:
    """Return what every activity answers."""
    near = {"matched": 2, "filter": "search.in(id, 'm1|m2', '|')", "listed": 2, "data_version": '"1"'}
    return {
        "LoadRequest": {"request": request.to_json(), "status": "queued"},
        "UpdateStatus": written,
        "ResinMapping": _real(resin_mapping, contracts.ResinTask),
        "GenerateSynonyms": {"resins": SYNONYMS, "cached": False},
        "DeltaEFiltering": lambda task: {"threshold": task["threshold"], **near},
        "ReadColourWords": WORDS,
        "VectorSearch": hits(FOUND),
        "NearestColours": {"in_catalogue": True, "near_in_kind": ["PE-HD"]},
        "DeduplicateResults": _real(deduplicate_results, contracts.DeduplicateTask),
        "ScoreChunk": scored_by(lambda name: float(100 - int(name[1:]))),
        "MergeScoredResults": _real(merge_scored_results, contracts.MergeTask),
        "OverallAnalysis": ANALYSIS,
        "ComputeFlags": _flags,
        "ComputeLabDiffs": _real(compute_lab_diffs, contracts.LabDiffTask),
        "StitchEnrichments": _real(stitch_enrichments, contracts.StitchTask),
    } | replaced


def last_update(updates: Sequence[Any]) -> dict[str, Any]:
    """Return the last thing that the document was told."""
    return updates[-1]


def _real(activity: Callable[..., Any], task: type[contracts.SearchContract]) -> Callable[[Any], str]:
    """An activity that needs nothing but its task, as it is."""
    resources = FakeCloud().resources
    return lambda payload: asyncio.run(activity(task.model_validate(payload), resources)).encoded()


def _flags(payload: Any) -> str:
    task = contracts.FlagsTask.model_validate(payload)
    flags = tuple(flags_of(task.request_block, each, {}) for each in task.materials)
    return contracts.AllFlags(flags=flags).encoded()
