"""Answers are kept for a while, in the process and for all processes, and nothing depends on it."""

import asyncio

import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError

from shared.search.contracts import DeltaEFilter
from shared.search.kept_answers import KeptAnswers
from tests.support.fake_resources import FakeItems

ANSWER = DeltaEFilter(threshold=5.0, matched=3, filter="search.in(id, 'a', '|')", listed=1)


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def container():
    return FakeItems()


@pytest.fixture
def clock():
    return Clock()


def cache_of(container, clock, kept_in_process: int = 2) -> KeptAnswers[DeltaEFilter]:
    return KeptAnswers(container, "deltae", DeltaEFilter, lifetime_s=1800, kept_in_process=kept_in_process, now=clock)


async def test_an_answer_is_found_by_its_key_without_asking_anybody(container, clock):
    cache = cache_of(container, clock)
    await cache.put(ANSWER, 45.5, "x")
    assert await cache.get(45.5, "x") == ANSWER
    assert await cache.get(45.5, "y") is None
    assert [read[0] for read in container.calls["read_item"]] != []
    assert len(container.calls["read_item"]) == 1


async def test_another_process_finds_it_in_cosmos_db(container, clock):
    await cache_of(container, clock).put(ANSWER, "key")
    other = cache_of(container, clock)
    assert await other.get("key") == ANSWER
    assert await other.get("key") == ANSWER
    assert len(container.calls["read_item"]) == 1
    (item,) = container.items.values()
    assert (item["ttl"], item["expires_at"]) == (1800, clock.now + 1800)


async def test_an_answer_that_has_grown_too_old_is_forgotten(container, clock):
    cache = cache_of(container, clock)
    await cache.put(ANSWER, "key")
    clock.now += 1799
    assert await cache.get("key") == ANSWER
    clock.now += 1
    assert await cache.get("key") is None
    assert await cache_of(container, clock).get("key") is None


async def test_the_least_used_leaves_the_process_first(container, clock):
    cache = cache_of(container, clock, kept_in_process=2)
    for name in "ab":
        await cache.put(ANSWER, name)
    await cache.get("a")
    await cache.put(ANSWER, "c")
    await cache.get("a")
    assert container.calls["read_item"] == []
    await cache.get("b")
    assert len(container.calls["read_item"]) == 1


@pytest.mark.parametrize("error", [ServiceRequestError("refused"), HttpResponseError("broken"), TimeoutError()])
async def test_while_cosmos_db_fails_answers_are_kept_in_the_process(container, clock, error, caplog):
    container.script("upsert_item", error)
    container.script("read_item", error)
    cache = cache_of(container, clock)
    assert await cache.get("key") is None
    await cache.put(ANSWER, "key")
    assert await cache.get("key") == ANSWER
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


@pytest.mark.parametrize(
    "item", [{}, {"answer": 7, "expires_at": 2e9}, {"answer": {"matched": "x"}, "expires_at": 2e9}, {"answer": {}}]
)
async def test_an_item_that_cannot_be_read_counts_as_none(container, clock, item, caplog):
    cache = cache_of(container, clock)
    await cache.put(ANSWER, "key")
    (item_id,) = container.items
    container.items[item_id] = item
    assert await cache_of(container, clock).get("key") is None
    assert "cannot be read" in caplog.text


async def test_keys_that_users_type_stay_apart_and_become_plain_ids(container, clock):
    cache = cache_of(container, clock, kept_in_process=9)
    keys = [("a/b",), ("a", "b"), ("a\0b",), ("1",), (1,)]
    for key in keys:
        await cache.put(ANSWER, *key)
    assert len(container.items) == len(keys)
    assert all(item_id.removeprefix("deltae-").isalnum() for item_id in container.items)


async def test_nobody_waits_long_for_a_cache_that_hangs(container, clock):
    class Hanging(FakeItems):
        async def read_item(self, item: str, partition_key: str) -> dict[str, object]:
            await asyncio.Event().wait()
            raise AssertionError

    assert await cache_of(Hanging(), clock).get("key") is None
