"""How many connections there may be, and how long the broker waits for each. With bounds that a test can wait for."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from local.servicebus.broker.definition import QueueDefinition
from local.servicebus.codec import frames
from local.servicebus.codec.encode import encode
from local.servicebus.codec.performatives import Begin, Flow, Open, Transfer
from local.servicebus.codec.types import Described, ULong
from local.servicebus.limits import Bounds
from local.servicebus.server import Broker, running_broker
from tests.contract.servicebus.conftest import until
from tests.contract.servicebus.test_hostile import Peer, sender
from tests.support.servicebus import connection_string

BOUNDS = Bounds(connections=3, handshake_s=0.5, idle_s=0.8, linger_s=1)


@pytest_asyncio.fixture
async def broker(tmp_path: Path) -> AsyncGenerator[Broker]:
    async with running_broker(tmp_path, [QueueDefinition(name="q")], bounds=BOUNDS) as running:
        yield running


async def test_peer_that_never_opens_is_hung_up_on(broker: Broker):
    def silent() -> bytes:
        with socket.create_connection(("127.0.0.1", broker.port), 10) as peer:
            peer.sendall(frames.SASL_HEADER)
            received = b""
            while data := peer.recv(1000):
                received += data
            return received

    assert (await asyncio.to_thread(silent)).startswith(frames.SASL_HEADER)


async def test_peer_that_falls_silent_is_told_and_hung_up_on(broker: Broker):
    def silent() -> tuple[str, str] | None:
        with Peer(broker.port) as peer:
            peer.opened()
            return peer.end()

    error = await asyncio.to_thread(silent)
    assert error is not None
    assert error[0] == "amqp:connection:forced"


async def test_peer_that_sends_heartbeats_is_kept_and_gets_them_too(broker: Broker):
    def beating() -> int:
        with Peer(broker.port) as peer:
            peer.handshake()
            peer.send(frames.build(0, Open("peer", max_frame_size=65536, idle_time_out=500)))
            peer.until_frames(1)
            end, received = time.monotonic() + 2 * BOUNDS.idle_s, b""
            peer.socket.settimeout(0.1)
            while time.monotonic() < end:
                peer.send(frames.HEARTBEAT)
                try:
                    received += peer.socket.recv(1000)
                except TimeoutError:
                    continue
            peer.socket.settimeout(5)
            peer.send(frames.build(0, Begin(None, 0, 1, 1)))
            while not received.endswith(frames.HEARTBEAT[:4]) and b"\x53\x11" not in received:
                received += peer.socket.recv(1000)
            return received.count(frames.HEARTBEAT)

    assert await asyncio.to_thread(beating) >= 2


async def test_client_that_was_hung_up_on_for_its_silence_comes_back(broker: Broker):
    async def hung_up_on() -> bool:
        return broker.service.stats.connections == 0

    text = connection_string(broker.port)
    async with ServiceBusClient.from_connection_string(text) as client, client.get_queue_sender("q") as sender:
        await sender.send_messages(ServiceBusMessage(b"a"))
        await until(hung_up_on)
        await sender.send_messages(ServiceBusMessage(b"b"))
    assert broker.service.namespace.entity("q").counts()["active"] == 2


async def test_connection_over_the_limit_is_refused_and_others_go_on(broker: Broker):
    def crowd() -> tuple[str, str] | None:
        peers = [Peer(broker.port) for _ in range(3)]
        for peer in peers:
            peer.opened()
        with Peer(broker.port) as late:
            late.handshake()
            late.send(frames.build(0, Open("late")))
            error = late.end()
        peers[0].send(frames.build(1, Begin(None, 0, 1, 1)))
        assert peers[0].until_frames(1)[0][0] == Begin.DESCRIPTOR
        for peer in peers:
            peer.socket.close()
        return error

    error = await asyncio.to_thread(crowd)
    assert error is not None
    assert error[0] == "amqp:resource-limit-exceeded"


async def test_peer_that_goes_on_sending_still_reads_why_it_was_hung_up_on(broker: Broker):
    def talkative() -> tuple[str, str] | None:
        with Peer(broker.port) as peer:
            peer.opened()
            peer.send(b"\xff" * 8)
            for _ in range(200):
                peer.send(b"\xff" * 10_000)
            return peer.end()

    error = await asyncio.to_thread(talkative)
    assert error is not None
    assert error[0] == "amqp:connection:framing-error"


async def test_peer_that_does_not_read_cannot_make_the_broker_hold_its_answers(tmp_path: Path):
    def greedy(port: int) -> None:
        with Peer(port) as peer:
            peer.opened()
            peer.socket.settimeout(1)
            echo = frames.build(0, Flow(0, 1, 0, 1, echo=True))
            try:
                for _ in range(2_000):
                    peer.socket.sendall(echo * 1_000)
            except (TimeoutError, ConnectionError):
                return
            raise AssertionError("the broker took everything and answered into the void")

    async with running_broker(tmp_path, [QueueDefinition(name="q")]) as patient:
        await asyncio.to_thread(greedy, patient.port)


async def test_peer_that_does_not_read_is_hung_up_on_all_the_same(broker: Broker):
    async def gone() -> bool:
        return broker.service.stats.connections == 0

    def deaf() -> Peer:
        peer = Peer(broker.port)
        peer.opened()
        peer.socket.settimeout(0.2)
        with contextlib.suppress(TimeoutError, ConnectionError):
            while True:
                peer.socket.sendall(frames.build(0, Flow(0, 1, 0, 1, echo=True)) * 1_000)
        return peer

    peer = await asyncio.to_thread(deaf)
    await until(gone, 20)
    peer.socket.close()


async def test_answer_that_comes_after_the_broker_has_hung_up_goes_nowhere(
    broker: Broker, caplog: pytest.LogCaptureFixture
):
    def send_and_break() -> tuple[str, str] | None:
        message = encode(Described(ULong(0x75), b"x"))
        with Peer(broker.port) as peer:
            peer.opened()
            peer.send(frames.build(0, sender()))
            peer.until_frames(2)
            transfers = [frames.build(0, Transfer(0, n, b"t", 0), message) for n in range(50)]
            peer.send(*transfers, b"\xff" * 8)
            return peer.end()

    async def all_kept() -> bool:
        return broker.service.namespace.entity("q").counts()["active"] == 50

    error = await asyncio.to_thread(send_and_break)
    assert error is not None
    await until(all_kept)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
