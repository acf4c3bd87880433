"""A search from its acceptance to its results, over HTTP, with every service it needs."""

import asyncio
import csv
import re
from uuid import uuid4

import pytest

from shared.colour.cmc import delta_e_cmc
from tests.support.catalogue import DATA
from tests.support.spec_client import run_spec_client

EXAMPLE = {
    "REQUEST_RESIN_FINAL": "PP",
    "REQUEST_COLOR_DESCR": "blue",
    "L": 45.5,
    "a": 12.3,
    "b": -25.7,
    "k": 20,
}
RESULT_KEYS = {
    *("id", "name", "resin", "resin_family", "colour_words", "lab", "text", "text_truncated", "score", "explanation"),
    *("hex", "in_srgb_gamut", "lch", "within_tolerance"),
    *("dE", "fused_score", "search_score", "reranker_score", "captions", "found_by", "flags", "lab_diff"),
}
FLAG_KEYS = {
    *("resin_match", "colour_match", "opacity", "heat_stability", "light_fastness", "regulatory", "sample"),
}
DIFF_KEYS = {"dL", "da", "db", "dC", "dH", "dE_cmc", "dE_2000", "words"}
METADATA_KEYS = {
    *("started_at", "completed_at", "synonym_resins", "deltae_filter_applied", "deltae_matches_count", "deltae"),
    *("searches_executed", "total_results_before_dedup", "total_results_after_dedup", "llm_scoring_duration_ms"),
    *("total_results", "degraded", "warnings", "notes", "resin", "understood", "colour"),
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture(scope="session")
def catalogue():
    with (DATA / "materials.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


async def followed_through(client, parts, request_id):
    """Hold a search while it looks for materials and while they are scored; return all that its polls say."""
    answers = await client.followed(request_id, lambda document: document["progress"]["stage"] == "searching")
    await parts.openai.set()
    await parts.openai.set("chat/score_chunk", hang=True)
    answers += await client.followed(request_id, lambda document: document["status"] == "scoring")
    await parts.openai.set()
    answers += await client.followed(request_id)
    return [
        answer for answer, before in zip(answers, [None, *answers], strict=False) if answer[:2] != (before or ())[:2]
    ]


async def test_the_example_of_the_spec_is_accepted_followed_and_answered_in_its_shapes(client, parts):
    await parts.openai.set("embeddings", hang=True)
    status, accepted, headers = await client.post(EXAMPLE, {"user-id": "john.doe@avient.com"})
    request_id = accepted["request_id"]
    assert status == 202
    assert accepted == {
        "request_id": request_id,
        "status": "queued",
        "message": "Search request accepted. Poll /status/{request_id} for results.",
        "status_url": f"/status/{request_id}",
    }
    assert (headers["Location"], headers["Retry-After"]) == (f"/status/{request_id}", "2")

    answers = await followed_through(client, parts, request_id)
    statuses = list(dict.fromkeys(document["status"] for _, document, _ in answers))
    assert [name for name in statuses if name != "queued"] == ["processing", "scoring", "completed"]
    for code, document, told in answers[:-1]:
        assert code == 202
        assert document.keys() == {"request_id", "status", "created_at", "updated_at", "message", "progress"}
        assert document["message"] == f"Request is {document['status']}. Please poll again."
        assert document["progress"].keys() == {"stage", "percent", "detail"}
        assert told["Retry-After"] == "2"
    percents = [document["progress"]["percent"] for _, document, _ in answers[:-1]]
    assert percents == sorted(percents)
    code, document, told = answers[-1]
    assert code == 200
    assert document.keys() == {"request_id", "status", "created_at", "updated_at", "results", "processing_metadata"}
    assert "Retry-After" not in told
    assert len({document["created_at"] for _, document, _ in answers}) == 1
    moments = [document["updated_at"] for _, document, _ in answers]
    assert moments == sorted(moments)
    assert all(MOMENT.fullmatch(moment) for moment in (document["created_at"], *moments))


async def test_a_completed_search_tells_of_each_material_what_the_catalogue_and_the_request_say(client, catalogue):
    document = await client.search(EXAMPLE)
    results = document["results"]["search_results"]
    assert document["results"].keys() == {"overall_scoring_analysis", "search_results"}
    assert document["processing_metadata"].keys() == METADATA_KEYS
    assert 0 < len(results) <= EXAMPLE["k"]
    assert len({result["id"] for result in results}) == len(results)
    for result in results:
        source = catalogue[result["id"]]
        assert result.keys() == RESULT_KEYS
        assert result["flags"].keys() == FLAG_KEYS
        assert result["lab_diff"].keys() == DIFF_KEYS
        assert (result["name"], result["resin"], result["text"]) == (
            source["name"],
            source["resin"],
            source["description"],
        )
        lab = tuple(float(source[axis]) for axis in "Lab")
        assert result["lab"] == dict(zip("Lab", lab, strict=True))
        assert result["lab_diff"]["dL"] == pytest.approx(lab[0] - EXAMPLE["L"], abs=1e-3)
        expected = float(delta_e_cmc((EXAMPLE["L"], EXAMPLE["a"], EXAMPLE["b"]), lab)[0])
        assert result["dE"] == result["lab_diff"]["dE_cmc"] == pytest.approx(expected, abs=1e-3)
        assert 0 <= result["score"] <= 100
        assert result["explanation"]
        assert result["flags"]["resin_match"] in ("exact", "synonym", "family", "none")
        assert result["flags"]["colour_match"] in ("indistinguishable", "close", "similar", "different")
    analysis = document["results"]["overall_scoring_analysis"]
    assert analysis.keys() == {"summary", "best_match", "caveats", "model"}
    assert analysis["model"] == "offline-rules"
    assert analysis["best_match"] in {None, *(result["id"] for result in results)}


async def test_the_metadata_of_a_completed_search_adds_up(client, parts):
    document = await client.search(EXAMPLE)
    told, results = document["processing_metadata"], document["results"]["search_results"]
    assert (await parts.document(document["request_id"]))["processing_metadata"] == told
    assert told["degraded"] == []
    assert told["synonym_resins"] == ["PE-HD", "PP-R", "TPO"]
    assert told["searches_executed"] == 4
    assert told["total_results"] == len(results)
    assert len(results) <= told["total_results_after_dedup"] <= told["total_results_before_dedup"]
    assert told["deltae_filter_applied"] is told["deltae"]["filter_applied"] is (told["deltae"]["matched"] > 0)
    assert told["deltae_matches_count"] == told["deltae"]["matched"]
    assert told["started_at"] <= told["completed_at"]
    assert told["llm_scoring_duration_ms"] >= 0
    assert set().union(*(result["found_by"] for result in results)) <= {
        *("base", "synonym_1", "synonym_2", "synonym_3", "nearest")
    }


async def test_results_that_are_known_already_are_not_sent_again(client):
    document = await client.search({"k": 1, "rerank": False, "REQUEST_COLOR_DESCR": "grey"})
    _, _, headers = await client.status(document["request_id"])
    tag = headers["ETag"]
    assert (await client.status(document["request_id"], {"If-None-Match": tag}))[:2] == (304, None)
    changed = await client.status(document["request_id"], {"If-None-Match": '"of another answer"'})
    assert (changed[0], changed[2]["ETag"]) == (200, tag)


async def test_each_stage_of_a_search_has_a_tag_of_its_own(client, parts):
    await parts.openai.set("embeddings", hang=True)
    answers = await followed_through(client, parts, await client.submit(EXAMPLE))
    tags = [headers["ETag"] for _, _, headers in answers]
    assert len(set(tags)) == len(answers) > 2


async def test_the_javascript_client_of_the_spec_shows_the_results(app, client, parts):
    await parts.openai.set("chat", latency_ms=100)
    shown = await run_spec_client(app.url)
    query = "SELECT TOP 1 * FROM c WHERE c.user_id = 'john.doe@avient.com' AND c.status = 'completed' "
    rows = parts.requests.query_items(query + "ORDER BY c.created_at DESC")
    (latest,) = [row async for row in rows]
    assert latest["request_payload"] == EXAMPLE
    assert shown == {"results": (await client.status(latest["request_id"]))[1]["results"]}
    assert len(shown["results"]["search_results"]) > 0


async def test_the_javascript_client_of_the_spec_shows_why_a_search_failed(app, parts):
    await parts.index.set(rate_503=1, retry_after_s=None)
    assert await run_spec_client(app.url) == {"error": "Search index did not answer after 3 retries"}


async def test_an_idempotency_key_stands_for_one_search_and_its_results(client, parts):
    payload = EXAMPLE | {"k": 3}
    headers = {"user-id": "jane", "Idempotency-Key": uuid4().hex}
    ids = await asyncio.gather(*(client.submit(payload, headers) for _ in range(3)))
    assert len(set(ids)) == 1
    _, document, _ = await client.ended(ids[0])
    assert await client.submit(payload, headers) == ids[0]
    assert (await client.ended(ids[0]))[1] == document
    assert await parts.asked("overall_analysis") == 1
    status, answer, _ = await client.post(payload | {"k": 4}, headers)
    assert (status, answer.keys()) == (409, {"error"})
