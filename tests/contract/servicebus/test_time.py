"""Schedules, expiry and duplicates."""

from datetime import UTC, datetime, timedelta

import pytest
from azure.servicebus import ServiceBusMessage, ServiceBusMessageState
from azure.servicebus.exceptions import ServiceBusError

from tests.contract.servicebus.conftest import MakeQueue, Queue, nothing_comes, peek, receive, text_of, until


async def test_scheduled_message_comes_at_its_time(queue: Queue):
    sender, receiver = await queue.sender(), await queue.receiver()
    due = datetime.now(UTC) + timedelta(seconds=2)
    (number,) = await sender.schedule_messages(ServiceBusMessage(b"later", message_id="s"), due)
    (peeked,) = await peek(receiver)
    assert (peeked.sequence_number, peeked.state) == (number, ServiceBusMessageState.SCHEDULED)
    (message,) = await receive(receiver)
    assert datetime.now(UTC) >= due
    assert text_of(message) == "later"
    assert message.state is ServiceBusMessageState.ACTIVE
    assert message.sequence_number != number
    assert message.enqueued_time_utc is not None
    assert message.enqueued_time_utc >= due - timedelta(milliseconds=5)
    await receiver.complete_message(message)


async def test_message_that_names_its_time_is_scheduled(queue: Queue):
    sender, receiver = await queue.sender(), await queue.receiver()
    due = datetime.now(UTC) + timedelta(seconds=2)
    await sender.send_messages(ServiceBusMessage(b"later", scheduled_enqueue_time_utc=due))
    await sender.send_messages(ServiceBusMessage(b"sooner"))
    first, second = await receive(receiver, 2)
    assert (text_of(first), text_of(second)) == ("sooner", "later")
    await receiver.complete_message(first)
    await receiver.complete_message(second)


async def test_cancelled_message_never_comes(queue: Queue):
    sender, receiver = await queue.sender(), await queue.receiver()
    due = datetime.now(UTC) + timedelta(seconds=1)
    numbers = await sender.schedule_messages([ServiceBusMessage(b"a"), ServiceBusMessage(b"b")], due)
    await sender.cancel_scheduled_messages(numbers[0])
    (message,) = await receive(receiver)
    assert text_of(message) == "b"
    await receiver.complete_message(message)
    assert await peek(receiver) == []


async def test_message_that_is_not_scheduled_cannot_be_cancelled(make_queue: MakeQueue):
    queue = await make_queue(client_options={"retry_total": 0})
    sender = await queue.sender()
    with pytest.raises(ServiceBusError, match="scheduled"):
        await sender.cancel_scheduled_messages(4711)


async def test_expired_message_is_gone(queue: Queue):
    sender, receiver = await queue.sender(), await queue.receiver()
    await sender.send_messages(ServiceBusMessage(b"short", time_to_live=timedelta(seconds=1)))

    async def gone() -> bool:
        return await peek(receiver) == []

    await until(gone)
    assert await nothing_comes(receiver)
    assert await peek(await queue.dead_letters()) == []


async def test_expired_message_is_dead_lettered_where_the_queue_says_so(make_queue: MakeQueue):
    queue = await make_queue(dead_letter_on_expiry=True, ttl_s=1)
    sender, dead = await queue.sender(), await queue.dead_letters()
    await sender.send_messages(ServiceBusMessage(b"x", time_to_live=timedelta(hours=1)))
    (message,) = await receive(dead)
    assert message.dead_letter_reason == "TTLExpiredException"
    await dead.complete_message(message)


async def test_locked_message_does_not_expire(make_queue: MakeQueue):
    queue = await make_queue(ttl_s=1)
    sender, receiver = await queue.sender(), await queue.receiver()
    await sender.send_messages(ServiceBusMessage(b"x"))
    (message,) = await receive(receiver)
    over = datetime.now(UTC) + timedelta(seconds=1.2)

    async def is_over() -> bool:
        return datetime.now(UTC) > over

    await until(is_over)
    await receiver.complete_message(message)


async def test_second_message_of_an_id_is_dropped(make_queue: MakeQueue):
    queue = await make_queue(duplicate_detection_s=60)
    sender, receiver = await queue.sender(), await queue.receiver()
    await sender.send_messages(ServiceBusMessage(b"first", message_id="same"))
    (message,) = await receive(receiver)
    await receiver.complete_message(message)
    await sender.send_messages(
        [ServiceBusMessage(b"second", message_id="same"), ServiceBusMessage(b"other", message_id="different")]
    )
    (message,) = await receive(receiver)
    assert text_of(message) == "other"
    await receiver.complete_message(message)
    assert await nothing_comes(receiver)


async def test_id_may_come_again_after_the_window(make_queue: MakeQueue, local_only: None):
    queue = await make_queue(duplicate_detection_s=0.3)
    sender, receiver = await queue.sender(), await queue.receiver(receive_mode="receiveanddelete")
    await sender.send_messages(ServiceBusMessage(b"first", message_id="same"))
    await receive(receiver)

    async def accepted() -> bool:
        await sender.send_messages(ServiceBusMessage(b"again", message_id="same"))
        return await peek(receiver) != []

    await until(accepted)


async def test_same_id_is_no_duplicate_where_the_queue_does_not_look(queue: Queue):
    sender, receiver = await queue.sender(), await queue.receiver(receive_mode="receiveanddelete")
    for _ in range(2):
        await sender.send_messages(ServiceBusMessage(b"x", message_id="same"))
    assert len(await receive(receiver, 2)) == 2
