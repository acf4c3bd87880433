"""Queries that come at the same time share a request, and nothing else."""

import asyncio

import pytest

from shared.errors import Rejected, Unavailable
from shared.search.query_vectors import QueryVectors
from tests.support.fake_resources import FakeModel, letter_vector


@pytest.fixture
def model():
    return FakeModel()


async def ask(vectors: QueryVectors, *queries: str):
    return await asyncio.gather(*map(vectors.vector_of, queries), return_exceptions=True)


async def test_queries_of_the_same_moment_share_one_request(model):
    found = await ask(QueryVectors(model), "alpha", "beta", "alpha", "delta")
    assert found == [letter_vector(letter) for letter in "abad"]
    assert model.requests == [["alpha", "beta", "delta"]]


async def test_a_query_by_itself_is_not_kept_waiting_for_others(model):
    async with asyncio.timeout(5):
        assert await QueryVectors(model).vector_of("beta") == letter_vector("b")


async def test_an_outage_reaches_all_who_wait(model):
    model.script("embed", Unavailable("busy", 2.0))
    found = await ask(QueryVectors(model), "alpha", "beta")
    assert [type(error) for error in found] == [Unavailable, Unavailable]


async def test_a_refused_query_does_not_take_others_with_it(model):
    model.script("embed", Rejected("no"), None, Rejected("no"), None)
    found = await ask(QueryVectors(model), "alpha", "beta", "delta")
    assert (found[0], found[2]) == (letter_vector("a"), letter_vector("d"))
    assert isinstance(found[1], Rejected)


async def test_a_refused_query_by_itself_is_asked_once(model):
    model.script("embed", Rejected("no"))
    assert isinstance((await ask(QueryVectors(model), "alpha"))[0], Rejected)
    assert len(model.requests) == 1
