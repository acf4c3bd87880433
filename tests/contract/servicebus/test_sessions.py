"""Sessions: one receiver at a time, in order, with a state."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusMessage
from azure.servicebus.exceptions import (
    OperationTimeoutError,
    ServiceBusError,
    SessionCannotBeLockedError,
    SessionLockLostError,
)

from tests.contract.servicebus.conftest import MakeQueue, Queue, nothing_comes, peek, receive, text_of


@pytest_asyncio.fixture
async def queue(make_queue: MakeQueue) -> Queue:
    return await make_queue(requires_session=True, client_options={"retry_total": 0})


async def send(queue: Queue, session: str, *texts: str) -> None:
    sender = await queue.sender()
    await sender.send_messages([ServiceBusMessage(text, session_id=session) for text in texts])


async def test_receiver_of_a_session_gets_its_messages_alone_and_in_order(queue: Queue):
    await send(queue, "one", "1a", "1b")
    await send(queue, "two", "2a")
    receiver = await queue.receiver(session_id="one")
    messages = await receive(receiver, 2)
    assert [text_of(message) for message in messages] == ["1a", "1b"]
    assert {message.session_id for message in messages} == {"one"}
    assert await nothing_comes(receiver)
    for message in messages:
        await receiver.complete_message(message)


async def test_next_available_session_is_the_one_whose_message_waits_longest(queue: Queue):
    await send(queue, "one", "1a")
    await send(queue, "two", "2a")
    first = await queue.receiver(session_id=NEXT_AVAILABLE_SESSION, max_wait_time=5)
    second = await queue.receiver(session_id=NEXT_AVAILABLE_SESSION, max_wait_time=5)
    assert (first.session.session_id, second.session.session_id) == ("one", "two")
    assert text_of((await receive(second))[0]) == "2a"


async def test_who_waits_for_any_session_gets_the_one_that_comes(queue: Queue):
    waiting = asyncio.create_task(queue.receiver(session_id=NEXT_AVAILABLE_SESSION, max_wait_time=10))
    done, _ = await asyncio.wait({waiting}, timeout=1)
    assert not done
    await send(queue, "late", "x")
    got = await waiting
    assert got.session.session_id == "late"
    (message,) = await receive(got)
    await got.complete_message(message)


async def test_waiting_for_a_session_ends_when_none_comes(queue: Queue):
    with pytest.raises(OperationTimeoutError):
        await queue.receiver(session_id=NEXT_AVAILABLE_SESSION, max_wait_time=1)


async def test_message_that_comes_to_an_open_session_is_delivered(queue: Queue):
    receiver = await queue.receiver(session_id="one")
    waiting = asyncio.create_task(receiver.receive_messages(1, max_wait_time=10))
    await send(queue, "one", "now")
    (message,) = await waiting
    assert text_of(message) == "now"
    await receiver.complete_message(message)


async def test_session_that_one_has_cannot_be_had_by_another(queue: Queue):
    await send(queue, "one", "x")
    await queue.receiver(session_id="one")
    with pytest.raises(SessionCannotBeLockedError):
        await queue.receiver(session_id="one")


async def test_closed_session_goes_to_the_next_and_its_messages_count_no_failure(queue: Queue):
    await send(queue, "one", "x")
    async with queue.client.get_queue_receiver(queue.name, session_id="one") as first:
        await receive(first)
    second = await queue.receiver(session_id="one")
    (message,) = await receive(second)
    assert (text_of(message), message.delivery_count) == ("x", 0)
    await second.complete_message(message)


async def test_session_keeps_a_state_between_receivers(queue: Queue):
    async with queue.client.get_queue_receiver(queue.name, session_id="one") as first:
        assert await first.session.get_state() is None
        await first.session.set_state(b"step 1")
    second = await queue.receiver(session_id="one")
    assert await second.session.get_state() == b"step 1"
    await second.session.set_state(None)
    assert await second.session.get_state() is None


async def test_state_over_the_limit_is_refused(queue: Queue):
    receiver = await queue.receiver(session_id="one")
    with pytest.raises(ServiceBusError):
        await receiver.session.set_state(b"x" * 262_145)


async def test_renewed_session_outlives_its_first_end(make_queue: MakeQueue, local_only: None):
    queue = await make_queue(requires_session=True, lock_duration_s=1)
    await send(queue, "one", "x")
    receiver = await queue.receiver(session_id="one")
    (message,) = await receive(receiver)
    first_end = receiver.session.locked_until_utc
    assert first_end is not None
    assert datetime.now(UTC) < first_end < datetime.now(UTC) + timedelta(seconds=1.1)
    while datetime.now(UTC) < first_end:
        assert await receiver.session.renew_lock() > first_end
        await asyncio.sleep(0.2)
    await receiver.complete_message(message)


async def test_session_whose_lock_ends_is_lost_and_its_messages_count_a_failure(
    make_queue: MakeQueue, local_only: None
):
    queue = await make_queue(requires_session=True, lock_duration_s=0.5, client_options={"retry_total": 0})
    await send(queue, "one", "x")
    late = await queue.receiver(session_id="one")
    (message,) = await receive(late)
    receiver = await queue.receiver(session_id=NEXT_AVAILABLE_SESSION, max_wait_time=5)
    (again,) = await receive(receiver)
    assert (text_of(again), again.delivery_count) == ("x", 1)
    await receiver.complete_message(again)
    with pytest.raises(SessionLockLostError):
        await late.complete_message(message)


async def test_abandoned_message_of_a_session_comes_again_to_its_receiver(queue: Queue):
    await send(queue, "one", "a", "b")
    receiver = await queue.receiver(session_id="one")
    (message,) = await receive(receiver)
    await receiver.abandon_message(message)
    again, _ = await receive(receiver, 2)
    assert (text_of(again), again.delivery_count) == ("a", 1)


async def test_deferred_message_of_a_session_is_received_by_its_number(queue: Queue):
    await send(queue, "one", "a")
    receiver = await queue.receiver(session_id="one")
    (message,) = await receive(receiver)
    await receiver.defer_message(message)
    assert message.sequence_number is not None
    (deferred,) = await receiver.receive_deferred_messages(message.sequence_number)
    await receiver.complete_message(deferred)
    assert await peek(receiver) == []


async def test_dead_letters_of_a_queue_with_sessions_have_none(queue: Queue):
    await send(queue, "one", "a")
    receiver = await queue.receiver(session_id="one")
    (message,) = await receive(receiver)
    await receiver.dead_letter_message(message, reason="bad")
    (buried,) = await receive(await queue.dead_letters())
    assert (buried.session_id, buried.dead_letter_reason) == ("one", "bad")


async def test_sessions_are_listed_that_have_messages_or_a_state(queue: Queue):
    await send(queue, "one", "a")
    async with queue.client.get_queue_receiver(queue.name, session_id="two") as receiver:
        await receiver.session.set_state(b"s")
    async with queue.client.get_queue_receiver(queue.name, session_id="three"):
        pass
    assert sorted([s async for s in queue.client.list_queue_sessions(queue.name)]) == ["one", "two"]


async def test_message_without_a_session_is_refused(queue: Queue):
    sender = await queue.sender()
    with pytest.raises(ServiceBusError, match="session"):
        await sender.send_messages(ServiceBusMessage(b"x"))


async def test_receiver_without_a_session_is_refused(queue: Queue):
    with pytest.raises(ServiceBusError, match="sessions"):
        await queue.receiver()


async def test_receiver_of_a_session_is_refused_where_there_are_none(make_queue: MakeQueue):
    plain = await make_queue(client_options={"retry_total": 0})
    with pytest.raises(ServiceBusError, match="sessionful"):
        await plain.receiver(session_id="one")
