"""Searches that end without results: what a user reads, and that nothing changes it afterwards."""

import re

from tests.support.host import eventually
from tests.support.search_client import run_ended, search_host

WORDS = {"k": 3, "REQUEST_COLOR_DESCR": "deep green"}
WHOLE = WORDS | {"REQUEST_RESIN_FINAL": "PP"}
# What belongs into a log: addresses, paths, exceptions, keys, words of SDKs.
NOT_FOR_USERS = re.compile(r"127\.0\.0\.1|https?://|/work/|\.py\b|Traceback|Error\b|Exception|api[-_]key|azure\.", re.I)


def check_failure(document, error):
    """A failed search is told in the shape of the spec and in words for users."""
    assert document.keys() == {"request_id", "status", "created_at", "updated_at", "error"}
    assert document["error"] == error
    assert not NOT_FOR_USERS.search(document["error"])


async def test_a_search_fails_when_every_search_of_the_index_failed(client, parts):
    await parts.index.set(rate_503=1, retry_after_s=None)
    document = await client.failure(WHOLE)
    check_failure(document, "Search index did not answer after 3 retries")
    told = (await parts.document(document["request_id"]))["processing_metadata"]
    assert (told["searches_executed"], told["total_results"]) == (0, 0)
    assert told["synonym_resins"] == ["PE-HD", "PP-R", "TPO"]
    # Four searches and the nearest colours, in three rounds each.
    assert await parts.searched() == 15


async def test_a_search_whose_words_cannot_be_embedded_finds_by_words_and_colour(client, parts):
    await parts.openai.set("embeddings", rate_500=1)
    document = await client.search(WORDS)
    assert document["processing_metadata"]["degraded"] == ["vectors"]
    assert "The embedding model did not answer" in document["processing_metadata"]["notes"][0]
    assert len(document["results"]["search_results"]) == 3


async def test_a_failure_stays_and_is_told_again_and_again(client, parts):
    await parts.index.set(rate_503=1, retry_after_s=None)
    document = await client.failure(WORDS)
    await parts.reset()
    status, again, headers = await client.status(document["request_id"])
    assert (status, again) == (500, document)
    assert (await client.status(document["request_id"], {"If-None-Match": headers["ETag"]}))[:2] == (500, document)


async def test_a_failure_is_told_to_telemetry_once(stack, client, parts):
    await parts.index.set(rate_503=1, retry_after_s=None)
    request_id = (await client.failure(WORDS))["request_id"]
    await run_ended(stack.host.url, request_id)

    def told():
        log = (stack.data / "logs" / "host.log").read_text(encoding="utf-8")
        return [line for line in log.splitlines() if "event=SearchOrchestrator" in line and request_id in line]

    async def is_told():
        return bool(told())

    # The log is written by another process than the one that answers.
    await eventually(is_told)
    events = told()
    assert len(events) == 1
    assert " status=failed " in events[0]
    assert re.search(r" duration_ms=\d+ ", events[0])


async def test_a_search_that_somebody_cancels_stops_at_its_next_stage(stack, client, parts):
    await parts.openai.set("chat/score_chunk", hang=True)
    request_id = await client.submit(WORDS)
    await client.when(request_id, lambda document: document["status"] == "scoring")
    await parts.patch(request_id, status="cancelled")
    code, cancelled, headers = await client.status(request_id)
    assert code == 200
    assert cancelled.keys() == {*("request_id", "status", "created_at", "updated_at"), "message", "processing_metadata"}
    assert cancelled["message"] == "Request was cancelled."
    assert "Retry-After" not in headers
    await parts.openai.set()
    run = await run_ended(stack.host.url, request_id)
    assert (run["runtimeStatus"], run["output"]) == ("Completed", {"status": "cancelled"})
    assert (await client.status(request_id))[1] == cancelled


async def test_at_its_deadline_a_search_fails_and_what_comes_later_changes_nothing(stack, parts, tmp_path):
    async with search_host(stack, tmp_path, {"SEARCH_DEADLINE_S": "3"}) as host, host.opened() as beside:
        await parts.openai.set("chat/score_chunk", hang=True)
        hung = await beside.client.failure(WORDS)
        check_failure(hung, "The search took longer than 3 s")
        request_id = hung["request_id"]

        # The model answers after all: the instance ends, and the document stays what it was.
        await parts.openai.set()
        instance = await beside.run_ended(request_id)
        assert (instance["runtimeStatus"], instance["output"]["status"]) == ("Completed", "failed")
        assert (await beside.client.status(request_id))[:2] == (500, hung)
        assert await parts.asked("overall_analysis") == 0


async def test_an_index_that_refuses_the_key_fails_the_search_at_once(stack, parts, tmp_path):
    async with search_host(stack, tmp_path, {"AI_SEARCH_KEY": "not-the-key"}) as host, host.opened() as beside:
        check_failure(await beside.client.failure(WORDS), "Search index refused the search")
        # Its words, and the nearest to what they mean.
        assert await parts.searched() == 2
