"""What went astray is sent again or closed; what goes its way is left alone."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import Unavailable
from shared.search.contracts import StatusUpdate
from shared.search.reconciler import GIVEN_UP_AFTER, LOST_AFTER, MAX_RESENT, Reconciled, reconcile
from shared.search.request_documents import timestamp

NOW = datetime.now(UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


async def run(searches):
    return await reconcile(NOW, searches.orchestrations, searches.resources)


async def aged(searches, age, **fields):
    """Store a search that has not moved for ``age``."""
    return await searches.accepted(NOW - age, **fields)


async def sent(searches, age, created_before=timedelta(0), **fields):
    """Store a search that was sent ``age`` ago, ``created_before`` after its acceptance."""
    return await searches.accepted(NOW - age - created_before, enqueued_at=timestamp(NOW - age), **fields)


async def under_way(searches, state, status="processing", age=2 * MINUTE):
    request_id = await sent(searches, age, status=status)
    if state:
        searches.orchestrations.states[request_id] = state
    return request_id


async def ending(searches, request_id):
    document = await searches.document(request_id)
    return document["status"], document["error"]


async def test_nothing_to_do(searches):
    assert await run(searches) == Reconciled(resent=0, closed=0, queued=0)


async def test_a_search_that_was_never_sent_is_sent_and_stamped(searches):
    request_id = await aged(searches, 61 * SECOND)
    assert await run(searches) == Reconciled(resent=1, closed=0, queued=1)
    (message,) = searches.queue.messages
    assert (message.message_id, message.session_id) == (request_id, "session")
    assert message.properties == {"user_id": "john", "rerank": True, "has_lab": True}
    assert (await searches.document(request_id))["enqueued_at"]
    assert (await run(searches)).resent == 0


async def test_a_young_one_is_left_to_its_acceptance(searches):
    await aged(searches, 59 * SECOND)
    assert await run(searches) == Reconciled(resent=0, closed=0, queued=0)


async def test_a_search_that_was_never_sent_is_sent_however_old_it_is(searches):
    request_id = await aged(searches, timedelta(days=2))
    assert (await run(searches)).resent == 1
    assert await ending(searches, request_id) == ("queued", None)


async def test_at_most_a_hundred_are_sent_in_a_run_oldest_first(searches):
    ids = [await aged(searches, 5 * MINUTE - number * SECOND) for number in range(MAX_RESENT + 3)]
    assert (await run(searches)).resent == MAX_RESENT
    assert searches.queue.sent == ids[:MAX_RESENT]
    assert (await run(searches)).resent == 3


async def test_a_queue_that_is_away_is_tried_once_a_run(searches):
    ids = [await aged(searches, 5 * MINUTE - number * SECOND) for number in range(3)]
    searches.queue.script("send", None, Unavailable("away"))
    assert (await run(searches)).resent == 1
    assert searches.queue.sent == ids[:1]
    assert (await run(searches)).resent == 2


async def test_nothing_is_ever_started(searches):
    await aged(searches, 2 * MINUTE)
    await sent(searches, LOST_AFTER)
    await under_way(searches, None)
    await run(searches)
    assert not searches.orchestrations.calls["start"]


async def test_a_search_that_waits_in_the_queue_is_left_there(searches):
    await sent(searches, LOST_AFTER - SECOND)
    assert await run(searches) == Reconciled(resent=0, closed=0, queued=1)


async def test_a_search_whose_message_got_lost_is_sent_again(searches):
    request_id = await sent(searches, LOST_AFTER)
    assert (await run(searches)).resent == 1
    assert searches.queue.sent == [request_id]


async def test_after_a_long_outage_a_search_gets_another_chance(searches):
    request_id = await sent(searches, timedelta(hours=2))
    assert (await run(searches)).resent == 1
    assert await ending(searches, request_id) == ("queued", None)


async def test_a_search_that_was_sent_again_for_an_hour_is_given_up(searches):
    request_id = await sent(searches, LOST_AFTER, created_before=GIVEN_UP_AFTER + SECOND)
    assert await run(searches) == Reconciled(resent=0, closed=1, queued=0)
    expected = ("failed", "The search could not be started; please send it again")
    assert await ending(searches, request_id) == expected


@pytest.mark.parametrize("status", ["queued", "processing", "scoring"])
@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("Failed", "The search ended with an internal error; please send it again"),
        ("Terminated", "The search was stopped by an operator"),
        ("Canceled", "The search was stopped by an operator"),
        ("Completed", "The search ended but its results could not be stored; please send it again"),
    ],
)
async def test_a_search_whose_instance_has_ended_is_closed(searches, status, state, reason):
    request_id = await under_way(searches, state, status)
    assert (await run(searches)).closed == 1
    assert await ending(searches, request_id) == ("failed", reason)


@pytest.mark.parametrize("status", ["processing", "scoring"])
async def test_a_search_whose_instance_is_gone_is_closed(searches, status):
    request_id = await under_way(searches, None, status)
    assert (await run(searches)).closed == 1
    expected = ("failed", "The search was interrupted and cannot be continued; please send it again")
    assert await ending(searches, request_id) == expected


@pytest.mark.parametrize("status", ["queued", "processing", "scoring"])
@pytest.mark.parametrize("state", ["Pending", "Running", "Suspended", "ContinuedAsNew"])
async def test_a_search_whose_instance_runs_is_left_alone_past_its_deadline_too(searches, status, state):
    request_id = await under_way(searches, state, status, age=timedelta(hours=2))
    outcome = await run(searches)
    assert (outcome.resent, outcome.closed) == (0, 0)
    assert await ending(searches, request_id) == (status, None)


async def test_a_search_that_moved_a_moment_ago_is_not_looked_at(searches):
    await under_way(searches, "Failed", age=59 * SECOND)
    await run(searches)
    assert not searches.orchestrations.calls["runtime_status"]


async def test_a_search_that_ends_while_it_is_looked_at_keeps_its_end(searches):
    request_id = await under_way(searches, "Completed")
    requests = searches.resources.search_requests
    read = requests.read

    async def complete_then_read(asked):
        if (await searches.document(asked))["status"] == "processing":
            await searches.write(StatusUpdate(request_id=asked, status="completed", results={"search_results": []}))
        return await read(asked)

    requests.read = complete_then_read
    assert (await run(searches)).closed == 0
    assert await ending(searches, request_id) == ("completed", None)


async def test_a_task_hub_that_is_away_closes_nothing(searches):
    request_id = await under_way(searches, "Failed")
    searches.orchestrations.script("runtime_status", Unavailable("away"))
    assert (await run(searches)).closed == 0
    assert (await run(searches)).closed == 1
    assert (await ending(searches, request_id))[0] == "failed"


async def test_a_payload_that_is_not_accepted_any_more_is_closed(searches):
    request_id = await aged(searches, 2 * MINUTE, request_payload={"k": 1000})
    other = await aged(searches, 2 * MINUTE)
    assert await run(searches) == Reconciled(resent=1, closed=1, queued=1)
    assert (await ending(searches, request_id))[0] == "failed"
    assert searches.queue.sent == [other]


async def test_no_reason_tells_how_it_works_inside(searches):
    for state in (None, "Failed", "Terminated", "Completed"):
        await under_way(searches, state)
    await run(searches)
    rows = searches.container.query_items("SELECT VALUE c.error FROM c")
    reasons = [row async for row in rows]
    assert len(reasons) == 4
    inside = ("Cosmos", "instance", "orchestrat", "queue", "Traceback", "Service Bus")
    assert not [reason for reason in reasons if any(word in reason for word in inside)]
