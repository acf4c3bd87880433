"""Containers as `local up` makes them, and those of an earlier version as it brings them up to date."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.aio import CosmosClient

from local.stack.provision import provision_cosmos
from shared.topology import topology
from tests.support.cosmos import RunningCosmos, running_cosmos

DATABASE, CHUNKS = topology().database, topology().containers["chunks"]
SEARCH = "SELECT TOP 5 VALUE c.id FROM c ORDER BY RANK FullTextScore(c.words, 'zebra')"


async def provision(running: RunningCosmos) -> str:
    return await asyncio.to_thread(provision_cosmos, {"COSMOS_ENDPOINT": running.url, "COSMOS_KEY": running.key})


async def make_old_chunks(client: CosmosClient, distance: str) -> None:
    """The container of an earlier version, which knew no full-text search, with one chunk."""
    assert CHUNKS.vector is not None
    path, dimensions = CHUNKS.vector.path, CHUNKS.vector.dimensions
    vector = {"path": path, "dataType": "float32", "distanceFunction": distance, "dimensions": dimensions}
    indexing: dict[str, Any] = {
        "indexingMode": "consistent",
        "automatic": True,
        "includedPaths": [{"path": "/*"}],
        "excludedPaths": [{"path": '/"_etag"/?'}, {"path": f"{path}/*"}],
        "vectorIndexes": [{"path": path, "type": "quantizedFlat"}],
    }
    database = await client.create_database(DATABASE)
    container = await database.create_container(
        CHUNKS.name,
        PartitionKey(CHUNKS.partition_key),
        vector_embedding_policy={"vectorEmbeddings": [vector]},
        indexing_policy=indexing,
    )
    await container.create_item({"id": "a", "projectId": "p", "words": "zebra", "embedding": [0.5] * dimensions})


def excluded(found: dict[str, Any]) -> list[str]:
    return [each["path"] for each in found["indexingPolicy"]["excludedPaths"]]


@pytest.mark.parametrize("old", [False, True])
async def test_words_of_chunks_can_be_searched_whether_the_container_is_new_or_old(tmp_path: Path, old: bool):
    async with running_cosmos(tmp_path) as running, CosmosClient(running.url, running.key) as client:
        if old:
            await make_old_chunks(client, "cosine")
        for _ in range(2):
            assert "without" not in await provision(running)
        container = client.get_database_client(DATABASE).get_container_client(CHUNKS.name)
        found = await container.read()
        assert found["fullTextPolicy"] == {
            "defaultLanguage": "en-US",
            "fullTextPaths": [{"path": "/words", "language": "en-US"}],
        }
        assert found["indexingPolicy"]["fullTextIndexes"] == [{"path": "/words"}]
        assert excluded(found) == ['/"_etag"/?', "/embedding/*", "/words/?", "/text/?"]
        assert [each["path"] for each in found["indexingPolicy"]["vectorIndexes"]] == ["/embedding"]
        assert [row async for row in container.query_items(SEARCH, partition_key="p")] == (["a"] if old else [])


async def test_container_that_cannot_have_the_policy_stays_as_it_is_and_is_named(tmp_path: Path):
    async with running_cosmos(tmp_path) as running, CosmosClient(running.url, running.key) as client:
        # A replace may not change how vectors are compared.
        await make_old_chunks(client, "euclidean")
        assert f"without full-text search: {CHUNKS.name}" in await provision(running)
        container = client.get_database_client(DATABASE).get_container_client(CHUNKS.name)
        assert "fullTextPolicy" not in await container.read()


async def test_every_container_is_made_as_the_topology_says(tmp_path: Path):
    async with running_cosmos(tmp_path) as running, CosmosClient(running.url, running.key) as client:
        await provision(running)
        database = client.get_database_client(DATABASE)
        for wanted in topology().containers.values():
            found = await database.get_container_client(wanted.name).read()
            assert ("fullTextPolicy" in found) is (wanted.full_text is not None)
            assert ("vectorEmbeddingPolicy" in found) is (wanted.vector is not None)
            assert excluded(found)[1:] == wanted.excluded_paths
