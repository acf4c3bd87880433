"""No payload of a search is larger than 256 KB, whatever the request, the index and the model hold."""

import json
from typing import Any

import pytest

from blueprints.search import search_orchestrator
from shared.search.near_filters import MAX_FILTER_BYTES
from shared.search.payload import MAX_BODY_BYTES, read_payload
from tests.support.scripted_context import drive
from tests.support.scripted_search import START, answers, hits, material

LIMIT = 256 * 1024
# What JSON writes with six, with twelve, with two bytes and with one.
WIDE = ["ж", "\N{ARTIST PALETTE}", '"', "x"]


def longest_request(character: str) -> dict[str, Any]:
    """As much as a body of 64 KB may hold."""
    payload: dict[str, Any] = {"k": 100, "L": 45.5, "a": 12.3, "b": -25.7, "deltaEthresh": 50}
    payload |= {"REQUEST_OPACITY": "opaque", "REQUEST_HEAT_STABILITY": "260", "REQUEST_LIGHT_FASTNESS": "7"}
    payload |= {"REQUEST_REGULATORY": "FDA, REACH"}
    names = ["REQUEST_RESIN_FINAL", "REQUEST_COLOR_DESCR", *(f"REQUEST_{number:02}" for number in range(36))]
    for name in names:
        longer = payload | {name: character * 500}
        if len(json.dumps(longer, ensure_ascii=False).encode()) <= MAX_BODY_BYTES:
            payload = longer
    return payload


def largest_material(number: int, character: str) -> dict[str, Any]:
    text = character * 10_000
    return material(number, id=f"{number:0128}", name=text, colour_words=text, resin=text, resin_family=text) | {
        "description": character * 30_000,
        "L": 45.123456789,
        "a": -12.123456789,
        "b": -125.123456789,
        "@search.score": 0.0163934426229508,
        "@search.reranker_score": 3.123456789,
        "@search.captions": [{"text": text}] * 5,
    }


def largest_flags(task: Any) -> dict[str, Any]:
    names = ["resin_match", "colour_match", "opacity", "heat_stability", "light_fastness", "regulatory"]
    flags = {"resin_match": "synonym", "colour_match": "indistinguishable", "regulatory": "not_met"}
    flags |= dict.fromkeys(["opacity", "heat_stability", "light_fastness"], "not_met")
    return {"flags": [flags | {"id": each["id"], "sample": names} for each in task["materials"]]}


@pytest.mark.parametrize("rerank", [True, False])
@pytest.mark.parametrize("character", WIDE)
def test_the_largest_search_keeps_every_payload_within_256_kb(character, rerank):
    found = {"base": [largest_material(number, character) for number in range(100)]}
    for search in range(1, 4):
        found[f"synonym_{search}"] = [largest_material(search * 1000 + number, character) for number in range(5)]
    found["nearest"] = [largest_material(9000 + number, character) for number in range(19)]
    leader = {"id": "0" * 128, "name": character * 100, "resin": character * 100, "dE": 99.1234}
    near = json.loads(hits(found)({"search_type": "nearest", "k": 19})) | dict.fromkeys(["of_resin", "of_all"], leader)
    meant = {
        "text": character * 60,
        "meaning": character * 60,
        "lab": {"L": 45.12, "a": 12.34, "b": -56.78},
        "reach": 12.5,
    }
    words = {"colours": [meant] * 3, "not_understood": [character * 60] * 10, "effects": [character * 60] * 10}
    synonym = {"given": character * 100, "code": character * 100, "known": False}

    def explained(task: Any) -> dict[str, Any]:
        scores = [{"id": each["id"], "score": 12.34, "explanation": character * 200} for each in task["chunk"]]
        return {"chunk_id": task["chunk_id"], "scores": scores}

    scripted = answers(
        read_payload(longest_request(character) | {"rerank": rerank}).model_copy(
            update={"warnings": (f"Field '{character * 60}' is not known and was not used.",) * 11}
        ),
        GenerateSynonyms={"resins": [synonym] * 3},
        DeltaEFiltering={"threshold": 50, "matched": 100_000, "filter": "x" * MAX_FILTER_BYTES, "listed": 1000},
        ReadColourWords=words,
        VectorSearch=hits(found),
        NearestColours=near | {"in_catalogue": False, "near_in_kind": [character * 100] * 20},
        ScoreChunk=explained,
        OverallAnalysis={"summary": character * 1500, "best_match": "0" * 128, "caveats": [character * 300] * 5},
        ComputeFlags=largest_flags,
    )
    sizes: dict[str, int] = {}

    def measured(name: str, answer: Any) -> Any:
        def run(payload: Any) -> Any:
            result = answer(payload) if callable(answer) else answer
            for kind, value in (("input", payload), ("result", result)):
                text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                size = len(json.dumps(text))
                sizes[f"{name} {kind}"] = max(sizes.get(f"{name} {kind}", 0), size)
            return result

        return run

    driven = drive(search_orchestrator, START, {name: measured(name, answer) for name, answer in scripted.items()})
    assert driven.output == {"status": "completed", "results_count": 100}
    assert driven.inputs_of("UpdateStatus")[-1]["metadata"]["degraded"] == []
    assert {name: size for name, size in sizes.items() if size > LIMIT} == {}
    assert len(driven.inputs_of("UpdateStatus")[-1]["metadata"]["notes"]) >= 5
    # Nor is room given away: the description is still there.
    results = driven.inputs_of("UpdateStatus")[-1]["results"]["search_results"]
    assert all(result["text"] and result["text_truncated"] for result in results)
    assert max(sizes.values()) > LIMIT / 2


def test_a_short_description_travels_whole():
    found = {"base": [material(1, description="A short text.")]}
    driven = drive(
        search_orchestrator,
        START,
        answers(read_payload({"k": 1, "REQUEST_COLOR_DESCR": "blue"}), VectorSearch=hits(found)),
    )
    (result,) = driven.inputs_of("UpdateStatus")[-1]["results"]["search_results"]
    assert (result["text"], result["text_truncated"]) == ("A short text.", False)
