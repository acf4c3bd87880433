"""The query language over HTTP: clauses, paging, and what is refused across partitions."""

from typing import Any

import pytest
from azure.cosmos import exceptions
from azure.cosmos.aio import ContainerProxy

from tests.contract.cosmos.conftest import MakeContainer

COMPOSITE = {
    "includedPaths": [{"path": "/*"}],
    "compositeIndexes": [[{"path": "/kind", "order": "ascending"}, {"path": "/n", "order": "descending"}]],
}
ITEMS: list[dict[str, Any]] = [
    {"id": "1", "pk": "p", "kind": "a", "n": 1, "tags": ["x", "y"], "name": "Alpha"},
    {"id": "2", "pk": "p", "kind": "a", "n": 2, "tags": ["y"], "name": "beta"},
    {"id": "3", "pk": "p", "kind": "b", "n": 3, "tags": [], "name": "Gamma", "extra": None},
    {"id": "4", "pk": "q", "kind": "b", "n": 4, "tags": ["z"], "parts": [{"t": "m", "w": 1}, {"t": "n", "w": 2}]},
    {"id": "5", "pk": "q", "kind": "c", "tags": ["x"], "name": "a_b%c"},
]


@pytest.fixture
async def filled(make_container: MakeContainer) -> ContainerProxy:
    container = await make_container(indexing_policy=COMPOSITE)
    for item in ITEMS:
        await container.create_item(item)
    return container


async def ask(container: ContainerProxy, text: str, **options: Any) -> list[Any]:
    params = options.pop("params", {})
    parameters = [{"name": name, "value": value} for name, value in params.items()]
    return [row async for row in container.query_items(text, parameters=parameters, **options)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT VALUE c.id FROM c WHERE c.n > 1 AND c.kind != 'b'", ["2"]),
        ("SELECT VALUE c.id FROM c WHERE c.n BETWEEN 2 AND 3", ["2", "3"]),
        ("SELECT VALUE c.id FROM c WHERE c.kind IN ('a', 'c') AND c.pk = 'q'", ["5"]),
        ("SELECT VALUE c.id FROM c WHERE NOT IS_DEFINED(c.n)", ["5"]),
        ("SELECT VALUE c.id FROM c WHERE IS_NULL(c.extra)", ["3"]),
        ("SELECT VALUE c.id FROM c WHERE c.extra = null", ["3"]),
        ("SELECT VALUE c.id FROM c WHERE c.name LIKE '%a!_b!%c' ESCAPE '!'", ["5"]),
        ("SELECT VALUE c.id FROM c WHERE c.name LIKE 'A%'", ["1"]),
        ("SELECT VALUE c.id FROM c WHERE CONTAINS(c.name, 'ALPH', true)", ["1"]),
        ("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, 'y')", ["1", "2"]),
        ("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.parts, {'t': 'm'}, true)", ["4"]),
        ("SELECT VALUE c.id FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.parts WHERE t.w > 1)", ["4"]),
        ("SELECT VALUE t FROM c JOIN t IN c.tags WHERE c.kind = 'a'", ["x", "y", "y"]),
        ("SELECT VALUE p.t FROM p IN c.parts", ["m", "n"]),
        ('SELECT VALUE c["kind"] FROM root c WHERE c.parts[1].w = 2', ["b"]),
        ("SELECT VALUE ARRAY(SELECT VALUE t.w FROM t IN c.parts) FROM c WHERE c.id = '4'", [[1, 2]]),
        ("SELECT c.id, c.n + 1 AS next FROM c WHERE c.id = '1'", [{"id": "1", "next": 2}]),
        ("SELECT c.n, {'k': [c.kind, 1]} AS o, 1 FROM c WHERE c.id = '5'", [{"o": {"k": ["c", 1]}, "$1": 1}]),
        ("SELECT VALUE c.n >= 2 ? 'big' : c.n ?? 'none' FROM c WHERE c.id IN ('1', '2')", [1, "big"]),
        ("SELECT VALUE c.id || '-' || c.kind FROM c WHERE c.id = '3'", ["3-b"]),
    ],
)
async def test_query_finds(filled: ContainerProxy, text: str, expected: list[Any]):
    assert sorted(await ask(filled, text), key=str) == sorted(expected, key=str)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT VALUE c.id FROM c ORDER BY c.n DESC", ["4", "3", "2", "1"]),
        ("SELECT VALUE c.id FROM c ORDER BY c.kind, c.n DESC", ["2", "1", "4", "3", "5"]),
        ("SELECT VALUE c.id FROM c ORDER BY c.kind DESC, c.n", ["5", "3", "4", "1", "2"]),
        ("SELECT VALUE c.id FROM c ORDER BY c.n OFFSET 1 LIMIT 2", ["2", "3"]),
        ("SELECT TOP 2 VALUE c.id FROM c ORDER BY c.n", ["1", "2"]),
        ("SELECT DISTINCT VALUE c.kind FROM c ORDER BY c.kind", ["a", "b", "c"]),
        ("SELECT VALUE COUNT(1) FROM c", [5]),
        ("SELECT VALUE SUM(c.n) FROM c", [10]),
        ("SELECT VALUE AVG(c.n) FROM c WHERE c.kind = 'a'", [1.5]),
        ("SELECT VALUE MAX(c.kind) FROM c", ["c"]),
        ("SELECT VALUE MIN(c.n) FROM c", [1]),
        ("SELECT VALUE COUNT(1) FROM c WHERE c.kind = 'none'", [0]),
    ],
)
async def test_ordered_or_aggregated_query_gives(filled: ContainerProxy, text: str, expected: list[Any]):
    assert await ask(filled, text) == expected


