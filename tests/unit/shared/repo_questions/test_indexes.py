"""Indexes: made once for each version of what the cache holds."""

import asyncio

import pytest

from shared.repo_context.accounts import CachedAccount
from shared.repo_context.kept import Index
from shared.repo_questions.indexes import RepoIndexes
from shared.repo_scoring.vectors import FIELD
from tests.support.repo_bundles import bundle


class Model:
    model = "model"
    dimensions = 2


class Store:
    """Vectors as the cache keeps them; ``reads``: how often somebody asked."""

    def __init__(self, *names):
        self.reads = 0
        self.documents = {}
        self.add(*names)

    def add(self, *names, model="model"):
        for name in names:
            self.documents[name] = bundle(name, vector=[1.0, 0.0], model=model)[FIELD] | {"key": name}

    async def vectors(self, username):
        self.reads += 1
        await asyncio.sleep(0)
        return dict(self.documents)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def account(version="1", username="me"):
    repos = [bundle("A"), bundle("b")]
    return CachedAccount(username, Index(login=username, refreshed_at="2026-11-22T12:00:00+00:00"), version, repos)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def indexes(clock):
    return RepoIndexes(clock)


async def test_a_version_is_read_and_worked_out_once(indexes):
    store = Store("a", "b")
    first = await indexes.index_of(account(), store, Model)
    assert first.vectors(2) == 2
    assert await indexes.index_of(account(), store, Model) is first
    assert store.reads == 1


async def test_callers_at_the_same_time_share_one_index(indexes):
    store = Store("a", "b")
    found = await asyncio.gather(*(indexes.index_of(account(), store, Model) for _ in range(5)))
    assert len(set(map(id, found))) == store.reads == 1


async def test_a_new_version_is_read_anew(indexes):
    store = Store("a", "b")
    first = await indexes.index_of(account("1"), store, Model)
    assert await indexes.index_of(account("2"), store, Model) is not first
    assert store.reads == 2


async def test_vectors_that_come_later_are_found_after_a_while(indexes, clock):
    store = Store("a")
    first = await indexes.index_of(account(), store, Model)
    store.add("b")
    assert await indexes.index_of(account(), store, Model) is first
    clock.now = 30
    assert (await indexes.index_of(account(), store, Model)).vectors(2) == 2
    clock.now = 1_000
    await indexes.index_of(account(), store, Model)
    assert store.reads == 2


async def test_while_nothing_comes_the_index_stays(indexes, clock):
    store = Store("a")
    first = await indexes.index_of(account(), store, Model)
    clock.now = 30
    assert await indexes.index_of(account(), store, Model) is first


async def test_vectors_of_another_model_are_left_out(indexes):
    store = Store("a")
    store.add("b", model="other")
    assert (await indexes.index_of(account(), store, Model)).vectors(2) == 1


async def test_without_a_model_no_vector_is_read(indexes):
    store = Store("a", "b")
    assert (await indexes.index_of(account(), store, None)).vectors(2) == 0
    assert store.reads == 0


async def test_whoever_gives_up_does_not_end_it_for_the_others(indexes):
    store = Store("a", "b")
    first, second = (asyncio.create_task(indexes.index_of(account(), store, Model)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).vectors(2) == 2


async def test_accounts_asked_about_long_ago_are_forgotten(indexes):
    store = Store("a", "b")
    await indexes.index_of(account(), store, Model)
    for number in range(16):
        await indexes.index_of(account(username=f"user-{number}"), store, Model)
    await indexes.index_of(account(), store, Model)
    assert store.reads == 18
