"""Items: what is written is read, and what cannot be is refused as the service refuses it."""

import pytest
from azure.core import MatchConditions
from azure.cosmos import exceptions
from azure.cosmos.aio import ContainerProxy

from tests.contract.cosmos.conftest import MakeContainer

SYSTEM = {"_rid", "_self", "_etag", "_ts"}


async def test_created_item_is_read_back_with_its_system_properties(container: ContainerProxy):
    await container.create_item({"id": "a", "pk": "p", "n": 1.5, "nested": {"list": [1, None, True]}})
    item = await container.read_item("a", "p")
    assert {"n": 1.5, "nested": {"list": [1, None, True]}}.items() <= item.items()
    assert item.keys() >= SYSTEM


@pytest.mark.parametrize("identity", ["é n+1", "日本語", "a%2Fb", "src%pkg:x.py", "a'b\"c", "🙂", "a&b=c;d", "x" * 255])
async def test_id_of_any_allowed_characters_finds_its_item(container: ContainerProxy, identity: str):
    await container.create_item({"id": identity, "pk": "é"})
    assert (await container.read_item(identity, "é"))["id"] == identity
    await container.delete_item(identity, "é")


async def test_long_values_come_back_as_they_were(container: ContainerProxy):
    vector = [0.1 * i for i in range(1536)]
    await container.create_item({"id": "a", "pk": "p", "embedding": vector, "text": "ü" * 50_000})
    item = await container.read_item("a", "p")
    assert item["embedding"] == vector
    assert item["text"] == "ü" * 50_000


async def test_second_create_conflicts(container: ContainerProxy):
    await container.create_item({"id": "a", "pk": "p"})
    with pytest.raises(exceptions.CosmosResourceExistsError):
        await container.create_item({"id": "a", "pk": "p"})


async def test_same_id_in_two_partitions_is_two_items(container: ContainerProxy):
    await container.create_item({"id": "a", "pk": "p", "n": 1})
    await container.create_item({"id": "a", "pk": "q", "n": 2})
    assert (await container.read_item("a", "q"))["n"] == 2


async def test_upsert_creates_and_then_replaces(container: ContainerProxy):
    await container.upsert_item({"id": "a", "pk": "p", "n": 1, "gone": [0.5] * 100})
    await container.upsert_item({"id": "a", "pk": "p", "n": 2})
    item = await container.read_item("a", "p")
    assert (item["n"], "gone" in item) == (2, False)


async def test_missing_item_is_not_found(container: ContainerProxy):
    for call in (container.read_item("a", "p"), container.delete_item("a", "p")):
        with pytest.raises(exceptions.CosmosResourceNotFoundError):
            await call
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        await container.replace_item("a", {"id": "a", "pk": "p"})


async def test_deleted_item_is_gone(container: ContainerProxy):
    await container.create_item({"id": "a", "pk": "p"})
    await container.delete_item("a", "p")
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        await container.read_item("a", "p")


async def test_replace_with_a_stale_etag_fails_and_changes_nothing(container: ContainerProxy):
    first = await container.create_item({"id": "a", "pk": "p", "n": 1})
    await container.replace_item("a", {"id": "a", "pk": "p", "n": 2})
    with pytest.raises(exceptions.CosmosAccessConditionFailedError):
        await container.replace_item(
            "a", {"id": "a", "pk": "p", "n": 3}, etag=first["_etag"], match_condition=MatchConditions.IfNotModified
        )
    assert (await container.read_item("a", "p"))["n"] == 2


async def test_replace_and_delete_with_the_current_etag_succeed(container: ContainerProxy):
    first = await container.create_item({"id": "a", "pk": "p", "n": 1})
    second = await container.replace_item(
        "a", {"id": "a", "pk": "p", "n": 2}, etag=first["_etag"], match_condition=MatchConditions.IfNotModified
    )
    assert second["_etag"] != first["_etag"]
    with pytest.raises(exceptions.CosmosAccessConditionFailedError):
        await container.delete_item("a", "p", etag=first["_etag"], match_condition=MatchConditions.IfNotModified)
    await container.delete_item("a", "p", etag=second["_etag"], match_condition=MatchConditions.IfNotModified)


