"""Filters, orders, facets and pages through the SDK."""

import pytest
import pytest_asyncio
from azure.core.exceptions import HttpResponseError

from tests.contract.search.conftest import MakeShelf, Shelf
from tests.support.search_documents import DOCUMENTS, PAINTS

pytestmark = pytest.mark.asyncio(loop_scope="session")
EVERYTHING = {"sky", "navy", "fire", "moss"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shelf(make_shelf: MakeShelf) -> Shelf:
    made = await make_shelf(PAINTS)
    await made.write(DOCUMENTS)
    return made


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("resin eq 'PP'", {"sky", "navy"}),
        ("'PP' eq resin", {"sky", "navy"}),
        ("resin ne 'PP'", {"fire", "moss"}),
        ("resin gt 'PA6' and resin le 'PP'", {"sky", "navy"}),
        ("price gt 10", {"navy", "fire"}),
        ("price ge 10.0 and price lt 3e1", {"sky", "navy"}),
        ("price eq null", {"moss"}),
        ("price ne null", {"sky", "navy", "fire"}),
        ("price ne 10", {"navy", "fire", "moss"}),
        ("not (price gt 10)", {"sky", "moss"}),
        ("price lt INF", {"sky", "navy", "fire"}),
        ("stock le 3", {"navy", "moss"}),
        ("stock eq 7 or stock eq 5", {"sky", "fire"}),
        ("matt", {"sky", "fire"}),
        ("not matt", {"navy", "moss"}),
        ("matt eq false", {"navy"}),
        ("made lt 2020-02-20T09:00:00Z", {"sky", "navy"}),
        ("made ge 2020-02-20T09:30:00+01:00", {"navy", "fire"}),
        ("search.in(id, 'sky|moss', '|')", {"sky", "moss"}),
        ("search.in(id, 'sky, moss')", {"sky", "moss"}),
        ("not search.in(resin, 'PP,ABS', ',')", {"moss"}),
        ("marks/any(m: m eq 'FDA')", {"sky", "moss"}),
        ("marks/all(m: m ne 'FDA')", {"navy", "fire"}),
        ("marks/any(m: search.in(m, 'FDA,X', ','))", {"sky", "moss"}),
        ("marks/any()", {"sky", "navy", "moss"}),
        ("not marks/any()", {"fire"}),
        ("maker/city eq 'Bonn'", {"sky", "fire"}),
        ("maker/founded lt 1960 and maker/city eq 'Bonn'", {"sky"}),
        ("packs/any(p: p/litres gt 2 and p/kind eq 'tin')", {"navy", "moss"}),
        ("packs/all(p: p/kind eq 'tin')", {"navy", "fire", "moss"}),
        ("(resin eq 'PP' or resin eq 'ABS') and (price gt 15)", {"navy", "fire"}),
        ("resin eq 'PP' or resin eq 'ABS' and price gt 25", {"sky", "navy", "fire"}),
        ("id eq 'it''s'", set()),
    ],
)
async def test_filter(shelf: Shelf, text: str, found: set[str]) -> None:
    assert set(await shelf.ids("*", filter=text)) == found


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("price eq 'ten'", "Edm.Double|price"),
        ("resin eq 5", "Edm.String|resin"),
        ("matt gt true", "Edm.Boolean|matt"),
        ("made gt '2020'", "Edm.DateTimeOffset|made"),
        ("nowhere eq 1", "nowhere"),
        ("plain eq 'x'", "plain"),
        ("marks eq 'FDA'", "marks|Edm.String"),
        ("marks/any(m: m gt 'A')", "(?i)lambda|marks"),
        ("marks/all(m: m eq 'FDA')", "(?i)lambda|marks"),
        ("packs/any(p: resin eq 'PP')", "(?i)lambda|bound"),
        ("search.in(price, '1,2')", "price|search.in"),
        ("resin eq", "(?i)syntax|expression|expected"),
        ("(resin eq 'PP'", "(?i)syntax|expression|expected"),
        ("resin = 'PP'", "(?i)syntax|expression|expected"),
        ("resin eq 'PP", "(?i)syntax|literal|expression"),
        ("near eq 1", "near"),
    ],
)
async def test_wrong_filter_is_refused_by_name(shelf: Shelf, text: str, named: str) -> None:
    with pytest.raises(HttpResponseError, match=named) as raised:
        await shelf.ids("*", filter=text)
    assert raised.value.status_code == 400


async def test_filter_does_not_change_the_scores(shelf: Shelf) -> None:
    everything = {row["id"]: row["@search.score"] for row in await shelf.rows("blue")}
    filtered = {row["id"]: row["@search.score"] for row in await shelf.rows("blue", filter="resin eq 'PP'")}
    assert filtered == {key: score for key, score in everything.items() if key in filtered}


@pytest.mark.parametrize(
    ("orders", "found"),
    [
        (["price desc"], ["fire", "navy", "sky", "moss"]),
        (["price"], ["moss", "sky", "navy", "fire"]),
        (["resin desc", "stock asc"], ["navy", "sky", "moss", "fire"]),
        (["maker/city", "stock desc"], ["moss", "fire", "sky", "navy"]),
        (["made desc"], ["fire", "navy", "sky", "moss"]),
        (["matt", "id"], ["moss", "navy", "fire", "sky"]),
        (["search.score() desc", "id desc"], ["sky", "navy", "moss", "fire"]),
    ],
)
async def test_order(shelf: Shelf, orders: list[str], found: list[str]) -> None:
    assert await shelf.ids("*", order_by=orders) == found


