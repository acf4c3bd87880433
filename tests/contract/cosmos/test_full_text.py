"""Full-text search by the SDK: answered whole by the endpoint, and fused by the SDK itself from a query plan."""

import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from azure.cosmos import CosmosClient as SyncClient
from azure.cosmos import PartitionKey, exceptions
from azure.cosmos.aio import ContainerProxy, CosmosClient

from tests.contract.cosmos.conftest import Account, MakeContainer
from tests.support.cosmos import start_cosmos

POLICIES: dict[str, Any] = {
    "full_text_policy": {"defaultLanguage": "en-US", "fullTextPaths": [{"path": "/words", "language": "en-US"}]},
    "vector_embedding_policy": {
        "vectorEmbeddings": [{"path": "/v", "dataType": "float32", "distanceFunction": "euclidean", "dimensions": 3}]
    },
    "indexing_policy": {
        "indexingMode": "consistent",
        "automatic": True,
        "includedPaths": [{"path": "/*"}],
        "excludedPaths": [{"path": "/words/?"}, {"path": "/v/*"}],
        "fullTextIndexes": [{"path": "/words"}],
        "vectorIndexes": [{"path": "/v", "type": "flat"}],
    },
}
# Words that no analyzer stems or leaves out.
VOCABULARY = ("zebra", "quartz", "onyx", "topaz", "jade", "opal")
RANDOM = random.Random(20261201)
ITEMS: list[dict[str, Any]] = [
    {
        "id": f"i{n}",
        "pk": f"p{n % 2}",
        "n": n,
        "words": " ".join(RANDOM.choice(VOCABULARY) for _ in range(RANDOM.randint(1, 15))),
        "v": [round(RANDOM.random(), 6) for _ in range(3)],
    }
    for n in range(60)
]
ITEMS += [{"id": "wordless", "pk": "p0", "n": 60, "v": [1.0, 1.0, 1.0]}, {"id": "bare", "pk": "p1", "n": 61}]


