"""Our client of the materials index, against the local search endpoint with the index as it is defined."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio
from azure.core.credentials import AzureKeyCredential
from azure.search.documents.aio import SearchClient
from azure.search.documents.indexes.aio import SearchIndexClient
from azure.search.documents.indexes.models import SearchIndex

from activities.search.compute_flags import compute_flags
from activities.search.vector_search import vector_search
from shared.clients.ai_search import MaterialQuery, Materials, open_materials
from shared.errors import Rejected, Unavailable
from shared.search.contracts import FlagsTask, LabValues, Material, RequestBlock, VectorTask
from shared.settings import Service
from shared.topology import topology
from tests.support.fake_resources import FakeCloud
from tests.support.scripted_search import request_of
from tests.support.search import LocalSearch, running_search

pytestmark = pytest.mark.asyncio(loop_scope="module")


INDEX = topology().search_indexes["materials"]
DIMENSIONS = next(field["dimensions"] for field in INDEX.body()["fields"] if field["name"] == "content_vector")


def pointing(at: int) -> list[float]:
    """A vector of the index that is orthogonal to every other."""
    return [float(position == at) for position in range(DIMENSIONS)]


def document(name: str, colour_words: str, resin: str, at: int, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "name": f"{colour_words} {resin}",
        "resin": resin,
        "resin_family": "polyolefin",
        "colour_words": colour_words,
        "hue_family": colour_words.split()[-1],
        "description": f"A {colour_words} grade of {resin}.",
        "L": 40.0 + at,
        "a": 10.0,
        "b": -20.0,
        "opacity": "opaque",
        "heat_stability": "260 °C",
        "light_fastness": "7",
        "regulatory": ["FDA food contact", "REACH"],
        "sample_attributes": ["opacity"],
        "content_vector": pointing(at),
    } | more


DOCUMENTS = [
    document("blue-pp", "warm signal blue", "PP", 0),
    document("sky-pp", "pale sky blue", "PP", 1, opacity="transparent"),
    document("red-abs", "deep wine red", "ABS", 2, regulatory=[], L=None),
    document("green-pc", "moss green", "PC", 3),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service() -> AsyncGenerator[LocalSearch]:
    async with running_search() as running:
        credential = AzureKeyCredential(running.key)
        async with SearchIndexClient(running.url, credential) as indexes:
            await indexes.create_index(SearchIndex(INDEX.body()))
        async with SearchClient(running.url, "materials", credential) as client:
            assert all(each.succeeded for each in await client.upload_documents(DOCUMENTS))
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def materials(service: LocalSearch) -> AsyncGenerator[Materials]:
    async with open_materials(Service(service.url, service.key), None) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def no_faults(service: LocalSearch) -> AsyncGenerator[None]:
    yield
    await service.set_faults()


def query(text: str, at: int | None = None, odata_filter: str | None = None, top: int = 10) -> MaterialQuery:
    return MaterialQuery(text, None if at is None else pointing(at), odata_filter, top)


async def ids(materials: Materials, asked: MaterialQuery) -> list[str]:
    return [found["id"] for found in await materials.search(asked)]


async def test_words_and_meaning_find_together(materials):
    assert (await ids(materials, query("warm signal blue", at=0)))[0] == "blue-pp"
    assert set(await ids(materials, query("wine", at=3))) >= {"red-abs", "green-pc"}


async def test_a_result_has_both_scores_a_caption_and_the_fields_of_a_candidate(materials):
    found = (await materials.search(query("warm signal blue", at=0)))[0]
    assert found["@search.score"] > 0
    assert 0 <= found["@search.reranker_score"] <= 4
    assert "blue" in found["@search.captions"][0].text
    assert (found["resin"], found["L"]) == ("PP", 40.0)
    assert "content_vector" not in found


async def test_at_most_top_results_come(materials):
    assert len(await ids(materials, query("blue", at=0, top=1))) == 1


async def test_a_filter_of_ids_leaves_out_all_others(materials):
    within = "search.in(id, 'red-abs|green-pc', '|')"
    assert set(await ids(materials, query("blue", at=0, odata_filter=within))) == {"red-abs", "green-pc"}


async def test_without_a_vector_words_alone_are_searched(materials):
    assert await ids(materials, query("wine")) == ["red-abs"]


@pytest.mark.parametrize("text", ["*** ||| ---", '"(', "\\", "~+~"])
async def test_a_text_without_words_is_searched_by_its_vector(materials, text):
    assert (await ids(materials, query(text, at=2)))[0] == "red-abs"


@pytest.mark.parametrize(
    "text",
    [
        'wine" | (blue',
        "wine -blue -green",
        "+wine +blue",
        "wine~2",
        "wine'; drop $filter or 1 eq 1 //",
        "wine\\",
        "AND OR NOT wine",
        "wine\u2028\U0001f3a8",
    ],
)
async def test_what_a_user_types_is_never_an_operator(materials, text):
    assert "red-abs" in await ids(materials, query(text))


async def test_a_star_matches_no_beginnings(materials):
    assert await ids(materials, query("wi*")) == []


async def test_operators_between_words_leave_the_words(materials):
    assert await ids(materials, query("-wine")) == await ids(materials, query("wine"))


async def test_a_thousand_ids_and_a_long_query_are_taken(materials):
    listed = "|".join(f"m{number:060}" for number in range(1000))
    words = " ".join(f"word{number}" for number in range(150))
    assert await ids(materials, query(words, at=0, odata_filter=f"search.in(id, '{listed}', '|')")) == []


async def test_attributes_come_by_id_and_unknown_ids_are_missing(materials):
    found = await materials.attributes(["blue-pp", "red-abs", "nobody"])
    assert set(found) == {"blue-pp", "red-abs"}
    assert found["blue-pp"]["regulatory"] == ["FDA food contact", "REACH"]
    assert await materials.attributes([]) == {}


async def test_documents_come_by_id_as_searches_find_them(materials):
    found = {each["id"]: each for each in await materials.by_id(["blue-pp", "red-abs", "nobody"])}
    assert set(found) == {"blue-pp", "red-abs"}
    assert (found["blue-pp"]["L"], found["blue-pp"]["opacity"]) == (40.0, "opaque")
    assert found["blue-pp"]["description"]
    assert await materials.by_id([]) == []


async def test_some_of_a_resin_come_whatever_the_words_those_that_fit_first(materials):
    found = await materials.of_resins(["PP", "ABS"], "pale sky -blue", 10)
    assert found[0]["id"] == "sky-pp"
    assert {each["id"] for each in found} == {"blue-pp", "sky-pp", "red-abs"}
    assert len(await materials.of_resins(["PP"], "***", 1)) == 1
    assert await materials.of_resins([], "blue", 5) == []


async def test_facts_come_by_id_and_by_resin_with_nothing_else(materials):
    by_id = await materials.facts(["sky-pp", "green-pc", "nobody"])
    assert {each["id"] for each in by_id} == {"sky-pp", "green-pc"}
    assert {name for each in by_id for name in each if not name.startswith("@")} == {
        *("id", "resin", "opacity", "heat_stability", "light_fastness", "regulatory")
    }
    of_resins, whole = await materials.facts_of_resins(["PP", "PC", "'; or 1 eq 1"])
    assert whole
    assert {each["id"] for each in of_resins} == {"blue-pp", "sky-pp", "green-pc"}
    assert (await materials.facts([]), await materials.facts_of_resins([])) == ([], ([], True))


async def test_a_resin_of_more_materials_than_a_page_comes_whole(service, materials):
    many = [document(f"many-{number:04}", "pale grey", "MANY", number % 90) for number in range(1203)]
    async with SearchClient(service.url, "materials", AzureKeyCredential(service.key)) as client:
        batches = [many[first : first + 401] for first in range(0, len(many), 401)]
        for batch in batches:
            await client.upload_documents(batch)
        try:
            found, whole = await materials.facts_of_resins(["MANY"])
            assert whole
            assert {each["id"] for each in found} == {each["id"] for each in many}
            assert len(found) == len(many)
        finally:
            for batch in batches:
                await client.delete_documents([{"id": each["id"]} for each in batch])


async def test_every_resin_of_the_index_is_named_once(materials):
    assert sorted(await materials.resins()) == ["ABS", "PC", "PP"]


async def test_the_index_answers_a_ping(materials):
    await materials.ping()


async def test_a_throttled_service_says_how_long_to_wait(service, materials):
    await service.set_faults(rate_429=1.0, retry_after_s=7)
    with pytest.raises(Unavailable) as error:
        await materials.search(query("wine"))
    assert error.value.retry_after_s == 7
    assert str(error.value).startswith("Azure AI Search answered 429")


async def test_a_service_that_fails_is_asked_once_and_left_to_the_next_round(service, materials):
    await service.set_faults(rate_503=1.0)
    await service.reset_stats()
    with pytest.raises(Unavailable):
        await materials.search(query("wine"))
    assert (await service.stats())["requests"] == 1


async def test_a_missing_index_is_refused_for_good_and_a_wrong_key_too(service):
    async with open_materials(Service(service.url, "wrong"), None) as stranger:
        with pytest.raises(Rejected, match="Azure AI Search answered 40"):
            await stranger.search(query("wine"))


async def test_a_service_that_is_gone_is_unavailable(unused_tcp_port):
    async with open_materials(Service(f"http://127.0.0.1:{unused_tcp_port}", "key"), None) as nowhere:
        with pytest.raises(Unavailable, match="Azure AI Search cannot be reached"):
            await nowhere.ping()


async def test_a_filter_that_cannot_be_read_is_refused(materials):
    with pytest.raises(Rejected, match="Azure AI Search answered 400"):
        await materials.search(query("wine", odata_filter="id eq"))


# The activities on it


def resources_with(materials: Materials, model_at: int = 0) -> Any:
    cloud = FakeCloud()

    class Pointing:
        async def embed(self, texts: list[str]) -> list[list[float]]:
            return [pointing(model_at) for _ in texts]

    cloud.materials = materials  # pyright: ignore[reportAttributeAccessIssue]
    cloud.model = Pointing()  # pyright: ignore[reportAttributeAccessIssue]
    return cloud.resources


async def test_vector_search_hands_back_candidates(materials):
    task = VectorTask(request_id="r", search_type="synonym_1", query="warm signal blue", k=2)
    found = await vector_search(task, resources_with(materials))
    assert found.search_type == "synonym_1"
    assert len(found.results) == 2
    first = found.results[0]
    assert (first.id, first.found_by) == ("blue-pp", ("synonym_1",))
    assert first.lab == LabValues(L=40.0, a=10.0, b=-20.0)
    assert first.captions


async def test_flags_are_computed_from_the_attributes_of_the_index(materials):
    request = request_of(REQUEST_OPACITY="opaque", REQUEST_REGULATORY="FDA", lab=None)
    block = RequestBlock(request=request)
    ids_asked = ("sky-pp", "blue-pp", "red-abs", "nobody")
    task = FlagsTask(request_id="r", request_block=block, materials=tuple(Material(id=name) for name in ids_asked))
    flags = (await compute_flags(task, resources_with(materials))).flags
    assert [(each.id, each.opacity, each.regulatory, each.sample) for each in flags] == [
        ("sky-pp", "not_met", "met", ("opacity",)),
        ("blue-pp", "met", "met", ("opacity",)),
        ("red-abs", "met", "unknown", ("opacity",)),
        ("nobody", "unknown", "unknown", ()),
    ]