@pytest.mark.parametrize("order", ["plain", "marks", "nowhere", "price upwards", "packs/litres", "a()"])
async def test_wrong_order_is_refused(shelf: Shelf, order: str) -> None:
    with pytest.raises(HttpResponseError) as raised:
        await shelf.ids("*", order_by=[order])
    assert raised.value.status_code == 400


async def test_facets_count_the_results(shelf: Shelf) -> None:
    found = await shelf.client.search(
        "*", facets=["resin,sort:value", "marks", "price,values:15|25", "stock,interval:5", "made,interval:year"], top=1
    )
    facets = await found.get_facets()
    assert facets is not None
    assert facets["resin"] == [{"value": "ABS", "count": 1}, {"value": "PA6", "count": 1}, {"value": "PP", "count": 2}]
    assert {(f["value"], f["count"]) for f in facets["marks"]} == {("REACH", 2), ("FDA", 2)}
    assert [f["count"] for f in facets["price"]] == [1, 1, 1]
    assert (facets["price"][0]["to"], facets["price"][1]["from"], facets["price"][2]["from"]) == (15, 15, 25)
    assert [(f["value"], f["count"]) for f in facets["stock"]] == [(0, 2), (5, 2)]
    assert [(f["value"][:10], f["count"]) for f in facets["made"]] == [("2020-01-01", 2), ("2021-01-01", 1)]


async def test_facets_take_the_most_frequent_first(shelf: Shelf) -> None:
    found = await shelf.client.search("*", facets=["resin,count:1", "maker/city"], filter="price ne null")
    facets = await found.get_facets()
    assert facets is not None
    assert facets["resin"] == [{"value": "PP", "count": 2}]
    assert facets["maker/city"][0] == {"value": "Bonn", "count": 2}


@pytest.mark.parametrize("facet", ["title", "nowhere", "resin,count:x", "resin,sort:size", "price,values:9|1", "x,y:z"])
async def test_wrong_facet_is_refused(shelf: Shelf, facet: str) -> None:
    with pytest.raises(HttpResponseError) as raised:
        await shelf.rows("*", facets=[facet])
    assert raised.value.status_code == 400


async def test_select_keeps_what_it_names(shelf: Shelf) -> None:
    (row,) = await shelf.rows("*", filter="id eq 'sky'", select=["id", "maker/founded", "marks"])
    own = {name: value for name, value in row.items() if not name.startswith("@search.")}
    assert own == {"id": "sky", "maker": {"founded": 1900}, "marks": ["REACH", "FDA"]}


@pytest.mark.parametrize("name", ["secret", "near", "nowhere"])
async def test_select_of_what_cannot_be_shown_is_refused(shelf: Shelf, name: str) -> None:
    with pytest.raises(HttpResponseError, match=name) as raised:
        await shelf.rows("*", select=[name])
    assert raised.value.status_code == 400


async def test_skip_and_top_cut_a_page_and_count_tells_all(shelf: Shelf) -> None:
    found = await shelf.client.search("*", order_by=["id"], skip=1, top=2, include_total_count=True)
    assert [row["id"] async for row in found] == ["moss", "navy"]
    assert await found.get_count() == 4


@pytest.mark.parametrize("options", [{"skip": 100_001}, {"skip": -1}, {"top": -1}])
async def test_page_outside_the_limits_is_refused(shelf: Shelf, options: dict[str, int]) -> None:
    with pytest.raises(HttpResponseError) as raised:
        await shelf.rows("*", **options)
    assert raised.value.status_code == 400


async def test_thirty_three_orders_are_refused(shelf: Shelf) -> None:
    with pytest.raises(HttpResponseError):
        await shelf.rows("*", order_by=["price"] * 33)


async def test_all_results_come_in_pages(make_shelf: MakeShelf) -> None:
    shelf = await make_shelf(PAINTS)
    await shelf.write([{"id": f"p{n:04}", "title": "same", "price": float(n)} for n in range(120)])
    options = {"order_by": ["price desc"], "filter": "price lt 110", "select": ["id", "price"]}
    found = await shelf.client.search("same", search_fields=["title"], **options)
    pages = [[row["id"] async for row in page] async for page in found.by_page()]
    assert [len(page) for page in pages] == [50, 50, 10]
    assert [key for page in pages for key in page] == [f"p{n:04}" for n in range(109, -1, -1)]


async def test_more_than_a_thousand_results_come_in_pages(make_shelf: MakeShelf) -> None:
    shelf = await make_shelf(PAINTS)
    for start in (0, 1000):
        await shelf.write([{"id": f"p{n}", "price": float(n)} for n in range(start, start + 700)])
    assert len(set(await shelf.ids("*", top=1200, order_by=["price"]))) == 1200
    assert len(await shelf.ids("*", top=1000)) == 1000


async def test_thousand_ids_in_a_filter(make_shelf: MakeShelf) -> None:
    shelf = await make_shelf(PAINTS)
    await shelf.write([{"id": f"p{n}"} for n in range(20)])
    wanted = "|".join(f"p{n}" for n in range(10, 1010))
    assert len(await shelf.ids("*", filter=f"search.in(id, '{wanted}', '|')")) == 10
