"""Databases and containers, by both clients of the SDK."""

import asyncio
from uuid import uuid4

import pytest
from azure.cosmos import CosmosClient as SyncClient
from azure.cosmos import PartitionKey, exceptions
from azure.cosmos.aio import CosmosClient, DatabaseProxy

from tests.contract.cosmos.conftest import Account, MakeContainer


async def test_create_if_not_exists_finds_what_is_there(client: CosmosClient, database: DatabaseProxy):
    assert (await client.create_database_if_not_exists(database.id)).id == database.id
    for _ in range(2):
        container = await database.create_container_if_not_exists("c", PartitionKey("/pk"))
    assert [each["id"] async for each in database.list_containers()] == [container.id]


async def test_second_create_conflicts(client: CosmosClient, database: DatabaseProxy):
    with pytest.raises(exceptions.CosmosResourceExistsError):
        await client.create_database(database.id)
    await database.create_container("c", PartitionKey("/pk"))
    with pytest.raises(exceptions.CosmosResourceExistsError):
        await database.create_container("c", PartitionKey("/pk"))


async def test_policies_are_kept_as_they_were_given(make_container: MakeContainer):
    vector = {"path": "/v", "dataType": "float32", "dimensions": 8, "distanceFunction": "euclidean"}
    container = await make_container(
        default_ttl=77,
        vector_embedding_policy={"vectorEmbeddings": [vector]},
        indexing_policy={"includedPaths": [{"path": "/*"}], "vectorIndexes": [{"path": "/v", "type": "flat"}]},
    )
    read = await container.read()
    assert read["defaultTtl"] == 77
    assert read["vectorEmbeddingPolicy"]["vectorEmbeddings"] == [vector]
    assert read["indexingPolicy"]["vectorIndexes"][0]["path"] == "/v"
    assert read["partitionKey"]["paths"] == ["/pk"]


async def test_databases_are_queried_by_id(client: CosmosClient, database: DatabaseProxy):
    text, parameters = "SELECT * FROM c WHERE c.id = @id", [{"name": "@id", "value": database.id}]
    assert [each["id"] async for each in client.query_databases(text, parameters=parameters)] == [database.id]


async def test_container_made_anew_is_empty_and_reachable(database: DatabaseProxy):
    first = await database.create_container("c", PartitionKey("/pk"))
    await first.create_item({"id": "a", "pk": "p"})
    await database.delete_container("c")
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        await first.read_item("a", "p")
    await database.create_container("c", PartitionKey("/pk"))
    again = database.get_container_client("c")
    await again.create_item({"id": "b", "pk": "p"})
    assert [item["id"] async for item in again.read_all_items()] == ["b"]


async def test_missing_database_and_container_are_not_found(client: CosmosClient, database: DatabaseProxy):
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        await client.get_database_client("missing").read()
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        await database.get_container_client("missing").read_item("a", "p")


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"default_ttl": 0}, "/pk"),
        ({"vector_embedding_policy": {"vectorEmbeddings": [{"path": "/v", "dimensions": 0}]}}, "/pk"),
        ({"indexing_policy": {"vectorIndexes": [{"path": "/v", "type": "flat"}]}}, "/pk"),
        ({}, "pk"),
    ],
)
async def test_container_that_cannot_be_is_refused(
    make_container: MakeContainer, options: dict[str, object], path: str
):
    with pytest.raises(exceptions.CosmosHttpResponseError) as refused:
        await make_container(path, **options)
    assert refused.value.status_code == 400


async def test_synchronous_client_works_alike(account: Account):
    def work() -> list[str]:
        with SyncClient(account.url, account.key) as client:
            database = client.create_database(f"contract-{uuid4().hex[:12]}")
            try:
                container = database.create_container("c", PartitionKey("/pk"))
                container.upsert_item({"id": "a", "pk": "p", "n": 1})
                container.patch_item("a", "p", [{"op": "incr", "path": "/n", "value": 1}])
                container.execute_item_batch([("create", ({"id": "b", "pk": "p", "n": 5},))], "p")
                rows = container.query_items(
                    "SELECT VALUE c.n FROM c ORDER BY c.n DESC", enable_cross_partition_query=True
                )
                return list(rows)
            finally:
                client.delete_database(database)

    assert await asyncio.to_thread(work) == [5, 2]
