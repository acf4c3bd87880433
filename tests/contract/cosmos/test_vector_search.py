"""VectorDistance: the nearest items by the published formulas."""

from typing import Any

import numpy as np
import pytest
from azure.cosmos import exceptions
from azure.cosmos.aio import ContainerProxy

from tests.contract.cosmos.conftest import MakeContainer

DIMENSIONS = 64
RNG = np.random.default_rng(20261121)
VECTORS = RNG.standard_normal((40, DIMENSIONS)).round(6)
QUERY = RNG.standard_normal(DIMENSIONS).round(6)
NEAREST = (
    "SELECT TOP @k c.id, VectorDistance(c.embedding, @v) AS score FROM c {where} "
    "ORDER BY VectorDistance(c.embedding, @v)"
)


def policy(function: str) -> dict[str, Any]:
    vector = {"path": "/embedding", "dataType": "float32", "dimensions": DIMENSIONS, "distanceFunction": function}
    return {
        "vector_embedding_policy": {"vectorEmbeddings": [vector]},
        "indexing_policy": {
            "includedPaths": [{"path": "/*"}],
            "excludedPaths": [{"path": "/embedding/*"}],
            "vectorIndexes": [{"path": "/embedding", "type": "flat"}],
        },
    }


def expected(function: str) -> np.ndarray:
    if function == "euclidean":
        return np.linalg.norm(VECTORS - QUERY, axis=1)
    dots = VECTORS @ QUERY
    return dots if function == "dotproduct" else dots / np.linalg.norm(VECTORS, axis=1) / np.linalg.norm(QUERY)


async def fill(container: ContainerProxy) -> None:
    for place, vector in enumerate(VECTORS):
        await container.create_item({"id": str(place), "pk": f"p{place % 2}", "n": place, "embedding": vector.tolist()})


async def nearest(container: ContainerProxy, where: str = "", k: int = 10, **options: Any) -> list[Any]:
    parameters = [{"name": "@v", "value": QUERY.tolist()}, {"name": "@k", "value": k}]
    text = NEAREST.format(where=where)
    return [row async for row in container.query_items(text, parameters=parameters, **options)]


@pytest.mark.parametrize("function", ["cosine", "dotproduct", "euclidean"])
async def test_nearest_items_come_first_with_the_exact_value(make_container: MakeContainer, function: str):
    container = await make_container(**policy(function))
    await fill(container)
    values = expected(function)
    order = np.argsort(values if function == "euclidean" else -values)[:10]
    rows = await nearest(container)
    assert [int(row["id"]) for row in rows] == order.tolist()
    assert [row["score"] for row in rows] == pytest.approx(values[order].tolist(), abs=1e-6)


async def test_where_and_partition_come_before_the_nearest(make_container: MakeContainer):
    container = await make_container(**policy("cosine"))
    await fill(container)
    values = expected("cosine")
    wanted = [place for place in np.argsort(-values).tolist() if place % 2 and place >= 20]
    for rows in (
        await nearest(container, "WHERE c.n >= 20", partition_key="p1"),
        await nearest(container, "WHERE c.n >= 20 AND c.pk = 'p1'"),
    ):
        assert [int(row["id"]) for row in rows] == wanted[:10]


async def test_search_sees_every_write_before_it(make_container: MakeContainer):
    container = await make_container(**policy("cosine"))
    await fill(container)
    await nearest(container)
    await container.create_item({"id": "new", "pk": "p0", "embedding": QUERY.tolist()})
    assert (await nearest(container, k=1))[0]["id"] == "new"
    await container.upsert_item({"id": "new", "pk": "p0", "embedding": (-QUERY).tolist()})
    assert (await nearest(container, k=41))[-1]["id"] == "new"
    await container.delete_item("new", "p0")
    assert len(await nearest(container, k=100)) == 40


async def test_item_without_a_fitting_vector_is_not_found(make_container: MakeContainer):
    container = await make_container(**policy("cosine"))
    await container.create_item({"id": "fits", "pk": "p", "embedding": QUERY.tolist()})
    for identity, vector in (("none", None), ("short", [1.0]), ("text", ["1"] * DIMENSIONS)):
        await container.create_item({"id": identity, "pk": "p", "embedding": vector})
    assert [row["id"] for row in await nearest(container)] == ["fits"]


async def test_whole_items_and_pages_in_order_of_nearness(make_container: MakeContainer):
    container = await make_container(**policy("cosine"))
    await fill(container)
    text = "SELECT TOP 9 c.id, c.embedding FROM c ORDER BY VectorDistance(c.embedding, @v)"
    parameters = [{"name": "@v", "value": QUERY.tolist()}]
    pager = container.query_items(text, parameters=parameters, max_item_count=4).by_page()
    rows = [row async for page in pager async for row in page]
    assert [int(row["id"]) for row in rows] == np.argsort(-expected("cosine"))[:9].tolist()
    assert rows[0]["embedding"] == VECTORS[int(rows[0]["id"])].tolist()


@pytest.mark.parametrize(
    "text",
    [
        "SELECT c.id FROM c ORDER BY VectorDistance(c.embedding, @v)",
        "SELECT TOP 5 c.id FROM c ORDER BY VectorDistance(c.embedding, [1, 2])",
        "SELECT TOP 5 c.id FROM c ORDER BY VectorDistance(c.embedding)",
    ],
)
async def test_unbounded_or_unfit_search_is_refused(make_container: MakeContainer, text: str):
    container = await make_container(**policy("cosine"))
    await fill(container)
    with pytest.raises((exceptions.CosmosHttpResponseError, ValueError)):
        async for _ in container.query_items(text, parameters=[{"name": "@v", "value": QUERY.tolist()}]):
            pass
