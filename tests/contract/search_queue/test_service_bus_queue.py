"""Our queue client on the broker: what is sent arrives, outages are told apart from bugs and end by themselves."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from azure.servicebus import ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient

from shared.clients.service_bus import OutgoingMessage, open_queue
from shared.errors import Rejected, Unavailable
from shared.settings import ServiceBus
from shared.topology import topology
from tests.support.servicebus import running_servicebus, start_servicebus

QUEUE = topology().queues["search_requests"].name
WAIT_S = 5


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def broker(tmp_path_factory):
    async with running_servicebus(tmp_path_factory.mktemp("servicebus")) as running:
        yield running


@pytest.fixture
async def queue(broker):
    async with opened(broker) as queue:
        yield queue


def opened(broker):
    return open_queue(ServiceBus(broker.connection_string, None), QUEUE, None)


def message(message_id=None, **fields):
    return OutgoingMessage(
        body=json.dumps({"request_id": "r"}),
        message_id=message_id or uuid4().hex,
        session_id="session",
        properties={"user_id": "jöhn", "rerank": True, "has_lab": False} | fields,
    )


@asynccontextmanager
async def receiver(broker, **options):
    async with (
        ServiceBusClient.from_connection_string(broker.connection_string) as client,
        client.get_queue_receiver(QUEUE, **options) as opened_receiver,
    ):
        yield opened_receiver


async def received(broker, count, **options):
    """Receive and complete ``count`` messages, by id."""
    found = {}
    async with receiver(broker, **options) as open_receiver:
        while len(found) < count:
            batch = await open_receiver.receive_messages(count - len(found), max_wait_time=WAIT_S)
            assert batch, f"{len(found)} of {count} messages came"
            for each in batch:
                found[each.message_id] = each
                await open_receiver.complete_message(each)
    return found


async def test_a_message_arrives_as_the_spec_writes_it(broker, queue):
    sent = message()
    await queue.send(sent)
    arrived = (await received(broker, 1))[sent.message_id]
    assert json.loads(str(arrived)) == {"request_id": "r"}
    assert (arrived.content_type, arrived.session_id) == ("application/json", "session")
    properties = {key.decode(): value for key, value in arrived.application_properties.items()}
    properties["user_id"] = properties["user_id"].decode()
    assert properties == {"user_id": "jöhn", "rerank": True, "has_lab": False}


async def test_many_messages_at_once_all_arrive_once(broker, queue):
    sent = [message() for _ in range(200)]
    await asyncio.gather(*(queue.send(each) for each in sent))
    assert (await broker.queue(QUEUE))["active"] == 200
    assert (await received(broker, 200)).keys() == {each.message_id for each in sent}


async def test_messages_that_gather_while_one_is_sent_travel_in_one_batch(broker, queue):
    await queue.send(message())
    await received(broker, 1)
    ids = [uuid4().hex for _ in range(130)]
    await asyncio.gather(*(queue.send(message(id_)) for id_ in ids))
    assert list(await received(broker, len(ids))) == ids


async def test_a_message_that_is_refused_takes_no_other_of_its_batch_along(broker, queue):
    good = [message() for _ in range(3)]
    too_large = replace(message(), body="x" * 2_000_000)
    ends = await asyncio.gather(*map(queue.send, [good[0], good[1], too_large, good[2]]), return_exceptions=True)
    assert [end is None for end in ends] == [True, True, False, True]
    assert set(await received(broker, 3)) == {each.message_id for each in good}


async def test_the_same_message_twice_is_one(broker, queue):
    sent = message()
    await queue.send(sent)
    await queue.send(sent)
    assert (await broker.queue(QUEUE))["active"] == 1
    await received(broker, 1)


async def test_one_connection_serves_every_message(broker, queue):
    await queue.send(message())
    before = await broker.stats()
    for _ in range(5):
        await queue.send(message())
    after = await broker.stats()
    assert before["connections"] == after["connections"]
    await received(broker, 6)


async def test_who_gives_up_leaves_the_message_on_its_way(broker, queue):
    sent = message()
    waiting = asyncio.create_task(queue.send(sent))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await received(broker, 1)).keys() == {sent.message_id}


async def test_a_broker_that_is_away_is_unavailable_and_back_again_without_us(tmp_path):
    running = await asyncio.to_thread(start_servicebus, tmp_path)
    port = running.port
    try:
        async with opened(running) as queue:
            await queue.send(message())
            running.kill()
            with pytest.raises(Unavailable, match="Service Bus"):
                await queue.send(message())
            running = await asyncio.to_thread(start_servicebus, tmp_path, port=port)
            sent = message()
            async with asyncio.timeout(20):
                while True:
                    try:
                        await queue.send(sent)
                        break
                    except Unavailable:
                        await asyncio.sleep(0.05)
            assert sent.message_id in await received(running, 2)
    finally:
        await asyncio.to_thread(running.stop)


async def test_nobody_at_the_address_is_unavailable(unused_tcp_port):
    string = f"Endpoint=sb://127.0.0.1:{unused_tcp_port};SharedAccessKeyName=n;SharedAccessKey=a2V5;UseDevelopmentEmulator=true"
    async with open_queue(ServiceBus(string, None), QUEUE, None) as queue:
        outcomes = await asyncio.gather(*(queue.send(message()) for _ in range(50)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * 50


async def test_a_busy_queue_is_tried_again_before_it_is_unavailable(broker, queue):
    sent = message()
    await broker.set_faults(fail_next_sends=1)
    await queue.send(sent)
    assert (await received(broker, 1)).keys() == {sent.message_id}
    await broker.set_faults(refuse_sends=True)
    try:
        with pytest.raises(Unavailable, match="busy"):
            await queue.send(message())
    finally:
        await broker.set_faults()


@pytest.mark.parametrize("string", ["Endpoint=sb://127.0.0.1", "Endpoint=sb://a;SharedAccessKey=", "nonsense", None])
async def test_a_connection_string_that_cannot_be_used_is_rejected_without_being_told(string):
    async with open_queue(ServiceBus(string, None), QUEUE, None) as queue:
        with pytest.raises(Rejected) as caught:
            await queue.send(message())
    assert not string or string not in str(caught.value)


async def test_a_queue_that_was_never_used_closes_at_once(broker):
    async with opened(broker):
        pass


async def test_closing_gives_up_what_waits(unused_tcp_port):
    string = f"Endpoint=sb://127.0.0.1:{unused_tcp_port};SharedAccessKeyName=n;SharedAccessKey=a2V5;UseDevelopmentEmulator=true"
    async with open_queue(ServiceBus(string, None), QUEUE, None) as queue:
        waiting = [asyncio.create_task(queue.send(message())) for _ in range(3)]
        await asyncio.sleep(0)
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(outcome, asyncio.CancelledError | Unavailable) for outcome in outcomes)


async def test_a_message_that_somebody_else_has_locked_is_dead_lettered_with_its_reason(broker, queue):
    sent = message()
    await queue.send(sent)
    async with receiver(broker) as locking:
        (locked,) = await locking.receive_messages(1, max_wait_time=WAIT_S)
        await queue.dead_letter(str(locked.lock_token), "UnreadableMessage", "the body is no JSON")
        assert await locking.peek_messages(1) == []
    dead = (await received(broker, 1, sub_queue=ServiceBusSubQueue.DEAD_LETTER))[sent.message_id]
    assert (dead.dead_letter_reason, dead.dead_letter_error_description) == ("UnreadableMessage", "the body is no JSON")


async def test_a_lock_that_is_lost_is_unavailable(queue):
    with pytest.raises(Unavailable, match="lock"):
        await queue.dead_letter(str(UUID(int=7)), "reason", "description")


async def test_a_token_that_is_none_is_rejected(queue):
    with pytest.raises(Rejected, match="no UUID"):
        await queue.dead_letter("token", "reason", "description")
