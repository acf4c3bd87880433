"""The way from accepting to starting: messages twice, wrong or late, a queue that is away, runs that somebody ended."""

import asyncio
import json
from collections.abc import AsyncGenerator
from uuid import uuid4

import pytest
import pytest_asyncio
from azure.servicebus import ServiceBusMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient

from tests.support.host import eventually
from tests.support.search_client import DEADLINE_S, POLL_S, QUEUE, Beside, SearchHost, search_host

PAYLOAD = {"k": 4, "REQUEST_COLOR_DESCR": "deep green"}
# The reconciler looks each second after what has not moved for one.
QUICK = {"SEARCH_RECONCILER_SCHEDULE": "* * * * * *", "SEARCH_RESEND_AFTER_S": "1"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def host(stack, tmp_path_factory) -> AsyncGenerator[SearchHost]:
    async with search_host(stack, tmp_path_factory.mktemp("queue"), QUICK, own_cosmos=True) as running:
        yield running


@pytest.fixture
async def beside(host) -> AsyncGenerator[Beside]:
    async with host.opened() as opened:
        yield opened


async def deliver(host, *bodies):
    """Put messages into the queue as anybody might; return their ids."""
    messages = [ServiceBusMessage(body, message_id=uuid4().hex) for body in bodies]
    async with (
        ServiceBusClient.from_connection_string(host.servicebus) as bus,
        bus.get_queue_sender(QUEUE) as sender,
    ):
        await sender.send_messages(messages)
    return [str(message.message_id) for message in messages]


async def dead_letters(host, count):
    """Return reason and description by message id of the next ``count`` dead letters."""
    found = {}
    async with (
        ServiceBusClient.from_connection_string(host.servicebus) as bus,
        bus.get_queue_receiver(QUEUE, sub_queue=ServiceBusSubQueue.DEAD_LETTER) as receiver,
    ):
        while len(found) < count:
            messages = await receiver.receive_messages(1, max_wait_time=DEADLINE_S)
            assert messages, f"only {found} were dead-lettered"
            await receiver.complete_message(messages[0])
            reasons = (messages[0].dead_letter_reason, messages[0].dead_letter_error_description)
            found[messages[0].message_id] = reasons
    return found


async def emptied(beside):
    """Wait until the queue holds nothing."""

    async def is_empty():
        return (await beside.parts.queue())["active"] == 0

    await eventually(is_empty, DEADLINE_S, POLL_S)


async def delivered(host, request_id, times):
    """Wait until the message of a search has come so often, whoever sent it."""

    async def came():
        return len(await host.host.log_lines("search delivered", request_id)) == times

    await eventually(came, DEADLINE_S, POLL_S)


async def held(beside):
    """Return the id of a search whose scorers have been asked and do not answer."""
    await beside.parts.openai.set("chat/score_chunk", hang=True)
    request_id = await beside.client.submit(PAYLOAD)

    async def asked():
        return await beside.parts.asked("score_chunk") == 5

    await eventually(asked, DEADLINE_S, POLL_S)
    return request_id


async def test_a_message_that_comes_again_starts_nothing_a_second_time(host, beside):
    request_id = await held(beside)
    again = json.dumps({"request_id": request_id})
    await deliver(host, again, again, again)
    await delivered(host, request_id, 4)
    await emptied(beside)
    await beside.parts.openai.set()
    _, document, _ = await beside.client.ended(request_id)
    assert document["status"] == "completed"
    run = await beside.run_ended(request_id)
    await deliver(host, again)
    await emptied(beside)
    assert await beside.run_ended(request_id) == run
    assert (await beside.client.status(request_id))[1] == document
    assert await beside.parts.asked("overall_analysis") == 1
    assert len(await host.host.log_lines("event=SearchOrchestrator", request_id)) == 1


async def test_a_message_whose_settlement_is_lost_starts_nothing_a_second_time(host, beside):
    await beside.parts.broker.set(lose_next_settlements=1)
    request_id = (await beside.client.search(PAYLOAD))["request_id"]
    await delivered(host, request_id, 2)
    await emptied(beside)
    assert await beside.parts.asked("overall_analysis") == 1
    assert (await beside.run_ended(request_id))["runtimeStatus"] == "Completed"
    assert len(await host.host.log_lines("event=SearchOrchestrator", request_id)) == 1


async def test_messages_that_nobody_can_read_are_set_aside_with_a_reason_and_hold_up_nothing(host, beside):
    unknown = "req_550e8400-e29b-41d4-a716-446655440000"
    expected = {
        b"": "the body is no JSON",
        b"\xff\xfe\x00": "the body is no JSON",
        b"[" * 4000: "the body is no JSON",
        b"x" * 5000: "the body has 5000 bytes; expected at most 4096",
        b'["request_id"]': "the body holds no request_id of the form req_<uuid>",
        b'{"request_id": 7}': "the body holds no request_id of the form req_<uuid>",
        b'{"request_id": "req_\\ud800"}': "the body holds no request_id of the form req_<uuid>",
        json.dumps({"request_id": f"{unknown}/../x"}).encode(): "the body holds no request_id of the form req_<uuid>",
    }
    ids = await deliver(host, *expected, json.dumps({"request_id": unknown}))
    assert (await beside.client.search(PAYLOAD))["results"]["search_results"]
    found = await dead_letters(host, len(ids))
    assert found == {
        **{name: ("UnreadableMessage", text) for name, text in zip(ids, expected.values(), strict=False)},
        ids[-1]: ("UnknownRequest", f"there is no search {unknown}"),
    }
    await emptied(beside)


@pytest.mark.parametrize("outage", [{"refuse_connections": True}, {"refuse_sends": True}], ids=str)
async def test_searches_accepted_while_the_queue_is_away_complete_when_it_is_back(beside, outage):
    await beside.parts.broker.set(**outage)
    ids = await asyncio.gather(*(beside.client.submit(PAYLOAD) for _ in range(3)))
    for request_id in ids:
        document = await beside.parts.document(request_id)
        assert (document["status"], document["enqueued_at"]) == ("queued", None)
        code, told, headers = await beside.client.status(request_id)
        assert (code, headers["Retry-After"]) == (202, "2")
        assert told == {
            "request_id": request_id,
            "status": "queued",
            "created_at": document["created_at"],
            "updated_at": document["created_at"],
            "message": "Request is queued. Please poll again.",
            "progress": {"stage": "queued", "percent": 0, "detail": ""},
        }
    await beside.parts.broker.set()
    for request_id in ids:
        _, document, _ = await beside.client.ended(request_id)
        assert document["status"] == "completed"
        assert (await beside.parts.document(request_id))["enqueued_at"]
    assert await beside.parts.asked("overall_analysis") == 3
    await emptied(beside)


async def test_a_search_whose_run_an_operator_stopped_is_closed_with_a_reason(beside):
    request_id = await held(beside)
    await beside.manage("POST", request_id, "/terminate?reason=test")
    code, document, _ = await beside.client.ended(request_id)
    assert (code, document["error"]) == (500, "The search was stopped by an operator")


async def test_a_search_whose_run_is_gone_is_closed_with_a_reason(beside):
    request_id = (await beside.client.search(PAYLOAD))["request_id"]
    await beside.run_ended(request_id)
    await beside.manage("DELETE", request_id)
    # As if the task hub had been lost while it ran.
    await beside.parts.patch(request_id, status="scoring", updated_at="2020-01-01T00:00:00.000Z")
    code, document, _ = await beside.client.ended(request_id)
    assert code == 500
    assert document["error"] == "The search was interrupted and cannot be continued; please send it again"


async def test_a_document_that_others_write_to_all_the_time_is_brought_to_its_end(beside):
    request_id = await held(beside)
    await beside.parts.openai.set()
    written = 0
    while (await beside.parts.document(request_id))["status"] != "completed":
        written += 1
        await beside.parts.patch(request_id, written_by_others=written)
    document = await beside.parts.document(request_id)
    assert written > 1
    assert document["written_by_others"] == written
    assert document["processing_metadata"]["degraded"] == []
    assert len(document["results"]["search_results"]) == 4
