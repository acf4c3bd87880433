"""The local endpoint as a process: its key, its faults, and what outlives it."""

import asyncio
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from azure.cosmos import PartitionKey, exceptions
from azure.cosmos.aio import CosmosClient

from tests.contract.cosmos.conftest import Account
from tests.support.cosmos import running_cosmos, start_cosmos

VECTOR = {"vectorEmbeddings": [{"path": "/v", "dataType": "float32", "dimensions": 3, "distanceFunction": "cosine"}]}
NEAREST = "SELECT TOP 1 c.id FROM c ORDER BY VectorDistance(c.v, [1, 0, 0])"


@pytest.fixture
def local(account: Account) -> Account:
    if not account.local:
        pytest.skip("about the local endpoint alone")
    return account


async def test_answered_writes_outlive_a_kill(tmp_path: Path):
    async with running_cosmos(tmp_path) as first, CosmosClient(first.url, first.key) as client:
        database = await client.create_database("d")
        container = await database.create_container("c", PartitionKey("/pk"), vector_embedding_policy=VECTOR)
        bodies = [{"id": str(n), "pk": f"p{n % 3}", "n": n, "v": [n, 1, 0]} for n in range(60)]
        written = await asyncio.gather(*[container.upsert_item(body) for body in bodies])
        first.kill()
    async with running_cosmos(tmp_path) as second, CosmosClient(second.url, second.key) as client:
        container = client.get_database_client("d").get_container_client("c")
        found = {item["id"]: item["_etag"] async for item in container.read_all_items()}
        assert found == {item["id"]: item["_etag"] for item in written}
        assert [row["id"] async for row in container.query_items(NEAREST)] == ["59"]
        renewed = await container.upsert_item(bodies[0])
        assert renewed["_etag"] not in found.values()


async def test_stop_signal_ends_it_cleanly(tmp_path: Path):
    running = await asyncio.to_thread(start_cosmos, tmp_path)
    assert await asyncio.to_thread(running.stop) == 0


def test_busy_port_is_named_with_its_holder(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "local.cosmos", "--port", str(port), "--data", str(tmp_path)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert f"127.0.0.1:{port}" in ended.stderr
    assert "pid" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


async def test_second_endpoint_on_the_same_folder_is_refused(tmp_path: Path):
    async with running_cosmos(tmp_path) as first:
        command = [sys.executable, "-m", "local.cosmos", "--port", "0", "--data", str(tmp_path)]
        ended = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, timeout=60, check=False
        )
    assert ended.returncode == 1
    assert f"(process {first.pid})" in ended.stderr


async def test_wrong_key_is_unauthorized(local: Account):
    with pytest.raises(exceptions.CosmosHttpResponseError) as refused:
        async with CosmosClient(local.url, "d3Jvbmc=") as client:
            await client.create_database("never")
    assert refused.value.status_code == 401


async def test_key_is_not_asked_for_when_there_is_none(tmp_path: Path):
    async with running_cosmos(tmp_path, key="") as running, CosmosClient(running.url, "YW55") as client:
        assert (await client.create_database("d")).id == "d"


@pytest.fixture(scope="session")
def open_endpoint(tmp_path_factory: pytest.TempPathFactory):
    """An endpoint that checks no signature, so that requests can be made up by hand."""
    running = start_cosmos(tmp_path_factory.mktemp("open"), key="")
    yield running.url
    running.stop()


async def post(url: str, path: str, body: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with aiohttp.ClientSession() as session, session.post(url + path, data=body, headers=named) as response:
        return response.status, await response.json()


async def a_container(url: str) -> str:
    await post(url, "/dbs", b'{"id": "hostile"}')
    await post(url, "/dbs/hostile/colls", b'{"id": "c", "partitionKey": {"paths": ["/pk"], "kind": "Hash"}}')
    return "/dbs/hostile/colls/c/docs"


HOSTILE_ITEMS = [
    b"",
    b"{",
    b"[]",
    b'"text"',
    b"\xff\xfe",
    b'{"pk": "p"}',
    b'{"id": 7, "pk": "p"}',
    b'{"id": "", "pk": "p"}',
    b'{"id": "a/b", "pk": "p"}',
    b'{"id": "a", "pk": {"x": 1}}',
    b'{"id": "a", "pk": "other"}',
    b'{"id": "' + b"x" * 2000 + b'", "pk": "p"}',
    b'{"id": "a", "pk": "p", "ttl": "soon"}',
    b'{"id": "a", "pk": "p", "deep": ' + b"[" * 200 + b"]" * 200 + b"}",
    b'{"id": "a", "pk": "p", "deep": ' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}",
    b'{"id": "a", "pk": "p", "half": "\\ud800"}',
    b'{"id": "a", "pk": "p", "n": NaN}',
]


