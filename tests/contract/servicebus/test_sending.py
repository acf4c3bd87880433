"""What is sent is what is received, byte for byte and type for type."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from azure.servicebus import ServiceBusClient as SyncClient
from azure.servicebus import ServiceBusMessage
from azure.servicebus.amqp import AmqpAnnotatedMessage, AmqpMessageProperties
from azure.servicebus.exceptions import MessageSizeExceededError, MessagingEntityNotFoundError, ServiceBusError

from tests.contract.servicebus.conftest import MakeQueue, Queue, nothing_comes, receive, text_of


async def test_message_arrives_with_all_its_properties(queue: Queue):
    sender, receiver = await queue.sender(), await queue.receiver()
    sent_at = datetime.now(UTC)
    await sender.send_messages(
        ServiceBusMessage(
            b'{"k": 5}',
            message_id="id-1",
            session_id="session-1",
            correlation_id="correlation-1",
            subject="search",
            content_type="application/json",
            to="somebody",
            reply_to="answers",
            reply_to_session_id="session-2",
            time_to_live=timedelta(minutes=5),
            application_properties={"text": "ü", "number": 7, "yes": True, "ratio": 0.5, "id": UUID(int=1)},
        )
    )
    (message,) = await receive(receiver)
    assert text_of(message) == '{"k": 5}'
    assert (message.message_id, message.session_id, message.correlation_id) == ("id-1", "session-1", "correlation-1")
    assert (message.subject, message.content_type) == ("search", "application/json")
    assert (message.to, message.reply_to, message.reply_to_session_id) == ("somebody", "answers", "session-2")
    assert message.application_properties == {
        b"text": "ü".encode(),
        b"number": 7,
        b"yes": True,
        b"ratio": 0.5,
        b"id": UUID(int=1),
    }
    assert message.time_to_live == timedelta(minutes=5)
    assert message.delivery_count == 0
    assert message.enqueued_time_utc is not None
    assert abs(message.enqueued_time_utc - sent_at) < timedelta(minutes=1)
    assert message.locked_until_utc is not None
    assert message.locked_until_utc > message.enqueued_time_utc
    await receiver.complete_message(message)


async def test_messages_of_a_list_and_of_a_batch_come_in_order_with_rising_sequence_numbers(queue: Queue):
    sender, receiver = await queue.sender(), await queue.receiver()
    await sender.send_messages([ServiceBusMessage(str(n)) for n in range(5)])
    batch = await sender.create_message_batch()
    for n in range(5, 10):
        batch.add_message(ServiceBusMessage(str(n), message_id=f"id-{n}"))
    await sender.send_messages(batch)
    messages = await receive(receiver, 10)
    assert [text_of(message) for message in messages] == [str(n) for n in range(10)]
    numbers = [message.sequence_number for message in messages]
    assert numbers == sorted(set(numbers), key=int)
    assert messages[7].message_id == "id-7"
    for message in messages:
        await receiver.complete_message(message)


async def test_message_of_many_frames_arrives_whole(queue: Queue):
    sender, receiver = await queue.sender(), await queue.receiver()
    body = bytes(range(256)) * 800
    await sender.send_messages([ServiceBusMessage(body), ServiceBusMessage(b"next")])
    first, second = await receive(receiver, 2)
    assert b"".join(first.body) == body
    assert text_of(second) == "next"
    await receiver.complete_message(first)
    await receiver.complete_message(second)


async def test_message_over_the_limit_is_refused_and_the_sender_goes_on(queue: Queue):
    sender, receiver = await queue.sender(), await queue.receiver()
    with pytest.raises(MessageSizeExceededError):
        await sender.send_messages(ServiceBusMessage(b"x" * 262_144))
    await sender.send_messages(ServiceBusMessage(b"small"))
    (message,) = await receive(receiver)
    assert text_of(message) == "small"
    await receiver.complete_message(message)


async def test_batch_is_full_at_the_limit_that_the_broker_names(queue: Queue):
    sender = await queue.sender()
    batch = await sender.create_message_batch()
    assert batch.max_size_in_bytes == 262_144
    for _ in range(2):
        batch.add_message(ServiceBusMessage(b"x" * 100_000))
    with pytest.raises(MessageSizeExceededError):
        batch.add_message(ServiceBusMessage(b"x" * 100_000))


@pytest.mark.parametrize("body", [{"value_body": {b"a": [1, None, 2.5]}}, {"sequence_body": [[1, b"b"], [3]]}])
async def test_bodies_that_are_no_data_pass_through(queue: Queue, body: dict[str, object]):
    sender, receiver = await queue.sender(), await queue.receiver()
    await sender.send_messages(AmqpAnnotatedMessage(**body, properties=AmqpMessageProperties(message_id=b"raw")))
    (message,) = await receive(receiver)
    received = message.raw_amqp_message.body
    assert (received if "value_body" in body else list(received)) == next(iter(body.values()))
    await receiver.complete_message(message)


async def test_message_without_a_body_arrives(queue: Queue):
    sender, receiver = await queue.sender(), await queue.receiver()
    await sender.send_messages(ServiceBusMessage(b"", message_id="empty"))
    (message,) = await receive(receiver)
    assert message.message_id == "empty"
    await receiver.complete_message(message)


async def test_annotations_of_the_sender_are_kept_and_those_of_the_broker_cannot_be_forged(queue: Queue):
    sender, receiver = await queue.sender(), await queue.receiver()
    message = ServiceBusMessage(b"x", partition_key="part")
    message.raw_amqp_message.annotations = {
        b"x-opt-partition-key": "part",
        b"x-mine": "kept",
        b"x-opt-message-state": 2,
    }
    await sender.send_messages(message)
    (received,) = await receive(receiver)
    assert received.partition_key == "part"
    annotations = received.raw_amqp_message.annotations
    assert annotations is not None
    assert annotations[b"x-mine"] == b"kept"
    assert received.state.value == 0
    await receiver.complete_message(received)


async def test_unknown_queue_is_not_found(make_queue: MakeQueue):
    queue = await make_queue(client_options={"retry_total": 0})
    with pytest.raises(MessagingEntityNotFoundError, match="nowhere"):
        await queue.client.get_queue_sender("nowhere").send_messages(ServiceBusMessage(b"x"))
    with pytest.raises(MessagingEntityNotFoundError):
        await queue.client.get_queue_receiver("nowhere").receive_messages(1, max_wait_time=1)


async def test_nothing_can_be_sent_to_dead_letters(make_queue: MakeQueue):
    queue = await make_queue(client_options={"retry_total": 0})
    with pytest.raises(ServiceBusError):
        await queue.client.get_queue_sender(f"{queue.name}/$DeadLetterQueue").send_messages(ServiceBusMessage(b"x"))


async def test_sends_from_several_senders_at_once_lose_none(queue: Queue):
    # One sender is not to be shared by coroutines: on Python 3.13 the SDK then sends messages several times.
    receiver = await queue.receiver(receive_mode="receiveanddelete", prefetch_count=100)
    senders = [await queue.sender() for _ in range(4)]

    async def send_all(index: int) -> None:
        for n in range(index, 400, 4):
            await senders[index].send_messages(ServiceBusMessage(str(n)))

    await asyncio.gather(*[send_all(index) for index in range(4)])
    received = [text_of(message) for message in await receive(receiver, 400)]
    assert sorted(received, key=int) == [str(n) for n in range(400)]
    assert await nothing_comes(receiver)


async def test_the_client_without_asyncio_sends_and_receives(queue: Queue):
    def both() -> str:
        with SyncClient.from_connection_string(queue.connection_string) as client:
            with client.get_queue_sender(queue.name) as sender:
                sender.send_messages(ServiceBusMessage(b"sync"))
            with client.get_queue_receiver(queue.name) as receiver:
                (message,) = receiver.receive_messages(1, max_wait_time=5)
                receiver.complete_message(message)
                return text_of(message)  # pyright: ignore[reportArgumentType]

    assert await asyncio.to_thread(both) == "sync"