@pytest.fixture(scope="session")
def planning(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Generator[Account]:
    """An endpoint that leaves ORDER BY RANK to the SDK."""
    if not account.local:
        pytest.skip("only the local endpoint can be told to answer by plans")
    running = start_cosmos(tmp_path_factory.mktemp("planning"), account.key, 0, "--query-plans")
    try:
        yield Account(running.url, running.key, local=True)
    finally:
        running.stop()


Fill = Callable[[Account], Awaitable[ContainerProxy]]


@pytest_asyncio.fixture
async def fill() -> AsyncGenerator[Fill]:
    """Creates a container of ``ITEMS`` in an account."""
    clients: list[tuple[CosmosClient, str]] = []

    async def filled(account: Account) -> ContainerProxy:
        client = await CosmosClient(account.url, account.key).__aenter__()
        name = f"contract-{uuid4().hex[:12]}"
        clients.append((client, name))
        database = await client.create_database(name)
        container = await database.create_container("c", PartitionKey("/pk"), **POLICIES)
        for item in ITEMS:
            await container.create_item(item)
        return container

    yield filled
    for client, name in clients:
        await client.delete_database(name)
        await client.close()


async def rows(container: ContainerProxy, text: str, **options: Any) -> list[Any]:
    parameters = [{"name": "@n", "value": 5}, {"name": "@term", "value": "zebra"}]
    return [row async for row in container.query_items(text, parameters=parameters, **options)]


def ids(found: list[Any]) -> list[str]:
    return [row["id"] if isinstance(row, dict) else row for row in found]


RANKED = [
    "SELECT TOP 10 c.id, c.words FROM c ORDER BY RANK FullTextScore(c.words, 'zebra', 'Opal')",
    "SELECT TOP 10 VALUE c.id FROM c WHERE c.n > @n ORDER BY RANK FullTextScore(c.words, @term, 'opal')",
    "SELECT c.id FROM c ORDER BY RANK FullTextScore(c.words, 'jade onyx') OFFSET 2 LIMIT 5",
    "SELECT TOP 50 * FROM c WHERE FullTextContainsAny(c.words, 'zebra', 'topaz') "
    "ORDER BY RANK RRF(FullTextScore(c.words, 'zebra'), VectorDistance(c.v, [1, 0.2, 0.3]))",
    "SELECT TOP 20 c.id FROM c ORDER BY RANK RRF(VectorDistance(c.v, [1, 0.2, 0.3]), "
    "FullTextScore(c.words, 'zebra', 'topaz'), [0.5, -2])",
    "SELECT TOP 62 c.id FROM c ORDER BY RANK RRF(FullTextScore(c.words, 'jade'), "
    "FullTextScore(c.words, 'onyx', 'quartz'), VectorDistance(c.v, [0, 1, 0]))",
    "SELECT TOP 20 c.id FROM c WHERE c.n < 50 ORDER BY RANK "
    "RRF(VectorDistance(c.v, [1, 0.2, 0.3]), VectorDistance(c.v, [0, 1, 0]), [1, 3])",
    "SELECT TOP 7 c.id FROM c ORDER BY RANK VectorDistance(c.v, [1, 0.2, 0.3])",
]
SCOPES: list[dict[str, Any]] = [
    {},
    {"partition_key": "p0"},
    {"partition_key": "p1", "full_text_score_scope": "Local"},
    {"partition_key": "p1", "full_text_score_scope": "Global"},
    {"full_text_score_scope": "Global"},
]


async def test_the_sdk_fuses_to_the_order_in_which_the_endpoint_answers(
    account: Account, planning: Account, fill: Fill
):
    whole, planned = await fill(account), await fill(planning)
    for text in RANKED:
        for options in SCOPES:
            expected = ids(await rows(whole, text, **options))
            assert expected
            assert ids(await rows(planned, text, **options)) == expected, (text, options)


async def test_synchronous_sdk_fuses_alike(account: Account, planning: Account, fill: Fill):
    whole, planned = await fill(account), await fill(planning)
    database = planned.container_link.split("/")[1]
    with SyncClient(planning.url, planning.key) as client:
        container = client.get_database_client(database).get_container_client("c")
        for text in (RANKED[0], RANKED[3]):
            found = list(container.query_items(text, partition_key="p0", full_text_score_scope="Local"))
            assert ids(found) == ids(await rows(whole, text, partition_key="p0"))


async def test_best_texts_come_first(make_container: MakeContainer):
    container = await make_container(**POLICIES)
    texts = {"often": "zebra zebra zebra", "once": "zebra", "long": "zebra" + " onyx" * 40, "none": "opal opal"}
    for identity, words in texts.items():
        await container.create_item({"id": identity, "pk": "p", "words": words})
    text = (
        "SELECT TOP 10 VALUE c.id FROM c WHERE FullTextContains(c.words, 'zebra') "
        "ORDER BY RANK FullTextScore(c.words, 'zebra')"
    )
    found = await rows(container, text, partition_key="p", full_text_score_scope="Local")
    assert found == ["often", "once", "long"]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("FullTextContains(c.words, 'zebra')", {"a", "b"}),
        ("FullTextContains(c.words, 'Zebra Onyx')", {"a"}),
        ("FullTextContainsAll(c.words, 'onyx', 'zebra')", {"a", "b"}),
        ("FullTextContainsAny(c.words, 'zebra', 'jade')", {"a", "b", "c"}),
    ],
)
async def test_texts_are_found_by_what_they_hold(make_container: MakeContainer, where: str, expected: set[str]):
    container = await make_container(**POLICIES)
    for identity, words in {"a": "a zebra, onyx", "b": "onyx zebra", "c": "JADE", "d": "opal"}.items():
        await container.create_item({"id": identity, "pk": "p", "words": words})
    await container.create_item({"id": "none", "pk": "p"})
    assert set(await rows(container, f"SELECT VALUE c.id FROM c WHERE {where}")) == expected


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM c ORDER BY RANK FullTextScore(c.words, 'zebra')",
        "SELECT TOP 1001 * FROM c ORDER BY RANK FullTextScore(c.words, 'zebra')",
        "SELECT TOP @n * FROM c ORDER BY RANK FullTextScore(c.words, 'zebra')",
        "SELECT TOP 5 * FROM c ORDER BY RANK FullTextScore(c.words, 'zebra') DESC",
        "SELECT TOP 5 FullTextScore(c.words, 'zebra') AS score FROM c",
        "SELECT TOP 5 * FROM c WHERE FullTextScore(c.words, 'zebra') > 0",
        "SELECT TOP 5 * FROM c ORDER BY RANK RRF(FullTextScore(c.words, 'a'), FullTextScore(c.words, 'b'), [1])",
    ],
)
async def test_unbounded_or_unfit_ranking_is_refused_either_way(
    account: Account, planning: Account, fill: Fill, text: str
):
    for each in (account, planning):
        container = await fill(each)
        with pytest.raises((exceptions.CosmosHttpResponseError, ValueError)) as refused:
            await rows(container, text, partition_key="p0")
        assert getattr(refused.value, "status_code", 400) == 400


async def test_container_without_a_text_policy_says_so(account: Account, planning: Account):
    for each in (account, planning):
        async with CosmosClient(each.url, each.key) as client:
            database = await client.create_database(f"contract-{uuid4().hex[:12]}")
            try:
                container = await database.create_container("c", PartitionKey("/pk"))
                await container.create_item({"id": "a", "pk": "p", "words": "zebra"})
                with pytest.raises(exceptions.CosmosHttpResponseError) as refused:
                    await rows(container, RANKED[0], partition_key="p", full_text_score_scope="Local")
            finally:
                await client.delete_database(database)
        assert refused.value.status_code == 400
        assert "the container has no fullTextPolicy for the path /words" in str(refused.value)
