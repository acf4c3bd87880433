"""The change feed, and items that expire."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from azure.cosmos import exceptions
from azure.cosmos.aio import ContainerProxy, DatabaseProxy

from tests.contract.cosmos.conftest import MakeContainer


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        await asyncio.sleep(0.05)


async def ids(container: ContainerProxy) -> list[str]:
    return sorted([item["id"] async for item in container.read_all_items()])


async def test_change_feed_gives_the_latest_version_in_order_of_change(container: ContainerProxy):
    for identity in ("a", "b", "c"):
        await container.create_item({"id": identity, "pk": identity, "n": 1})
    await container.upsert_item({"id": "a", "pk": "a", "n": 2})
    await container.delete_item("b", "b")
    changes = [(item["id"], item["n"]) async for item in container.query_items_change_feed(start_time="Beginning")]
    assert changes == [("c", 1), ("a", 2)]


async def test_change_feed_goes_on_from_its_continuation(container: ContainerProxy):
    await container.create_item({"id": "a", "pk": "p"})
    first = container.query_items_change_feed(start_time="Beginning").by_page()
    seen = [item["id"] async for page in first async for item in page]
    await container.create_item({"id": "b", "pk": "p"})
    feed = container.query_items_change_feed(continuation=first.continuation_token)
    assert (seen, [item["id"] async for item in feed]) == (["a"], ["b"])


async def test_change_feed_of_a_partition_has_no_other(container: ContainerProxy):
    for identity in ("a", "b", "c", "d"):
        await container.create_item({"id": identity, "pk": "p" if identity < "c" else "q"})
    feed = container.query_items_change_feed(start_time="Beginning", partition_key="q")
    assert [item["id"] async for item in feed] == ["c", "d"]


async def test_item_expires_by_its_own_time_to_live(make_container: MakeContainer):
    container = await make_container(default_ttl=-1)
    await container.create_item({"id": "brief", "pk": "p", "ttl": 1})
    await container.create_item({"id": "kept", "pk": "p"})
    assert await ids(container) == ["brief", "kept"]

    async def gone() -> bool:
        return await ids(container) == ["kept"]

    await until(gone)
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        await container.read_item("brief", "p")
    await container.create_item({"id": "brief", "pk": "p"})


async def test_items_expire_by_the_default_unless_they_say_never(make_container: MakeContainer):
    container = await make_container(default_ttl=1)
    await container.create_item({"id": "brief", "pk": "p"})
    await container.create_item({"id": "kept", "pk": "p", "ttl": -1})

    async def gone() -> bool:
        return await ids(container) == ["kept"]

    await until(gone)


async def test_time_to_live_counts_only_where_the_container_has_one(make_container: MakeContainer):
    mute, brief = await make_container(), await make_container(default_ttl=-1)
    for container in (mute, brief):
        await container.create_item({"id": "a", "pk": "p", "ttl": 1})

    async def gone() -> bool:
        return await ids(brief) == []

    await until(gone)
    assert await ids(mute) == ["a"]


async def test_new_default_counts_for_items_already_there(database: DatabaseProxy, make_container: MakeContainer):
    container = await make_container()
    await container.create_item({"id": "a", "pk": "p"})
    properties = await container.read()
    await database.replace_container(container.id, properties["partitionKey"], default_ttl=1)

    async def gone() -> bool:
        return await ids(container) == []

    await until(gone)


@pytest.mark.parametrize("ttl", [0, -2, "1", 1.5, True])
async def test_time_to_live_that_is_no_positive_number_is_refused(make_container: MakeContainer, ttl: object):
    container = await make_container(default_ttl=-1)
    with pytest.raises(exceptions.CosmosHttpResponseError) as refused:
        await container.create_item({"id": "a", "pk": "p", "ttl": ttl})
    assert refused.value.status_code == 400
