"""What only the local endpoint has: its key, switches, counters and folder; and requests that no SDK would send."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from azure.core.exceptions import HttpResponseError
from azure.search.documents.aio import SearchClient
from azure.search.documents.indexes.aio import SearchIndexClient
from azure.search.documents.indexes.models import SearchIndex
from azure.search.documents.models import VectorizedQuery

from tests.contract.search.conftest import Service
from tests.support.search import KEY, LocalSearch, running_search
from tests.support.search_documents import DOCUMENTS, PAINTS

pytestmark = pytest.mark.asyncio(loop_scope="session")
VERSION = "api-version=2026-04-01"
SEARCH = f"/indexes('paints')/docs/search.post.search?{VERSION}"
INDEX = f"/indexes('paints')/docs/search.index?{VERSION}"


def clients(running: LocalSearch) -> tuple[SearchIndexClient, SearchClient]:
    credential = Service(running.url, running.key or "any", local=True).credential
    return SearchIndexClient(running.url, credential), SearchClient(running.url, "paints", credential, retry_total=0)


async def fill(running: LocalSearch) -> None:
    index_client, client = clients(running)
    async with index_client, client:
        await index_client.create_index(SearchIndex(PAINTS))
        await client.upload_documents(DOCUMENTS)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def filled() -> Any:
    async with running_search() as running:
        await fill(running)
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def endpoint(filled: LocalSearch) -> LocalSearch:
    await filled.set_faults()
    await filled.reset_stats()
    return filled


async def found(running: LocalSearch) -> list[tuple[str, float]]:
    """What a hybrid, filtered search answers."""
    index_client, client = clients(running)
    async with index_client, client:
        rows = await client.search(
            "blue",
            filter="price lt 25",
            vector_queries=[VectorizedQuery(vector=[0.8, 0.6, 0, 0], k_nearest_neighbors=2, fields="near")],
        )
        return [(row["id"], row["@search.score"]) async for row in rows]


async def test_index_outlives_a_killed_process(tmp_path: Path) -> None:
    async with running_search(tmp_path) as running:
        await fill(running)
        before = await found(running)
        await running.kill()
    async with running_search(tmp_path) as running:
        assert await found(running) == before
        _, client = clients(running)
        async with client:
            assert (await client.get_document("sky"))["shown"] == [1.0, 0.0, 0.0, 0.0]


async def test_deleted_and_replaced_documents_stay_so_after_a_restart(tmp_path: Path) -> None:
    async with running_search(tmp_path) as running:
        await fill(running)
        _, client = clients(running)
        async with client:
            await client.delete_documents([{"id": "sky"}])
            await client.merge_documents([{"id": "navy", "price": 21.0}])
    async with running_search(tmp_path) as running:
        _, client = clients(running)
        async with client:
            assert [row["id"] async for row in await client.search("*", order_by=["price"])] == ["moss", "navy", "fire"]
            assert (await client.get_document("navy"))["price"] == 21.0


async def test_many_rewrites_leave_one_document_each(tmp_path: Path) -> None:
    async with running_search(tmp_path) as running:
        index_client, client = clients(running)
        async with index_client, client:
            await index_client.create_index(SearchIndex(PAINTS))
            for turn in range(8):
                await client.upload_documents([{"id": f"d{n}", "title": f"turn{turn}", "stock": n} for n in range(300)])
            rows = [row async for row in await client.search("turn7", filter="stock lt 250", top=300)]
            assert {row["id"] for row in rows} == {f"d{n}" for n in range(250)}
            assert [row async for row in await client.search("turn6")] == []
            assert await client.get_document_count() == 300


async def test_searches_see_a_batch_whole_or_not_at_all(tmp_path: Path) -> None:
    async with running_search(tmp_path) as running:
        index_client, client = clients(running)
        async with index_client, client:
            await index_client.create_index(SearchIndex(PAINTS))
            writing = asyncio.create_task(_write_in_turns(client))
            while not writing.done():
                answer = await client.search("*", facets=["resin,count:0"], include_total_count=True, top=1)
                facets = await answer.get_facets()
                # Every batch replaces all documents: their resin is one and the same.
                assert facets is not None
                assert [facet["count"] for facet in facets["resin"]] in ([], [200])
            await writing


async def _write_in_turns(client: SearchClient) -> None:
    for turn in range(15):
        await client.upload_documents([{"id": f"d{n}", "resin": f"R{turn}"} for n in range(200)])


async def test_folder_serves_one_process(tmp_path: Path) -> None:
    async with running_search(tmp_path):
        with pytest.raises(AssertionError, match="ended with 1"):
            async with running_search(tmp_path):
                pass


async def test_wrong_key_is_forbidden(endpoint: LocalSearch) -> None:
    status, answer = await endpoint.send("GET", f"/indexes?{VERSION}", key="other")
    assert status == 403
    assert answer["error"]["code"] == "Forbidden"
    assert KEY not in json.dumps(answer)


async def test_endpoint_without_a_key_lets_anybody_in() -> None:
    async with running_search(key="") as running:
        status, _ = await running.send("GET", f"/indexes?{VERSION}", key="whatever")
        assert status == 200


async def test_latency_is_added_to_every_request(endpoint: LocalSearch) -> None:
    loop = asyncio.get_running_loop()
    await endpoint.set_faults(latency_ms=300)
    started = loop.time()
    await endpoint.send("GET", f"/indexes?{VERSION}")
    assert loop.time() - started >= 0.3


@pytest.mark.parametrize(("retry_after", "header"), [(2.5, "3"), (None, None)])
async def test_throttled_requests_may_name_a_time(
    endpoint: LocalSearch, retry_after: float | None, header: str | None
) -> None:
    await endpoint.set_faults(rate_429=1, retry_after_s=retry_after)
    _, client = clients(endpoint)
    async with client:
        with pytest.raises(HttpResponseError) as raised:
            await client.get_document_count()
    assert raised.value.status_code == 429
    assert raised.value.response is not None
    assert raised.value.response.headers.get("Retry-After") == header


async def test_next_requests_fail_and_those_after_them_do_not(endpoint: LocalSearch) -> None:
    await endpoint.set_faults(fail_next=2)
    statuses = [(await endpoint.send("GET", f"/indexes?{VERSION}"))[0] for _ in range(3)]
    assert statuses == [503, 503, 200]


async def test_requests_with_a_text_fail(endpoint: LocalSearch) -> None:
    await endpoint.set_faults(fail_matching="navy", fail_status=429)
    assert (await endpoint.send("POST", SEARCH, b'{"search":"navy"}'))[0] == 429
    assert (await endpoint.send("POST", SEARCH, b'{"search":"sky"}'))[0] == 200


async def test_unknown_switch_is_refused(endpoint: LocalSearch) -> None:
    with pytest.raises(AssertionError, match="speed"):
        await endpoint.set_faults(speed=1)


async def test_counters_tell_what_was_asked(endpoint: LocalSearch) -> None:
    await endpoint.send("POST", SEARCH, b'{"search":"sky"}')
    await endpoint.send("POST", SEARCH, b'{"search":5}')
    await endpoint.send("GET", f"/indexes('paints')/docs('sky')?{VERSION}")
    stats = await endpoint.stats()
    assert stats["by_operation"] == {"get": 1, "search": 2}
    assert stats["by_status"] == {"200": 2, "400": 1}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"\xff\xfe",
        b'{"search": 5}',
        b'{"top": "many"}',
        b'{"top": true}',
        b'{"top": 1e9}',
        b'{"select": ["id"]}',
        b'{"facets": "resin"}',
        b'{"vectorQueries": [{"kind": "vector"}]}',
        b'{"vectorQueries": [{"kind": "vector", "vector": ["1"], "fields": "near"}]}',
        b'{"vectorQueries": [{"kind": "vector", "vector": [true, 0, 0, 0], "fields": "near"}]}',
        b'{"vectorQueries": [{"kind": "vector", "vector": [1e400, 0, 0, 0], "fields": "near"}]}',
        b'{"queryType": "semantic", "semanticConfiguration": "by-meaning", "search": "*"}',
        b'{"captions": "extractive"}',
        b'{"minimumCoverage": 101}',
        b'{"debug": "all"}',
        b'{"nonsense": 1}',
        b'{"search": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"filter": "' + b"(" * 50_000 + b'"}',
        b'{"filter": "' + b"not " * 50_000 + b'matt"}',
        b'{"filter": "' + b"matt or " * 5_000 + b'matt"}',
        b'{"queryType": "full", "search": "' + b"(" * 50_000 + b'"}',
        b'{"queryType": "full", "search": "/' + b"(a|b)*" * 3_000 + b'/"}',
        b'{"search": "' + b"a " * 5_000 + b'"}',
    ],
    ids=range(28),
)  # fmt: skip
async def test_hostile_search_is_refused_in_the_services_shape(endpoint: LocalSearch, body: bytes) -> None:
    status, answer = await endpoint.send("POST", SEARCH, body)
    assert status == 400
    assert set(answer["error"]) == {"code", "message", "details"}
    assert "Traceback" not in answer["error"]["message"]
    assert len(answer["error"]["message"]) < 1_000


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"value": []}',
        b'{"value": [5]}',
        b'{"value": [{"@search.action": "explode", "id": "a"}]}',
        b'{"value": [{"id": 5}]}',
        b'{"value": [{"id": "' + b"k" * 1_025 + b'"}]}',
        b'{"value": [{"id": "_a"}]}',
        b'{"value": [{"id": "a", "resin": "' + b"x" * 32_767 + b'"}]}',
        b'{"value": [{"id": "a", "marks": [null]}]}',
        b'{"value": [{"id": "a", "packs": [' + b",".join([b"{}"] * 3_001) + b"]}]}",
        b'{"value": [{"id": "a", "stock": 2147483648}]}',
        b'{"value": [{"id": "a", "near": "0,0,0,0"}]}',
    ],
    ids=range(12),
)
async def test_hostile_batch_is_refused(endpoint: LocalSearch, body: bytes) -> None:
    status, answer = await endpoint.send("POST", INDEX, body)
    assert status == 400
    assert answer["error"]["message"]


async def test_batch_over_sixteen_megabytes_is_too_large(endpoint: LocalSearch) -> None:
    status, answer = await endpoint.send("POST", INDEX, b'{"value": "' + b"x" * (16 * 1024 * 1024) + b'"}')
    assert status == 413
    assert answer["error"]["code"] == "RequestEntityTooLarge"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"/?{VERSION}", 404),
        ("GET", "/indexes", 400),
        ("PATCH", f"/indexes?{VERSION}", 405),
        ("PATCH", f"/indexes('paints')?{VERSION}", 405),
        ("GET", f"/indexes('nobody')/docs/$count?{VERSION}", 404),
        ("GET", f"/indexes('paints')/docs?search=*&{VERSION}", 400),
        ("POST", f"/indexes('paints')/docs/search.post.suggest?{VERSION}", 400),
        ("GET", f"/synonymmaps?{VERSION}", 400),
        ("GET", f"/indexes('paints')/docs('a%27b')?{VERSION}", 404),
        ("GET", f"/indexes('paints')/docs('%ff')?{VERSION}", 400),
        ("GET", f"/indexes('..%2f..%2fetc')/docs/$count?{VERSION}", 404),
        ("PUT", f"/indexes('Bad Name')?{VERSION}", 400),
    ],
)
async def test_what_is_not_there_is_answered_in_the_services_shape(
    endpoint: LocalSearch, method: str, path: str, status: int
) -> None:
    got, answer = await endpoint.send(method, path, b"{}" if method == "PUT" else None)
    assert got == status
    assert answer["error"]["message"]


async def test_unsupported_parts_of_an_index_are_named(endpoint: LocalSearch) -> None:
    for change, named in (
        ({"suggesters": [{"name": "s"}]}, "suggesters"),
        ({"scoringProfiles": [{"name": "p", "functions": [{}]}]}, "functions"),
        ({"fields": [*PAINTS["fields"], {"name": "place", "type": "Edm.GeographyPoint"}]}, "GeographyPoint"),
        ({"fields": [*PAINTS["fields"], {"name": "w", "type": "Edm.String", "analyzer": "ja.microsoft"}]}, "ja.mic"),
    ):
        body = json.dumps({**PAINTS, "name": "other", **change}).encode()
        status, answer = await endpoint.send("PUT", f"/indexes('other')?{VERSION}", body)
        assert status == 400
        assert named in answer["error"]["message"]
