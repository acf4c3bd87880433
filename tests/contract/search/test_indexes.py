"""Index definitions through the SDK."""

from typing import Any

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.search.documents.aio import SearchClient
from azure.search.documents.indexes.aio import SearchIndexClient
from azure.search.documents.indexes.models import SearchFieldDataType, SearchIndex, SimpleField

from shared.topology import topology
from tests.contract.search.conftest import MakeShelf, Service, Shelf
from tests.support.search_documents import DOCUMENTS, PAINTS

pytestmark = pytest.mark.asyncio(loop_scope="session")


def paints(name: str, **changes: Any) -> SearchIndex:
    return SearchIndex({**PAINTS, "name": name, **changes})


async def test_definition_is_read_back_as_it_was_made(index_client: SearchIndexClient, throwaway: str) -> None:
    made = await index_client.create_index(paints(throwaway))
    read = await index_client.get_index(throwaway)
    assert read.e_tag == made.e_tag
    assert [field.name for field in read.fields] == [field["name"] for field in PAINTS["fields"]]
    assert read.scoring_profiles[0].text_weights.weights == {"notes": 20, "title": 1}
    assert read.semantic_search.configurations[0].prioritized_fields.title_field.field_name == "title"
    assert {profile.name for profile in read.vector_search.profiles} == {"exact", "hnsw"}


async def test_materials_index_is_what_the_service_takes(index_client: SearchIndexClient, throwaway: str) -> None:
    body = topology().search_indexes["materials"].body()
    made = await index_client.create_or_update_index(SearchIndex({**body, "name": throwaway}))
    assert [field.name for field in made.fields] == [field["name"] for field in body["fields"]]
    vector = next(field for field in made.fields if field.name == "content_vector")
    assert (vector.vector_search_dimensions, vector.hidden) == (1536, True)
    assert [profile.name for profile in made.scoring_profiles] == ["textBoostProfile"]
    assert made.semantic_search.default_configuration_name == "my-semantic-config"


async def test_making_an_index_twice_is_refused(index_client: SearchIndexClient, throwaway: str) -> None:
    await index_client.create_index(paints(throwaway))
    with pytest.raises(HttpResponseError) as raised:
        await index_client.create_index(paints(throwaway))
    assert raised.value.status_code in (400, 409)


async def test_create_or_update_may_insist_on_a_new_index(index_client: SearchIndexClient, throwaway: str) -> None:
    made = await index_client.create_index(paints(throwaway))
    with pytest.raises((ResourceExistsError, ResourceModifiedError)):
        await index_client.create_or_update_index(made, match_condition=MatchConditions.IfMissing)


async def test_update_with_an_old_etag_is_refused(index_client: SearchIndexClient, throwaway: str) -> None:
    old = await index_client.create_index(paints(throwaway))
    await index_client.create_or_update_index(paints(throwaway, description="newer"))
    with pytest.raises(HttpResponseError) as raised:
        await index_client.create_or_update_index(old, match_condition=MatchConditions.IfNotModified)
    assert raised.value.status_code == 412


async def test_field_can_be_added_to_an_index_with_documents(
    service: Service, index_client: SearchIndexClient, throwaway: str
) -> None:
    index = await index_client.create_index(paints(throwaway))
    async with SearchClient(service.url, throwaway, service.credential) as client:
        await client.upload_documents(DOCUMENTS)
        index.fields.append(SimpleField(name="extra", type=SearchFieldDataType.STRING, filterable=True))
        await index_client.create_or_update_index(index)
        await client.merge_documents([{"id": "sky", "extra": "new"}])
        await Shelf(throwaway, client, service.local).settled()
        assert (await client.get_document("sky"))["extra"] == "new"
        assert (await client.get_document("navy"))["extra"] is None


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: [field for field in fields if field["name"] != "price"],
        lambda fields: [{**f, "type": "Edm.Int32"} if f["name"] == "price" else f for f in fields],
        lambda fields: [{**f, "filterable": False} if f["name"] == "price" else f for f in fields],
    ],
    ids=["removed", "of another type", "no longer filterable"],
)
async def test_existing_field_stays_as_it_is(index_client: SearchIndexClient, throwaway: str, change: Any) -> None:
    await index_client.create_index(paints(throwaway))
    with pytest.raises(HttpResponseError, match="price") as raised:
        await index_client.create_or_update_index(paints(throwaway, fields=change(PAINTS["fields"])))
    assert raised.value.status_code == 400


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"fields": [{"name": "a", "type": "Edm.String"}]}, "key"),
        ({"fields": [{"name": "a", "type": "Edm.Strange", "key": True}]}, "Edm.Strange"),
        ({"fields": [{"name": "a", "type": "Edm.Int32", "key": True}]}, "'a'"),
        ({"fields": [*PAINTS["fields"], {"name": "Price", "type": "Edm.Double"}]}, "(?i)price"),
        ({"scoringProfiles": [{"name": "p", "text": {"weights": {"nothing": 1}}}]}, "nothing"),
        ({"vectorSearch": None}, "exact|vectorSearch|vector search"),
    ],
    ids=["no key", "unknown type", "key of numbers", "two of a name", "weight of no field", "no such profile"],
)
async def test_wrong_definition_is_refused_by_name(
    index_client: SearchIndexClient, throwaway: str, changes: dict[str, Any], named: str
) -> None:
    with pytest.raises(HttpResponseError, match=named) as raised:
        await index_client.create_index(paints(throwaway, **changes))
    assert raised.value.status_code == 400


async def test_index_that_is_not_there_is_not_found(index_client: SearchIndexClient, service: Service) -> None:
    with pytest.raises(ResourceNotFoundError):
        await index_client.get_index("there-is-none")
    async with SearchClient(service.url, "there-is-none", service.credential) as client:
        with pytest.raises(ResourceNotFoundError):
            await client.get_document_count()


async def test_deleted_index_is_gone_with_its_documents(
    service: Service, index_client: SearchIndexClient, throwaway: str
) -> None:
    await index_client.create_index(paints(throwaway))
    async with SearchClient(service.url, throwaway, service.credential) as client:
        await client.upload_documents(DOCUMENTS)
        await index_client.delete_index(throwaway)
        await index_client.create_index(paints(throwaway))
        assert await client.get_document_count() == 0


async def test_indexes_are_listed_by_name(index_client: SearchIndexClient, make_shelf: MakeShelf) -> None:
    shelf = await make_shelf(PAINTS)
    assert shelf.name in [index.name async for index in index_client.list_indexes()]
    assert shelf.name in [name async for name in index_client.list_index_names()]


async def test_statistics_count_documents_and_bytes(index_client: SearchIndexClient, make_shelf: MakeShelf) -> None:
    shelf = await make_shelf(PAINTS)
    await shelf.write(DOCUMENTS)
    statistics = await index_client.get_index_statistics(shelf.name)
    assert statistics.document_count == len(DOCUMENTS)
    service = await index_client.get_service_statistics()
    assert service.counters.index_counter.usage >= 1
    assert service.limits.max_fields_per_index