async def test_upsert_with_a_stale_etag_fails(container: ContainerProxy):
    first = await container.create_item({"id": "a", "pk": "p"})
    await container.upsert_item({"id": "a", "pk": "p", "n": 2})
    with pytest.raises(exceptions.CosmosAccessConditionFailedError):
        await container.upsert_item(
            {"id": "a", "pk": "p"}, etag=first["_etag"], match_condition=MatchConditions.IfNotModified
        )


async def test_read_of_an_unmodified_item_carries_no_body(container: ContainerProxy):
    first = await container.create_item({"id": "a", "pk": "p"})
    answer = await container.read_item("a", "p", etag=first["_etag"], match_condition=MatchConditions.IfModified)
    assert dict(answer) == {}


async def test_item_over_two_megabytes_is_too_large(container: ContainerProxy):
    with pytest.raises(exceptions.CosmosHttpResponseError) as refused:
        await container.create_item({"id": "a", "pk": "p", "text": "x" * 2 * 1024 * 1024})
    assert refused.value.status_code == 413


async def test_item_without_partition_key_value_lives_in_a_partition_of_its_own(container: ContainerProxy):
    from azure.cosmos.partition_key import NonePartitionKeyValue

    await container.create_item({"id": "a"})
    await container.create_item({"id": "a", "pk": None})
    assert "pk" not in await container.read_item("a", NonePartitionKeyValue)


async def test_number_keys_are_equal_however_they_are_written(container: ContainerProxy):
    await container.create_item({"id": "a", "pk": 1.0})
    assert (await container.read_item("a", 1))["id"] == "a"


async def test_point_read_tells_its_charge(container: ContainerProxy):
    await container.create_item({"id": "a", "pk": "p"})
    item = await container.read_item("a", "p")
    headers = item.get_response_headers()
    assert float(headers["x-ms-request-charge"]) > 0
    assert headers["etag"] == item["_etag"]


async def test_hierarchical_key_finds_items_whole_and_by_prefix(make_container: MakeContainer):
    container = await make_container(["/tenant", "/user"])
    for user in ("u1", "u2"):
        await container.create_item({"id": "a", "tenant": "t", "user": user})
    await container.create_item({"id": "a", "tenant": "other", "user": "u1"})
    assert (await container.read_item("a", ["t", "u2"]))["user"] == "u2"
    found = [item["user"] async for item in container.query_items("SELECT c.user FROM c", partition_key=["t"])]
    assert sorted(found) == ["u1", "u2"]


async def test_deleted_partition_is_empty_and_others_stay(container: ContainerProxy):
    for place in range(3):
        await container.create_item({"id": str(place), "pk": "p"})
    await container.create_item({"id": "0", "pk": "q"})
    await container.delete_all_items_by_partition_key("p")
    assert [item["pk"] async for item in container.read_all_items()] == ["q"]


async def test_many_items_are_read_in_one_call(container: ContainerProxy):
    keys = [(str(place), f"p{place % 3}") for place in range(30)]
    for identity, key in keys:
        await container.create_item({"id": identity, "pk": key})
    items = await container.read_items([*keys, ("missing", "p0")])
    assert sorted(int(item["id"]) for item in items) == list(range(30))


async def test_unique_key_holds_within_a_partition(make_container: MakeContainer):
    container = await make_container(unique_key_policy={"uniqueKeys": [{"paths": ["/email"]}]})
    await container.create_item({"id": "a", "pk": "p", "email": "x"})
    await container.create_item({"id": "a", "pk": "q", "email": "x"})
    with pytest.raises(exceptions.CosmosResourceExistsError):
        await container.create_item({"id": "b", "pk": "p", "email": "x"})
    await container.create_item({"id": "c", "pk": "p"})
    with pytest.raises(exceptions.CosmosResourceExistsError):
        await container.create_item({"id": "d", "pk": "p"})
