"""One search of the index, and what is carried of its results."""

from dataclasses import replace

import pytest

from activities.search.vector_search import vector_search
from shared.errors import Rejected, Unavailable
from shared.search.candidates import LONGEST_ID
from shared.search.contracts import RequestText, VectorTask
from shared.search.decisions import MAKE_DO_FROM
from tests.support.fake_resources import FakeCloud, letter_vector
from tests.support.scripted_search import material

TASK = VectorTask(request_id="r", search_type="base", query="blue PP", filter="search.in(id, 'm1', '|')", k=2)


@pytest.fixture
def cloud():
    made = FakeCloud()
    made.materials.documents = [material(1), material(2), material(3)]
    return made


async def test_words_their_vector_filter_and_k_reach_the_index(cloud):
    found = await vector_search(TASK, cloud.resources)
    ((asked,),) = cloud.materials.calls["search"]
    assert (asked.text, asked.vector, asked.filter, asked.top) == ("blue PP", letter_vector("b"), TASK.filter, 2)
    assert [candidate.id for candidate in found.results] == ["m1", "m2"]
    assert {candidate.found_by for candidate in found.results} == {("base",)}


@pytest.mark.parametrize("query", ["", "   "])
async def test_an_empty_query_is_never_embedded(cloud, query):
    with pytest.raises(Rejected):
        await vector_search(TASK.model_copy(update={"query": query}), cloud.resources)
    assert cloud.model.requests == []
    assert cloud.materials.calls["search"] == []


async def test_in_mock_mode_words_are_searched_without_a_vector(cloud):
    offline = replace(cloud.resources, settings=replace(cloud.resources.settings, embedding_model=None))
    await vector_search(TASK, offline)
    ((asked,),) = cloud.materials.calls["search"]
    assert asked.vector is None
    assert cloud.model.requests == []


async def test_a_material_whose_id_does_not_fit_is_left_out(cloud):
    cloud.materials.documents[0]["id"] = "x" * (LONGEST_ID + 1)
    assert [candidate.id for candidate in (await vector_search(TASK, cloud.resources)).results] == ["m2"]


@pytest.mark.parametrize("part", ["model", "materials"])
async def test_a_service_that_fails_is_left_to_the_next_round(cloud, part):
    getattr(cloud, part).script("embed" if part == "model" else "search", Unavailable("busy", 3.0))
    with pytest.raises(Unavailable):
        await vector_search(TASK, cloud.resources)
    assert len((await vector_search(TASK, cloud.resources)).results) == 2


async def test_a_model_that_does_not_answer_by_the_third_attempt_leaves_words_and_colour(cloud):
    cloud.model.script("embed", *[Unavailable("busy", 3.0)] * MAKE_DO_FROM)
    for attempt in range(1, MAKE_DO_FROM):
        with pytest.raises(Unavailable):
            await vector_search(TASK.model_copy(update={"attempt": attempt}), cloud.resources)
    found = await vector_search(TASK.model_copy(update={"attempt": MAKE_DO_FROM}), cloud.resources)
    ((asked,),) = cloud.materials.calls["search"]
    assert (asked.vector, asked.text, asked.filter) == (None, TASK.query, TASK.filter)
    assert (found.by_vector, len(found.results)) == (False, 2)


async def test_a_model_that_refuses_the_query_leaves_words_and_colour_at_once(cloud):
    cloud.model.script("embed", Rejected("too long"))
    assert not (await vector_search(TASK, cloud.resources)).by_vector


async def test_an_index_that_fails_is_never_done_without(cloud):
    cloud.materials.script("search", Unavailable("busy"))
    with pytest.raises(Unavailable):
        await vector_search(TASK.model_copy(update={"attempt": 9}), cloud.resources)


async def test_each_result_answers_the_wishes_of_the_request(cloud):
    cloud.materials.documents[0] |= {"regulatory": ["FDA food contact"], "opacity": "opaque"}
    wishes = tuple(
        RequestText(field=f"REQUEST_{name}", text=text) for name, text in (("REGULATORY", "FDA"), ("OPACITY", "clear"))
    )
    found = await vector_search(TASK.model_copy(update={"wishes": wishes}), cloud.resources)
    assert [candidate.wishes for candidate in found.results] == [
        {"regulatory": "met", "opacity": "not_met"},
        {"regulatory": "unknown", "opacity": "unknown"},
    ]
