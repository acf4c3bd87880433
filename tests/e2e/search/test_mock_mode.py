"""Searches with ``DISABLE_OPENAI=1``: words find, nothing is scored, and no model is asked."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.support.search_client import Beside, SearchHost, search_host

PAYLOAD = {"k": 5, "REQUEST_RESIN_FINAL": "PP", "REQUEST_COLOR_DESCR": "deep blue"}
COLOUR = {"L": 45.5, "a": 12.3, "b": -25.7, "deltaEthresh": 30}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def host(stack, tmp_path_factory) -> AsyncGenerator[SearchHost]:
    async with search_host(stack, tmp_path_factory.mktemp("mock"), {"DISABLE_OPENAI": "1"}) as running:
        yield running


@pytest.fixture
async def beside(host) -> AsyncGenerator[Beside]:
    async with host.opened() as opened:
        yield opened


@pytest.mark.parametrize("rerank", [True, False])
async def test_results_are_found_by_words_and_say_that_no_model_was_asked(beside, rerank):
    document = await beside.client.search(PAYLOAD | COLOUR | {"rerank": rerank})
    told, results = document["processing_metadata"], document["results"]["search_results"]
    assert (told["degraded"], told["synonym_resins"], told["searches_executed"]) == (["llm_disabled"], [], 1)
    assert document["results"]["overall_scoring_analysis"] is None
    assert len(results) == 5
    assert {(result["score"], result["explanation"]) for result in results} == {(None, None)}
    assert all(result["flags"] and result["lab_diff"] for result in results)
    assert (await beside.parts.openai.stats())["requests"] == 0


async def test_without_scores_results_are_in_order_of_their_colour(beside):
    results = (await beside.client.search(PAYLOAD | COLOUR))["results"]["search_results"]
    order = [(result["flags"]["resin_match"] != "exact", result["dE"]) for result in results]
    assert order == sorted(order)


async def test_a_colour_alone_finds_materials_by_the_words_for_it(beside):
    results = (await beside.client.search({"k": 3, **COLOUR}))["results"]["search_results"]
    assert len(results) == 3
