"""A message starts its search once, however often it is delivered."""

import pytest

from shared.errors import Unavailable
from shared.search.request_queue import UnreadableMessage, read_message
from shared.search.starting import Started, UnknownSearch, start_search
from tests.support.searches import new_request_id


async def start(searches, request_id):
    return await start_search(request_id, searches.orchestrations, searches.resources)


async def test_a_queued_search_is_started_under_its_own_id(searches):
    request_id = await searches.accepted()
    assert await start(searches, request_id) is Started.STARTED
    start_of = {"request_id": request_id, "deadline_s": 120, "llm": True, "steps": 2, "patience_s": 3}
    assert searches.orchestrations.calls["start"] == [("SearchOrchestrator", request_id, start_of)]


async def test_a_message_delivered_twice_starts_once(searches):
    request_id = await searches.accepted()
    outcomes = [await start(searches, request_id) for _ in range(3)]
    assert outcomes == [Started.STARTED, Started.RUNNING, Started.RUNNING]
    assert len(searches.orchestrations.calls["start"]) == 1


@pytest.mark.parametrize("state", ["Pending", "Running", "Completed", "Failed", "Terminated", "Suspended"])
async def test_an_instance_in_any_state_is_left_alone(searches, state):
    request_id = await searches.accepted()
    searches.orchestrations.states[request_id] = state
    assert await start(searches, request_id) is Started.RUNNING
    assert not searches.orchestrations.calls["start"]


@pytest.mark.parametrize("status", ["processing", "scoring", "completed", "failed", "cancelled"])
async def test_a_search_past_queued_is_not_started_even_where_its_instance_is_gone(searches, status):
    request_id = await searches.accepted(status=status)
    assert await start(searches, request_id) is Started.MOVED_ON
    assert not searches.orchestrations.calls["start"]


async def test_a_search_without_a_document_is_unknown(searches):
    with pytest.raises(UnknownSearch):
        await start(searches, new_request_id())
    assert not searches.orchestrations.calls


@pytest.mark.parametrize("method", ["runtime_status", "start"])
async def test_a_short_outage_is_waited_out(searches, method):
    request_id = await searches.accepted()
    searches.orchestrations.script(method, Unavailable("busy"), Unavailable("busy"))
    assert await start(searches, request_id) is Started.STARTED


@pytest.mark.parametrize("method", ["runtime_status", "start"])
async def test_a_long_outage_leaves_the_message_to_its_next_delivery(searches, method):
    request_id = await searches.accepted()
    searches.orchestrations.script(method, *[Unavailable("away")] * 3)
    with pytest.raises(Unavailable):
        await start(searches, request_id)
    assert await start(searches, request_id) is Started.STARTED


def test_a_message_names_its_search():
    request_id = new_request_id()
    assert read_message(f'{{"request_id": "{request_id}"}}'.encode()) == request_id


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"{", "no JSON"),
        (b"[" * 4000, "no JSON"),
        (b"[]", "no request_id"),
        (b"null", "no request_id"),
        (b'"req_550e8400-e29b-41d4-a716-446655440000"', "no request_id"),
        (b"{}", "no request_id"),
        (b'{"request_id": 7}', "no request_id"),
        (b'{"request_id": ["req_550e8400-e29b-41d4-a716-446655440000"]}', "no request_id"),
        (b'{"request_id": "../../x"}', "no request_id"),
        (b'{"request_id": "' + b"x" * 5000 + b'"}', "expected at most 4096"),
    ],
)
def test_a_message_that_names_none_says_why(body, reason):
    with pytest.raises(UnreadableMessage, match=reason):
        read_message(body)
