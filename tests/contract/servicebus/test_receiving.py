"""Locks, and what becomes of a message that was received."""

import asyncio
from datetime import UTC, datetime

import pytest
from azure.servicebus import ServiceBusMessage, ServiceBusMessageState, ServiceBusReceivedMessage
from azure.servicebus.aio import AutoLockRenewer, ServiceBusReceiver
from azure.servicebus.exceptions import MessageLockLostError, MessageNotFoundError, ServiceBusError

from tests.contract.servicebus.conftest import MakeQueue, Queue, nothing_comes, peek, receive, text_of


async def send(queue: Queue, *texts: str) -> None:
    sender = await queue.sender()
    await sender.send_messages([ServiceBusMessage(text, message_id=text) for text in texts])


async def test_completed_message_is_gone(queue: Queue):
    await send(queue, "a")
    receiver = await queue.receiver()
    (message,) = await receive(receiver)
    await receiver.complete_message(message)
    assert await peek(receiver) == []


async def test_message_that_one_has_comes_to_nobody_else(queue: Queue):
    await send(queue, "a")
    one, other = await queue.receiver(), await queue.receiver()
    (message,) = await receive(one)
    assert await nothing_comes(other)
    await one.complete_message(message)


async def test_abandoned_message_comes_again_before_later_ones_and_counts(queue: Queue):
    await send(queue, "a", "b")
    receiver = await queue.receiver()
    (message,) = await receive(receiver)
    await receiver.abandon_message(message)
    again, later = await receive(receiver, 2)
    assert (text_of(again), again.delivery_count, again.sequence_number) == ("a", 1, message.sequence_number)
    assert (text_of(later), later.delivery_count) == ("b", 0)
    await receiver.complete_message(again)
    await receiver.complete_message(later)


async def test_message_abandoned_too_often_is_dead_lettered(make_queue: MakeQueue):
    queue = await make_queue(max_delivery_count=2)
    await send(queue, "a")
    receiver, dead = await queue.receiver(), await queue.dead_letters()
    for _ in range(2):
        (message,) = await receive(receiver)
        await receiver.abandon_message(message)
    assert await nothing_comes(receiver)
    (message,) = await receive(dead)
    assert text_of(message) == "a"
    assert message.dead_letter_reason == "MaxDeliveryCountExceeded"
    assert message.dead_letter_error_description == "Message could not be consumed after 2 delivery attempts."
    await dead.complete_message(message)


async def test_dead_lettered_message_says_why_and_keeps_its_properties(queue: Queue):
    sender, receiver, dead = await queue.sender(), await queue.receiver(), await queue.dead_letters()
    await sender.send_messages(ServiceBusMessage(b"x", message_id="id", application_properties={"mine": "kept"}))
    (message,) = await receive(receiver)
    await receiver.dead_letter_message(message, reason="bad", error_description="not JSON")
    (buried,) = await receive(dead)
    assert (buried.dead_letter_reason, buried.dead_letter_error_description) == ("bad", "not JSON")
    assert buried.message_id == "id"
    assert buried.application_properties is not None
    assert buried.application_properties[b"mine"] == b"kept"
    await dead.abandon_message(buried)
    (again,) = await receive(dead)
    with pytest.raises(ServiceBusError):
        await dead.dead_letter_message(again)
    assert await nothing_comes(receiver)


async def test_deferred_message_is_received_by_its_number_only(make_queue: MakeQueue):
    queue = await make_queue(client_options={"retry_total": 0})
    await send(queue, "a")
    receiver = await queue.receiver()
    (message,) = await receive(receiver)
    await receiver.defer_message(message)
    assert await nothing_comes(receiver)
    (peeked,) = await peek(receiver)
    assert peeked.state is ServiceBusMessageState.DEFERRED
    assert message.sequence_number is not None
    (deferred,) = await receiver.receive_deferred_messages(message.sequence_number)
    assert (text_of(deferred), deferred.delivery_count) == ("a", 1)
    with pytest.raises(MessageNotFoundError):
        await receiver.receive_deferred_messages(message.sequence_number)
    await receiver.abandon_message(deferred)
    (again,) = await receiver.receive_deferred_messages(message.sequence_number)
    assert again.delivery_count == 2
    await receiver.dead_letter_message(again, reason="tired")
    (buried,) = await receive(await queue.dead_letters())
    assert buried.dead_letter_reason == "tired"


async def test_deferred_messages_are_deleted_as_they_are_received_if_so_asked(queue: Queue):
    await send(queue, "a")
    receiver = await queue.receiver()
    (message,) = await receive(receiver)
    await receiver.defer_message(message)
    deleting = await queue.receiver(receive_mode="receiveanddelete")
    assert message.sequence_number is not None
    (deferred,) = await deleting.receive_deferred_messages(message.sequence_number)
    assert text_of(deferred) == "a"
    assert await peek(receiver) == []


async def test_message_whose_lock_ends_comes_again_and_cannot_be_settled_late(make_queue: MakeQueue, local_only: None):
    queue = await make_queue(lock_duration_s=0.5)
    await send(queue, "a")
    late, receiver = await queue.receiver(), await queue.receiver()
    (message,) = await receive(late)
    (again,) = await receive(receiver)
    assert again.delivery_count == 1
    with pytest.raises(MessageLockLostError):
        await late.complete_message(message)
    assert again.locked_until_utc is not None
    await receiver.complete_message(again)
    assert await peek(receiver) == []


