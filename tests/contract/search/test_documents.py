"""Documents through the SDK: written, merged, deleted, read."""

from typing import Any

import pytest
import pytest_asyncio
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.search.documents import IndexDocumentsBatch, SearchClient

from tests.contract.search.conftest import MakeShelf, Service, Shelf
from tests.support.search_documents import DOCUMENTS, PAINTS

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def made(make_shelf: MakeShelf) -> Shelf:
    return await make_shelf(PAINTS)


@pytest_asyncio.fixture(loop_scope="session")
async def shelf(made: Shelf) -> Shelf:
    await made.client.upload_documents(DOCUMENTS)
    await made.settled()
    return made


async def test_document_is_read_back_without_what_is_hidden(shelf: Shelf) -> None:
    found = await shelf.client.get_document("sky")
    expected = {name: value for name, value in DOCUMENTS[0].items() if name not in ("secret", "near")}
    assert found == {**expected, "plain": None}


async def test_time_is_read_back_in_utc(shelf: Shelf) -> None:
    assert (await shelf.client.get_document("navy", selected_fields=["made"])) == {"made": "2020-02-20T08:30:00Z"}


async def test_missing_fields_are_null_and_collections_empty(shelf: Shelf) -> None:
    await shelf.client.upload_documents([{"id": "bare"}])
    await shelf.settled()
    found = await shelf.client.get_document("bare")
    assert (found["title"], found["marks"], found["packs"], found["maker"]) == (None, [], [], None)
    await shelf.client.delete_documents([{"id": "bare"}])


async def test_chosen_fields_may_lie_inside_others(shelf: Shelf) -> None:
    found = await shelf.client.get_document("sky", selected_fields=["id", "maker/city", "packs/litres"])
    assert found == {"id": "sky", "maker": {"city": "Bonn"}, "packs": [{"litres": 1.0}, {"litres": 5.0}]}


async def test_document_that_is_not_there_is_not_found(shelf: Shelf) -> None:
    with pytest.raises(ResourceNotFoundError):
        await shelf.client.get_document("nobody")


async def test_upload_says_whether_a_document_is_new(shelf: Shelf) -> None:
    await shelf.client.delete_documents([{"id": "new"}])
    first = await shelf.client.upload_documents([{"id": "new", "title": "one"}])
    second = await shelf.client.upload_documents([{"id": "new", "notes": "two"}])
    assert (first[0].status_code, second[0].status_code) == (201, 200)
    await shelf.settled()
    found = await shelf.client.get_document("new")
    assert (found["title"], found["notes"]) == (None, "two")
    await shelf.client.delete_documents([{"id": "new"}])


async def test_merge_changes_the_fields_it_names(shelf: Shelf) -> None:
    await shelf.client.merge_documents(
        [{"id": "sky", "price": 11.5, "marks": ["X"], "notes": None, "maker": {"city": "Köln"}}]
    )
    await shelf.settled()
    found = await shelf.client.get_document("sky")
    assert (found["price"], found["marks"], found["notes"]) == (11.5, ["X"], None)
    assert found["maker"] == {"city": "Köln", "founded": 1900}
    assert (found["title"], found["shown"]) == ("Sky blue", [1.0, 0.0, 0.0, 0.0])


async def test_failures_of_a_batch_are_told_one_by_one(shelf: Shelf) -> None:
    batch = IndexDocumentsBatch()
    batch.add_merge_actions([{"id": "nobody", "title": "x"}])
    batch.add_merge_or_upload_actions([{"id": "fresh", "title": "y"}])
    batch.add_delete_actions([{"id": "never-there"}])
    results = await shelf.client.index_documents(batch)
    await shelf.settled()
    assert [(r.key, r.succeeded, r.status_code) for r in results] == [
        ("nobody", False, 404),
        ("fresh", True, 201),
        ("never-there", True, 200),
    ]
    assert results[0].error_message
    await shelf.client.delete_documents([{"id": "fresh"}])


async def test_actions_on_one_document_are_done_in_order(shelf: Shelf) -> None:
    batch = IndexDocumentsBatch()
    batch.add_upload_actions([{"id": "turn", "title": "a"}])
    batch.add_merge_actions([{"id": "turn", "notes": "b"}])
    await shelf.client.index_documents(batch)
    await shelf.settled()
    found = await shelf.client.get_document("turn")
    assert (found["title"], found["notes"]) == ("a", "b")
    await shelf.client.delete_documents([{"id": "turn"}])


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"id": "a b"}, "(?i)key"),
        ({"id": "a'b"}, "(?i)key"),
        ({"title": "no key"}, "(?i)key"),
        ({"id": "x", "price": "much"}, "price|much"),
        ({"id": "x", "stock": 1.5}, "stock|1.5"),
        ({"id": "x", "marks": "REACH"}, "marks|REACH"),
        ({"id": "x", "made": "yesterday"}, "made|yesterday"),
        ({"id": "x", "near": [1.0, 2.0]}, "near"),
        ({"id": "x", "surprise": 1}, "surprise"),
        ({"id": "x", "maker": {"street": "y"}}, "street"),
    ],
)
async def test_wrong_document_is_refused_by_name(shelf: Shelf, document: dict[str, Any], named: str) -> None:
    with pytest.raises(HttpResponseError, match=named) as raised:
        await shelf.client.upload_documents([document])
    assert raised.value.status_code == 400


async def test_refused_batch_leaves_nothing_behind(shelf: Shelf) -> None:
    with pytest.raises(HttpResponseError):
        await shelf.client.upload_documents([{"id": "half"}, {"id": "x", "price": "much"}])
    with pytest.raises(ResourceNotFoundError):
        await shelf.client.get_document("half")


async def test_more_than_a_thousand_documents_are_refused(shelf: Shelf) -> None:
    with pytest.raises(HttpResponseError, match=r"1,?000") as raised:
        await shelf.client.delete_documents([{"id": f"d{n}"} for n in range(1001)])
    assert raised.value.status_code == 400


async def test_blocking_client_is_served_too(service: Service, shelf: Shelf) -> None:
    with SearchClient(service.url, shelf.name, service.credential) as client:
        assert client.get_document("fire", selected_fields=["title"]) == {"title": "Fire red"}
        assert client.get_document_count() >= len(DOCUMENTS)
        assert {row["id"] for row in client.search("*", filter="matt")} == {"sky", "fire"}