async def test_group_by_within_a_partition(filled: ContainerProxy):
    rows = await ask(filled, "SELECT c.kind, COUNT(1) AS n, MAX(c.n) AS most FROM c GROUP BY c.kind", partition_key="p")
    assert sorted(rows, key=lambda row: row["kind"]) == [
        {"kind": "a", "n": 2, "most": 2},
        {"kind": "b", "n": 1, "most": 3},
    ]


async def test_partition_key_limits_the_query(filled: ContainerProxy):
    assert sorted(await ask(filled, "SELECT VALUE c.id FROM c", partition_key="q")) == ["4", "5"]


async def test_parameters_are_values_of_any_type(filled: ContainerProxy):
    params = {"@keys": ["1", "4"], "@top": 5, "@kind": "b"}
    text = "SELECT TOP @top VALUE c.id FROM c WHERE ARRAY_CONTAINS(@keys, c.id) AND c.kind = @kind"
    assert await ask(filled, text, params=params) == ["4"]


@pytest.mark.parametrize("order", ["", " ORDER BY c.n", " ORDER BY c.n OFFSET 3 LIMIT 17"])
async def test_pages_together_are_the_whole_answer(container: ContainerProxy, order: str):
    for place in range(23):
        await container.create_item({"id": str(place), "pk": f"p{place % 3}", "n": place})
    text = "SELECT VALUE c.n FROM c" + order
    whole = await ask(container, text)
    pager = container.query_items(text, max_item_count=4).by_page()
    pages = [[row async for row in page] async for page in pager]
    assert [row for page in pages for row in page] == whole
    assert max(map(len, pages)) <= 4


async def test_continuation_token_resumes_in_a_later_query(container: ContainerProxy):
    for place in range(10):
        await container.create_item({"id": str(place), "pk": "p"})
    first = container.query_items("SELECT VALUE c.id FROM c", partition_key="p", max_item_count=3).by_page()
    seen = [row async for row in await anext(first)]
    rest = container.query_items("SELECT VALUE c.id FROM c", partition_key="p", max_item_count=100)
    seen += [row async for page in rest.by_page(first.continuation_token) async for row in page]
    assert seen == [str(place) for place in range(10)]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT COUNT(1) AS n FROM c",
        "SELECT c.kind, COUNT(1) AS n FROM c GROUP BY c.kind",
        "SELECT * FROM c ORDER BY c.n, c.kind",
        "SELECT * FROM c ORDER BY c.n + 1",
        "SELECT * FROM c WHERE NOSUCH(c.n)",
        "SELECT * FROM c WHERE",
        "SELEKT * FROM c",
        "SELECT x.id FROM c",
        "SELECT * FROM c WHERE c.order = 1",
        "SELECT TOP -1 * FROM c",
        "SELECT TOP 1 * FROM c OFFSET 1 LIMIT 1",
        "SELECT c.id, c.id FROM c",
        "SELECT * FROM c JOIN t IN c.tags",
        "SELECT * FROM c WHERE udf.f(c.n)",
        "SELECT * FROM c WHERE c.n = @missing",
        "SELECT * FROM c WHERE COUNT(1) > 1",
        "SELECT VALUE (SELECT VALUE t FROM t IN c.tags) FROM c WHERE c.id = '1'",
    ],
)
async def test_what_cannot_be_run_is_a_bad_request(filled: ContainerProxy, text: str):
    with pytest.raises(exceptions.CosmosHttpResponseError) as refused:
        await ask(filled, text)
    assert refused.value.status_code == 400


async def test_all_items_are_listed(filled: ContainerProxy):
    assert sorted([item["id"] async for item in filled.read_all_items(max_item_count=2)]) == ["1", "2", "3", "4", "5"]


async def test_query_over_a_feed_range_covers_every_item_once(filled: ContainerProxy):
    found: list[str] = []
    async for feed_range in filled.read_feed_ranges():
        found += await ask(filled, "SELECT VALUE c.id FROM c", feed_range=feed_range)
    assert sorted(found) == ["1", "2", "3", "4", "5"]
