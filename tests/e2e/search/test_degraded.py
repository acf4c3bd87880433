"""Searches that complete although something failed: each says what it lacks, and the rest is there."""

import pytest

from tests.support.host import eventually
from tests.support.search_client import DEADLINE_S

BLUE = {"L": 45.5, "a": 12.3, "b": -25.7, "deltaEthresh": 30}
GREEN = {"k": 6, "REQUEST_COLOR_DESCR": "deep green"}
WHOLE = {"k": 6, "REQUEST_RESIN_FINAL": "PP", "REQUEST_COLOR_DESCR": "blue", **BLUE}
WISH = {"REQUEST_OPACITY": "opaque"}

# What the model may do wrong. A prompt filter is the service's; the others come with status 200.
BAD_ANSWERS = ("bad_json", "wrong_schema", "cut_short", "refusal", "content_filter", "prompt_filter")


def results_of(document):
    return document["results"]["search_results"]


def degraded(document):
    return document["processing_metadata"]["degraded"]


def unknown_resin(name):
    """A resin whose synonyms no other test has asked for."""
    return {"REQUEST_RESIN_FINAL": f"Resin {name}"}


@pytest.mark.parametrize("bad_answer", BAD_ANSWERS)
async def test_synonyms_that_cannot_be_used_are_done_without(client, parts, bad_answer):
    await parts.openai.set("chat/synonym_resins", bad_answer=bad_answer)
    document = await client.search(GREEN | unknown_resin(bad_answer) | {"rerank": False})
    told = document["processing_metadata"]
    assert (told["degraded"], told["synonym_resins"], told["searches_executed"]) == (["synonyms"], [], 1)
    assert len(results_of(document)) == 6


async def test_an_answer_that_cannot_be_used_is_asked_for_once_more(client, parts):
    for prompt in ("synonym_resins", "score_chunk", "overall_analysis"):
        await parts.openai.set(f"chat/{prompt}", bad_answer="wrong_schema", bad_answers=1)
    document = await client.search(GREEN | unknown_resin("twice"))
    assert degraded(document) == []
    assert [await parts.asked(prompt) for prompt in ("synonym_resins", "score_chunk", "overall_analysis")] == [2, 6, 2]
    assert document["results"]["overall_scoring_analysis"]["summary"]


async def test_a_synonym_search_that_fails_is_named_and_the_others_count(client, parts):
    # PE-HD as it is searched for: hyphens are operators of the query language.
    await parts.index.set(fail_matching="PE HD", retry_after_s=None)
    document = await client.search(GREEN | {"REQUEST_RESIN_FINAL": "PP"})
    told = document["processing_metadata"]
    assert told["synonym_resins"] == ["PE-HD", "PP-R", "TPO"]
    assert (told["degraded"], told["searches_executed"]) == (["synonym_search_1"], 3)
    assert len(results_of(document)) == 6


async def test_a_search_survives_on_its_synonyms(client, parts):
    await parts.index.set(fail_matching="methacrylate", retry_after_s=None)
    document = await client.search(GREEN | {"REQUEST_RESIN_FINAL": "PMMA"})
    told = document["processing_metadata"]
    assert (told["degraded"], told["searches_executed"]) == (["base_search"], 3)
    assert "base" not in set().union(*(result["found_by"] for result in results_of(document)))


async def test_one_scorer_that_fails_leaves_its_materials_without_a_score_at_the_end(client, parts):
    # No colour and no words for one: nothing but the score puts them in order.
    payload = {"k": 20, "REQUEST_COLOR_DESCR": "as the green sample 4711-X", "REQUEST_FINISH": "deep gloss"}
    one = results_of(await client.search(payload | {"rerank": False}))[0]["id"]
    await parts.openai.set("chat/score_chunk", fail_matching=one)
    document = await client.search(payload)
    results = results_of(document)
    assert degraded(document) == ["scoring_partial"]
    scored = [result["score"] is not None for result in results]
    assert scored == sorted(scored, reverse=True)
    # Its part, the first of five, which are of nearly the same size.
    assert scored.count(False) == document["processing_metadata"]["total_results_after_dedup"] // 5
    assert one in {result["id"] for result in results if result["score"] is None}
    assert document["results"]["overall_scoring_analysis"]["summary"]


@pytest.mark.parametrize("bad_answer", ["unknown_material", "score_out_of_range", "refusal"])
async def test_without_any_score_results_are_in_order_of_their_colour(client, parts, bad_answer):
    await parts.openai.set("chat/score_chunk", bad_answer=bad_answer)
    document = await client.search(WHOLE)
    results = results_of(document)
    assert degraded(document) == ["scoring", "analysis"]
    assert document["results"]["overall_scoring_analysis"] is None
    assert {(result["score"], result["explanation"]) for result in results} == {(None, None)}
    order = [(result["flags"]["resin_match"] != "exact", result["dE"]) for result in results]
    assert order == sorted(order)
    assert await parts.asked("overall_analysis") == 0


@pytest.mark.parametrize("bad_answer", ["unknown_material", "cut_short"])
async def test_without_an_analysis_the_scores_are_there(client, parts, bad_answer):
    await parts.openai.set("chat/overall_analysis", bad_answer=bad_answer)
    document = await client.search(WHOLE)
    assert degraded(document) == ["analysis"]
    assert document["results"]["overall_scoring_analysis"] is None
    assert all(result["score"] is not None for result in results_of(document))


async def test_without_flags_the_differences_are_there(client, parts):
    # Only the reading of attributes asks the index for this field.
    await parts.index.set(fail_matching="sample_attributes", retry_after_s=None)
    document = await client.search(WHOLE | WISH | {"rerank": False})
    assert degraded(document) == ["flags"]
    assert {result["flags"] for result in results_of(document)} == {None}
    assert all(result["lab_diff"] for result in results_of(document))


async def test_all_that_can_fail_at_once_leaves_what_the_index_found(client, parts):
    await parts.openai.set("chat", bad_answer="refusal")
    await parts.index.set(fail_matching="sample_attributes", retry_after_s=None)
    document = await client.search(GREEN | WISH | unknown_resin("everything"))
    assert degraded(document) == ["synonyms", "scoring", "analysis", "flags"]
    assert len(results_of(document)) == 6


async def test_a_model_that_throttles_for_a_while_costs_time_and_nothing_else(client, parts):
    async def stormed(times, scope="chat"):
        async def throttled():
            counts = (await parts.openai.stats())["scopes"].get(scope, {"by_status": {}})
            return counts["by_status"].get("429", 0) >= times

        await eventually(throttled, DEADLINE_S)

    await parts.openai.set("chat", rate_429=1, retry_after_s=1)
    request_id = await client.submit(WHOLE | unknown_resin("throttled"))
    await stormed(1)
    await parts.openai.set()
    # It comes back for the scorers, all five of them.
    await parts.openai.set("chat/score_chunk", rate_429=1, retry_after_s=1)
    await stormed(5, "chat/score_chunk")
    await parts.openai.set()
    _, document, _ = await client.ended(request_id)
    assert (document["status"], degraded(document)) == ("completed", [])
    assert all(result["score"] is not None for result in results_of(document))


async def test_a_model_that_throttles_all_the_time_is_done_without(client, parts):
    await parts.openai.set("chat", rate_429=1, retry_after_s=0)
    document = await client.search(GREEN | unknown_resin("busy"))
    assert degraded(document) == ["synonyms", "scoring", "analysis"]
    assert len(results_of(document)) == 6