@pytest.mark.parametrize("body", HOSTILE_ITEMS)
async def test_item_that_is_none_is_a_bad_request(open_endpoint: str, body: bytes):
    docs = await a_container(open_endpoint)
    status, answer = await post(open_endpoint, docs, body, x_ms_documentdb_partitionkey='["p"]')
    assert (status, answer["code"]) == (400, "BadRequest")
    assert "Traceback" not in answer["message"]


@pytest.mark.parametrize("key", ["", "p", "{}", "[[1]]", '["p", "q"]', "[]", "[" * 9000])
async def test_partition_key_header_that_is_none_is_a_bad_request(open_endpoint: str, key: str):
    docs = await a_container(open_endpoint)
    status, _ = await post(open_endpoint, docs, b'{"id": "a", "pk": "p"}', x_ms_documentdb_partitionkey=key[:7000])
    assert status == 400


async def test_patches_cannot_nest_an_item_deeper_than_an_item_may_be(open_endpoint: str):
    docs = await a_container(open_endpoint)
    await post(open_endpoint, docs, b'{"id": "deep", "pk": "p"}', x_ms_documentdb_partitionkey='["p"]')
    value = b'{"a":' * 70 + b"1" + b"}" * 70
    statuses: list[int] = []
    for path in ("/x", "/x" + "/a" * 69 + "/b"):
        body = b'{"operations": [{"op": "set", "path": "' + path.encode() + b'", "value": ' + value + b"}]}"
        async with aiohttp.ClientSession() as session:
            headers = {"x-ms-documentdb-partitionkey": '["p"]'}
            async with session.patch(f"{open_endpoint}{docs}/deep", data=body, headers=headers) as response:
                statuses.append(response.status)
    assert statuses == [200, 400]


HOSTILE_QUERIES = [
    b"{}",
    b'{"query": 7}',
    b'{"query": "SELECT * FROM c", "parameters": [7]}',
    b'{"query": "SELECT * FROM c", "parameters": {"@a": 1}}',
    b'{"query": "SELECT ' + b"(" * 50_000 + b'"}',
    b'{"query": "SELECT VALUE ' + b"NOT " * 5000 + b'true"}',
    b'{"query": "SELECT VALUE ' + b"[" * 2000 + b"1" + b"]" * 2000 + b'"}',
    b'{"query": "SELECT VALUE 1' + b" + 1" * 5000 + b'"}',
    b'{"query": "SELECT VALUE \'\\ud800\' FROM c"}',
    b'{"query": "SELECT VALUE 1e999"}',
    b"{\"query\": \"SELECT VALUE REGEXMATCH('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '(a|a)+$')\"}",
    b"{\"query\": \"SELECT VALUE REGEXMATCH('a', '(')\"}",
    b'{"query": "SELECT VALUE REPLICATE(REPLICATE(\'abc\', 9999), 9999)"}',
    b'{"query": "' + b"x" * 600_000 + b'"}',
]


@pytest.mark.parametrize("body", HOSTILE_QUERIES, ids=range(len(HOSTILE_QUERIES)))
async def test_query_that_is_none_is_a_bad_request(open_endpoint: str, body: bytes):
    docs = await a_container(open_endpoint)
    status, answer = await post(
        open_endpoint, docs, body, x_ms_documentdb_isquery="true", x_ms_documentdb_query_enablecrosspartition="true"
    )
    assert status == 400, answer


@pytest.mark.parametrize("token", ["x", "AAAA", "WzEsMiwzLDRd", "é"])
async def test_made_up_continuation_is_a_bad_request(open_endpoint: str, token: str):
    docs = await a_container(open_endpoint)
    status, _ = await post(
        open_endpoint,
        docs,
        b'{"query": "SELECT * FROM c"}',
        x_ms_documentdb_isquery="true",
        x_ms_documentdb_query_enablecrosspartition="true",
        x_ms_continuation=token,
    )
    assert status == 400


async def test_query_across_partitions_must_be_allowed(open_endpoint: str):
    docs = await a_container(open_endpoint)
    body = b'{"query": "SELECT * FROM c WHERE c.n = 1"}'
    assert (await post(open_endpoint, docs, body, x_ms_documentdb_isquery="true"))[0] == 400
    named = b'{"query": "SELECT * FROM c WHERE c.pk = \'p\'"}'
    assert (await post(open_endpoint, docs, named, x_ms_documentdb_isquery="true"))[0] == 200


@pytest.mark.parametrize("path", ["/dbs/hostile/colls/c/sprocs", "/dbs/hostile/users", "/nowhere", "/dbs/%ff"])
async def test_unknown_resource_is_named(open_endpoint: str, path: str):
    await a_container(open_endpoint)
    status, answer = await post(open_endpoint, path, b"{}")
    assert status in (400, 404, 405)
    assert answer["message"]