async def test_late_settlement_that_the_client_does_not_catch_is_refused_by_the_broker(
    make_queue: MakeQueue, local_only: None
):
    queue = await make_queue(lock_duration_s=0.5)
    await send(queue, "a")
    late, receiver = await queue.receiver(), await queue.receiver()
    (message,) = await receive(late)
    (again,) = await receive(receiver)
    forget_expiry(message)
    with pytest.raises(MessageLockLostError):
        await late.complete_message(message)
    with pytest.raises(MessageLockLostError):
        await late.renew_message_lock(message)
    await receiver.complete_message(again)


def forget_expiry(message: ServiceBusReceivedMessage) -> None:
    """Make the client take a lock for good that has ended, as one whose clock is slow does."""
    annotations = message.raw_amqp_message.annotations
    assert annotations is not None
    annotations[b"x-opt-locked-until"] = 4_000_000_000_000


async def test_renewed_lock_outlives_its_first_end(make_queue: MakeQueue, local_only: None):
    queue = await make_queue(lock_duration_s=1)
    await send(queue, "a")
    receiver, other = await queue.receiver(), await queue.receiver()
    (message,) = await receive(receiver)
    first_end = message.locked_until_utc
    assert first_end is not None
    while datetime.now(UTC) < first_end:
        assert await receiver.renew_message_lock(message) > first_end
        await asyncio.sleep(0.2)
    assert await nothing_comes(other)
    await receiver.complete_message(message)
    assert await peek(receiver) == []


async def test_locks_are_renewed_in_the_background(make_queue: MakeQueue, local_only: None):
    queue = await make_queue(lock_duration_s=5)
    await send(queue, "a")
    async with AutoLockRenewer() as renewer:
        receiver = await queue.receiver(auto_lock_renewer=renewer)
        (message,) = await receive(receiver)
        first_end = message.locked_until_utc
        assert first_end is not None
        async with asyncio.timeout(10):
            while datetime.now(UTC) < first_end:
                await asyncio.sleep(0.1)
        await receiver.complete_message(message)
    assert await peek(receiver) == []


async def test_message_is_gone_as_it_is_received_if_so_asked(queue: Queue):
    await send(queue, "a", "b")
    receiver = await queue.receiver(receive_mode="receiveanddelete")
    (message,) = await receive(receiver)
    assert text_of(message) == "a"
    (rest,) = await peek(receiver)
    assert text_of(rest) == "b"


async def test_peek_shows_every_message_from_a_number_on_and_leaves_it(queue: Queue):
    await send(queue, "a", "b", "c")
    receiver = await queue.receiver()
    (locked,) = await receive(receiver)
    peeked = await receiver.peek_messages(10, sequence_number=1)
    assert [text_of(message) for message in peeked] == ["a", "b", "c"]
    assert peeked[1].sequence_number is not None
    later = await receiver.peek_messages(10, sequence_number=peeked[1].sequence_number)
    assert [text_of(message) for message in later] == ["b", "c"]
    assert [text_of(message) for message in await receiver.peek_messages(1, sequence_number=1)] == ["a"]
    await receiver.complete_message(locked)


async def test_prefetched_messages_are_free_again_when_their_receiver_closes(queue: Queue):
    await send(queue, *[str(n) for n in range(10)])
    async with queue.client.get_queue_receiver(queue.name, prefetch_count=10) as greedy:
        (first,) = await receive(greedy)
        await greedy.complete_message(first)
    messages = await receive(await queue.receiver(), 9)
    assert [text_of(message) for message in messages] == [str(n) for n in range(1, 10)]
    assert {message.delivery_count for message in messages} == {0}


async def test_message_settled_by_its_token_after_its_receiver_is_gone_is_gone(queue: Queue):
    await send(queue, "a")
    async with queue.client.get_queue_receiver(queue.name) as first:
        (message,) = await receive(first)
    other = await queue.receiver()
    assert await nothing_comes(other)
    message._receiver = other  # pyright: ignore
    await other._settle_message_via_mgmt_link("completed", [message.lock_token])  # pyright: ignore
    assert await peek(other) == []


async def test_competing_receivers_share_messages_without_duplicates(queue: Queue):
    await send(queue, *[str(n) for n in range(200)])
    seen: list[str] = []

    async def drain(receiver: ServiceBusReceiver) -> int:
        own = 0
        while messages := await receiver.receive_messages(10, max_wait_time=1):
            for message in messages:
                seen.append(text_of(message))
                own += 1
                await receiver.complete_message(message)
        return own

    shares = await asyncio.gather(*[drain(await queue.receiver()) for _ in range(4)])
    assert sorted(seen, key=int) == [str(n) for n in range(200)]
    assert all(shares)


async def test_waiting_receiver_gets_a_message_as_it_comes(queue: Queue):
    receiver, sender = await queue.receiver(), await queue.sender()
    waiting = asyncio.create_task(receiver.receive_messages(1, max_wait_time=10))
    await asyncio.sleep(0)
    await sender.send_messages(ServiceBusMessage(b"now"))
    (message,) = await waiting
    assert text_of(message) == "now"
    await receiver.complete_message(message)
