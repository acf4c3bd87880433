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
        ({"full_text_policy": {"defaultLanguage": "xx-YY"}}, "/pk"),
    ],
)
async def test_container_that_cannot_be_is_refused(
    make_container: MakeContainer, options: dict[str, object], path: str
):
    with pytest.raises(exceptions.CosmosHttpResponseError) as refused:
        await make_container(path, **options)
    assert refused.value.status_code == 400


TEXT_POLICY = {"defaultLanguage": "en-US", "fullTextPaths": [{"path": "/text", "language": "en-US"}]}


async def test_text_policy_is_kept_as_it_was_given(make_container: MakeContainer):
    container = await make_container(
        full_text_policy=TEXT_POLICY, indexing_policy={"fullTextIndexes": [{"path": "/text"}]}
    )
    read = await container.read()
    assert read["fullTextPolicy"] == TEXT_POLICY
    assert read["indexingPolicy"]["fullTextIndexes"] == [{"path": "/text"}]


async def test_a_container_gets_a_text_policy_later_and_another_one_after_that(
    database: DatabaseProxy, make_container: MakeContainer
):
    container = await make_container()
    for path in ("/text", "/words"):
        policy = {"defaultLanguage": "en-US", "fullTextPaths": [{"path": path, "language": "en-US"}]}
        indexing = {"fullTextIndexes": [{"path": path}]}
        await database.replace_container(
            container.id, PartitionKey("/pk"), full_text_policy=policy, indexing_policy=indexing
        )
        read = await container.read()
        assert read["fullTextPolicy"] == policy
        assert read["indexingPolicy"]["fullTextIndexes"] == [{"path": path}]


# As Microsoft's own tests of its Python SDK expect them.
@pytest.mark.parametrize(
    ("policy", "indexes", "said"),
    [
        (TEXT_POLICY | {"fullTextPaths": [{"path": "text"}]}, None, "contains an invalid Path: text"),
        ({"defaultLanguage": "spa-SPA"}, None, "contains an unsupported language spa-SPA. Supported languages are:"),
        (
            TEXT_POLICY | {"fullTextPaths": [{"path": "/text", "language": "spa-SPA"}]},
            None,
            "contains an unsupported language spa-SPA. Supported languages are:",
        ),
        (TEXT_POLICY, [{"path": "text"}], "Full-text index specification at index (0) contains invalid path"),
        (TEXT_POLICY, [{"not_path": "text"}], "Missing path in full-text index specification at index (0)"),
        (
            TEXT_POLICY,
            [{"path": "/other"}],
            "The path of the Full Text Index /other does not match the path specified in the Full Text Policy",
        ),
    ],
)
async def test_text_policy_that_cannot_be_is_refused(
    make_container: MakeContainer, policy: dict[str, object], indexes: object, said: str
):
    options = {} if indexes is None else {"indexing_policy": {"fullTextIndexes": indexes}}
    with pytest.raises(exceptions.CosmosHttpResponseError) as refused:
        await make_container(full_text_policy=policy, **options)
    assert refused.value.status_code == 400
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("policy", "indexes"),
    [
        ("en-US", None),
        ({}, None),
        (TEXT_POLICY | {"more": 1}, None),
        (TEXT_POLICY | {"fullTextPaths": "/text"}, None),
        (TEXT_POLICY | {"fullTextPaths": [{"path": "/text", "distance": 1}]}, None),
        (TEXT_POLICY | {"fullTextPaths": [{"path": "/text"}, {"path": "/text"}]}, None),
        (TEXT_POLICY | {"fullTextPaths": [{"path": "/texts/[]"}]}, None),
        (TEXT_POLICY, "/text"),
        (TEXT_POLICY, [{"path": "/text"}, {"path": "/text"}]),
        (TEXT_POLICY, [{"path": "/text/*"}]),
    ],
)
async def test_text_policy_of_another_form_is_refused(make_container: MakeContainer, policy: object, indexes: object):
    options = {} if indexes is None else {"indexing_policy": {"fullTextIndexes": indexes}}
    with pytest.raises(exceptions.CosmosHttpResponseError) as refused:
        await make_container(full_text_policy=policy, **options)
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
