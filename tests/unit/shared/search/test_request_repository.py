"""Searches in Cosmos DB: created once, changed under their ETag, found when they go astray."""

import asyncio
from datetime import timedelta

from local.stack.provision import provision_cosmos
from shared.errors import Unavailable
from shared.search.request_documents import Sender, accepted_document, timestamp
from tests.support.cosmos import running_cosmos
from tests.support.searches import ACCEPTED_AT, PAYLOAD, new_request_id, open_searches

LATER = timestamp(ACCEPTED_AT + timedelta(minutes=5))


def seconds(number):
    return ACCEPTED_AT + timedelta(seconds=number)


def names(documents):
    return [document["id"] for document in documents]


async def stalled(searches, before=LATER, limit=100):
    return names([document async for document in searches.resources.search_requests.stalled(before, limit)])


async def test_a_search_is_created_once(searches):
    requests = searches.resources.search_requests
    document = accepted_document(new_request_id(), PAYLOAD, Sender("", "s"), ACCEPTED_AT)
    assert await requests.create(document)
    assert not await requests.create(document | {"status": "failed"})
    assert document.items() <= (await requests.read(document["id"])).items()


async def test_an_unknown_search_is_none(searches):
    assert await searches.resources.search_requests.read(new_request_id()) is None


async def test_a_search_that_changed_in_between_is_not_replaced(searches):
    requests = searches.resources.search_requests
    request_id = await searches.accepted()
    seen = await requests.read(request_id)
    assert await requests.replace(seen | {"status": "processing"}, seen)
    assert not await requests.replace(seen | {"status": "failed"}, seen)
    assert (await requests.read(request_id))["status"] == "processing"


async def test_a_search_that_is_gone_is_not_replaced(searches):
    requests = searches.resources.search_requests
    request_id = await searches.accepted()
    seen = await requests.read(request_id)
    await searches.container.delete_item(request_id, partition_key=request_id)
    assert not await requests.replace(seen, seen)


async def test_what_was_written_last_is_remembered_under_its_new_etag(searches):
    requests = searches.resources.search_requests
    request_id = await searches.accepted()
    seen = await requests.read(request_id)
    assert await requests.replace(seen | {"status": "processing"}, seen)
    last = await requests.last_seen(request_id)
    assert (last["status"], last["_etag"] != seen["_etag"]) == ("processing", True)
    assert await requests.replace(last | {"status": "scoring"}, last)
    assert (await searches.document(request_id))["status"] == "scoring"


async def test_a_memory_that_is_out_of_date_is_forgotten_when_it_cannot_be_written(searches):
    requests = searches.resources.search_requests
    request_id = await searches.accepted()
    old = await requests.read(request_id)
    changed = await searches.container.read_item(request_id, partition_key=request_id) | {"status": "cancelled"}
    await searches.container.replace_item(request_id, changed)
    assert (await requests.last_seen(request_id))["status"] == "queued"
    assert not await requests.replace(old | {"status": "processing"}, old)
    assert (await requests.last_seen(request_id))["status"] == "cancelled"


async def test_a_search_that_has_ended_is_not_remembered(searches):
    requests = searches.resources.search_requests
    request_id = await searches.accepted()
    seen = await requests.read(request_id)
    assert await requests.replace(seen | {"status": "completed"}, seen)
    await searches.container.delete_item(request_id, partition_key=request_id)
    assert await requests.last_seen(request_id) is None


async def test_a_stamp_changes_nothing_else(searches):
    request_id = await searches.accepted()
    before = await searches.document(request_id)
    await searches.resources.search_requests.stamp_enqueued(request_id, LATER)
    after = await searches.document(request_id)
    own = {name for name in before if not name.startswith("_")}
    assert {name for name in own if before[name] != after[name]} == {"enqueued_at"}
    assert after["enqueued_at"] == LATER


async def test_a_stamp_on_a_search_that_is_gone_is_no_error(searches):
    await searches.resources.search_requests.stamp_enqueued(new_request_id(), LATER)


async def test_unsent_searches_come_oldest_first(searches):
    second = await searches.accepted(seconds(2))
    first = await searches.accepted(seconds(1))
    third = await searches.accepted(seconds(3))
    requests = searches.resources.search_requests
    assert names(await requests.unsent(LATER, 100)) == [first, second, third]
    assert names(await requests.unsent(LATER, 2)) == [first, second]
    assert names(await requests.unsent(timestamp(seconds(2)), 100)) == [first]


async def test_searches_that_were_sent_or_moved_on_are_not_unsent(searches):
    await searches.accepted(enqueued_at=LATER)
    await searches.accepted(status="processing")
    await searches.accepted(status="failed")
    assert await searches.resources.search_requests.unsent(LATER, 100) == []


async def test_stalled_are_those_under_way_that_have_not_moved_longest_first(searches):
    expected = [
        await searches.accepted(seconds(1), enqueued_at=LATER),
        await searches.accepted(seconds(2), status="scoring"),
        await searches.accepted(seconds(3), status="processing", enqueued_at=LATER),
    ]
    await searches.accepted(seconds(4))
    for status in ("completed", "failed", "cancelled"):
        await searches.accepted(seconds(5), status=status, enqueued_at=LATER)
    await searches.accepted(seconds(301), status="processing")
    assert await stalled(searches) == expected
    assert await stalled(searches, limit=2) == expected[:2]


async def test_stalled_come_without_what_was_asked_for(searches):
    await searches.accepted(enqueued_at=LATER)
    (document,) = [each async for each in searches.resources.search_requests.stalled(LATER, 1)]
    assert document.keys() == {"id", "status", "created_at", "enqueued_at"}


async def test_waiting_are_those_that_were_sent_and_not_taken_up(searches):
    assert await searches.resources.search_requests.waiting() == 0
    await searches.accepted()
    await searches.accepted(enqueued_at=LATER)
    await searches.accepted(enqueued_at=LATER)
    await searches.accepted(enqueued_at=LATER, status="processing")
    assert await searches.resources.search_requests.waiting() == 2


async def test_a_search_lives_thirty_days(searches):
    request_id = await searches.accepted()
    assert (await searches.document(request_id))["ttl"] == 30 * 24 * 3600
    assert (await searches.container.read())["defaultTtl"] == -1


async def test_without_the_database_everything_is_unavailable(tmp_path):
    async with running_cosmos(tmp_path) as cosmos:
        provision_cosmos({"COSMOS_ENDPOINT": cosmos.url, "COSMOS_KEY": cosmos.key})
        async with open_searches(cosmos) as searches:
            requests = searches.resources.search_requests
            document = accepted_document(new_request_id(), PAYLOAD, Sender("", "s"), ACCEPTED_AT)
            cosmos.kill()
            outcomes = await asyncio.gather(
                requests.read(document["id"]),
                requests.create(document),
                requests.replace(document, document | {"_etag": "e"}),
                requests.stamp_enqueued(document["id"], LATER),
                requests.unsent(LATER, 100),
                stalled(searches),
                requests.waiting(),
                return_exceptions=True,
            )
            assert [type(outcome) for outcome in outcomes] == [Unavailable] * 7
