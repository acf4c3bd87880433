"""What is noted of the traffic between the app and its services."""

import sqlite3
from contextlib import closing

import aiohttp
import pytest
from aiohttp import web

from bench.scale import durable_history, traffic
from bench.scale.figures import figures
from bench.scale.recorder import LOOPBACK, Exchange, recording
from local.host.engine import history
from local.host.engine.schema import TABLES

UNITS = figures().request_units
DOCUMENTS = "/dbs/colorai/colls/search-requests/docs"
NOW = "2026-11-22T00:00:00.000Z"


@pytest.fixture
async def service():
    """A service that tells what it was asked; its address."""

    async def tell(request):
        body = await request.read()
        told = {"path": request.raw_path, "method": request.method, "host": request.host, "body": body.decode()}
        headers = {"X-Seen-Type": request.headers.get("Content-Type", "none"), "etag": '"7"'}
        return web.json_response(told, status=207, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", tell)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, 0).start()
    yield f"http://{LOOPBACK}:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_request_arrives_as_it_was_sent_and_so_does_its_answer(service):
    async with recording(service) as recorder, aiohttp.ClientSession() as session:
        url = f"{recorder.url}/a%2Fb?x=1%202"
        async with session.put(url, json={"a": 1}) as answer:
            told = await answer.json()

    assert told == {"path": "/a%2Fb?x=1%202", "method": "PUT", "host": recorder.url[7:], "body": '{"a": 1}'}
    assert (answer.status, answer.headers["etag"]) == (207, '"7"')
    (noted,) = recorder.exchanges
    assert (noted.method, noted.path, noted.status) == ("PUT", "/a/b", 207)
    assert (noted.sent, noted.sent_bytes) == ({"a": 1}, 8)
    assert noted.answered == told


async def test_nothing_is_added_that_a_signature_would_cover(service):
    async with recording(service) as recorder, aiohttp.ClientSession() as session:
        without = session.put(f"{recorder.url}/x", data=b"x", skip_auto_headers=["Content-Type"])
        async with without as answer:
            assert answer.headers["X-Seen-Type"] == "none"


async def test_a_body_that_is_no_json_is_noted_by_its_size(service):
    async with recording(service) as recorder, aiohttp.ClientSession() as session:
        async with session.post(f"{recorder.url}/x", data="{no json") as answer:
            await answer.read()
        assert (recorder.exchanges[0].sent, recorder.exchanges[0].sent_bytes) == (None, 8)
        recorder.clear()
        assert recorder.exchanges == []


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "operation"),
    [
        ("POST", DOCUMENTS, {}, 201, "create"),
        ("POST", DOCUMENTS, {"x-ms-documentdb-is-upsert": "true"}, 200, "upsert"),
        ("POST", DOCUMENTS, {"x-ms-documentdb-isquery": "true"}, 200, "query"),
        ("POST", DOCUMENTS, {"x-ms-cosmos-is-batch-request": "True"}, 200, "batch"),
        ("GET", f"{DOCUMENTS}/a", {}, 200, "read"),
        ("GET", f"{DOCUMENTS}/a", {}, 404, "read of nothing"),
        ("GET", DOCUMENTS, {}, 200, "feed"),
        ("PUT", f"{DOCUMENTS}/a", {}, 200, "replace"),
        ("PATCH", f"{DOCUMENTS}/a", {}, 200, "patch"),
        ("DELETE", f"{DOCUMENTS}/a", {}, 204, "delete"),
    ],
)
def test_an_operation_on_items_is_counted_by_the_size_of_its_item(method, path, headers, status, operation):
    exchange = Exchange(method, path, headers, 3000, 100, status)

    assert traffic.cosmos_operations([exchange], UNITS) == {f"search-requests/{operation}": {"4": 1}}


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/dbs/colorai", {}, 200),
        ("/dbs/colorai/colls/search-requests/pkranges", {}, 200),
        (DOCUMENTS, {"x-ms-cosmos-is-query-plan-request": "True"}, 200),
        (DOCUMENTS, {}, 503),
    ],
)
def test_what_concerns_no_item_is_left_out(path, headers, status):
    assert traffic.cosmos_operations([Exchange("POST", path, headers, 1, 1, status)], UNITS) == {}


@pytest.mark.parametrize("limit", ["max_completion_tokens", "max_tokens"])
def test_the_rate_limit_counts_the_prompt_and_the_longest_answer_allowed(limit):
    sent = {"response_format": {"json_schema": {"name": "score_chunk"}}, limit: 9000}
    answered = {"usage": {"prompt_tokens": 1000, "completion_tokens": 50}}
    path = "/openai/deployments/x/chat/completions"
    done, throttled = (Exchange("POST", path, {}, 1, 1, status, sent, answered) for status in (200, 429))

    assert traffic.prompts([done, throttled]) == {
        "score_chunk": {"calls": 1, "prompt_tokens": 1000, "completion_tokens": 50, "counted_tokens": 10_000}
    }


def test_queries_with_the_semantic_ranker_are_told_from_plain_ones():
    path = "/indexes('materials')/docs/search.post.search"
    kinds = ({"queryType": "semantic"}, {"search": "*"}, {"queryType": "semantic"})

    found = traffic.index_queries(Exchange("POST", path, {}, 1, 10, 200, sent) for sent in kinds)

    assert found == {
        "semantic": {"queries": 2, "answered_bytes": 20},
        "plain": {"queries": 1, "answered_bytes": 10},
    }


def test_a_text_alone_is_one_text_embedded():
    alone, several = ({"input": "a"}, {"input": ["a", "b"]})
    answered = {"usage": {"total_tokens": 5}}
    found = [Exchange("POST", "/x/embeddings", {}, 1, 1, 200, sent, answered) for sent in (alone, several)]

    assert traffic.embeddings(found) == {"requests": 2, "texts": 3, "tokens": 10}


def test_activities_timers_and_episodes_are_counted_from_the_engines_database(tmp_path):
    episodes = [
        [history.orchestrator_started(NOW), history.task_scheduled(NOW, 0, "LoadRequest", '""')],
        [history.orchestrator_started(NOW), history.timer_created(NOW, 1, NOW), history.timer_fired(NOW, 1, NOW)],
    ]
    database = tmp_path / "durable.db"
    with closing(sqlite3.connect(database)) as opened:
        opened.executescript(TABLES)
        rows = [("mine", ",".join(events)) for events in episodes] + [("another", history.orchestrator_started(NOW))]
        opened.executemany("INSERT INTO history (instance_id, events) VALUES (?, ?)", rows)
        opened.commit()

    found = durable_history.counted(database, ["mine"])

    assert found.pop("history_bytes") == sum(len(",".join(events)) for events in episodes)
    assert found == {"activities": {"LoadRequest": 1}, "timers_created": 1, "timers_fired": 1, "episodes": 2}
    with pytest.raises(ValueError, match="no history of unknown"):
        durable_history.counted(database, ["unknown"])
