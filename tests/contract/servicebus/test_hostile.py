"""Peers that do not keep to the protocol: each ends its own connection, with a reason, and nothing else."""

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import Generator

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from local.servicebus.codec import frames
from local.servicebus.codec.encode import encode
from local.servicebus.codec.performatives import (
    Attach,
    Begin,
    Close,
    Detach,
    Disposition,
    End,
    Flow,
    Open,
    SaslInit,
    Source,
    Target,
    Transfer,
)
from local.servicebus.codec.records import Record, descriptor_of
from local.servicebus.codec.types import Described, Map, Symbol, UInt, ULong, Value
from tests.support.servicebus import RunningServiceBus, start_servicebus

ANSWER_S = 10.0
HEALTH = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningServiceBus]:
    folder = tmp_path_factory.mktemp("hostile")
    broker = start_servicebus(folder, [{"name": "q"}], key="")
    yield broker
    assert broker.stop() == 0
    assert "Traceback" not in (folder / "servicebus.log").read_text()


class Peer:
    """A client of our own making, which may send anything."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), ANSWER_S)
        self._buffer = frames.FrameBuffer(10_000_000)

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_details: object) -> None:
        self.socket.close()

    def send(self, *parts: bytes) -> None:
        # The broker may hang up before it has read everything.
        with contextlib.suppress(ConnectionError):
            self.socket.sendall(b"".join(parts))

    def handshake(self) -> None:
        """Get to where an open frame is due."""
        init = frames.build(0, SaslInit("ANONYMOUS"), kind=frames.SASL)
        self.send(frames.SASL_HEADER, init, frames.AMQP_HEADER)
        self._read(frames.HEADER_BYTES)
        assert [descriptor for descriptor, _ in self.until_frames(2)] == [0x40, 0x44]
        self._read(frames.HEADER_BYTES)

    def opened(self) -> None:
        """Get to where a session has begun."""
        self.handshake()
        self.send(frames.build(0, Open("peer", max_frame_size=65536)), frames.build(0, Begin(None, 0, 5000, 5000)))
        assert [descriptor for descriptor, _ in self.until_frames(2)] == [Open.DESCRIPTOR, Begin.DESCRIPTOR]

    def until_frames(self, count: int) -> list[tuple[int, list[Value]]]:
        """Read ``count`` frames: the descriptor and the fields of each."""
        found: list[tuple[int, list[Value]]] = []
        while len(found) < count:
            frame = self._buffer.frame()
            if frame is None:
                data = self.socket.recv(65536)
                assert data, f"the broker hung up after {found}"
                self._buffer.feed(data)
            elif frame.body:
                body, _ = frames.parse_body(frame.body)
                assert isinstance(body.value, list)
                found.append((descriptor_of(body), body.value))
        return found

    def end(self) -> tuple[str, str] | None:
        """Read until the broker hangs up; returns the error of its close frame, None when it said nothing."""
        error: tuple[str, str] | None = None
        while True:
            frame = self._buffer.frame()
            if frame is not None:
                error = _close_error(frame) or error
                continue
            try:
                data = self.socket.recv(65536)
            except ConnectionError:
                return error
            if not data:
                return error
            self._buffer.feed(data)

    def _read(self, size: int) -> None:
        while (header := self._buffer.header()) is None:
            self._buffer.feed(self.socket.recv(size))
        assert header.startswith(b"AMQP")


def _close_error(frame: frames.Frame) -> tuple[str, str] | None:
    if not frame.body:
        return None
    body, _ = frames.parse_body(frame.body)
    if descriptor_of(body) != Close.DESCRIPTOR or not isinstance(body.value, list) or not body.value:
        return None
    error = body.value[0]
    assert isinstance(error, Described)
    assert isinstance(error.value, list)
    return str(error.value[0]), str(error.value[1])


def healthy(running: RunningServiceBus) -> None:
    """The broker still serves whoever keeps to the protocol."""
    assert running.process.poll() is None
    with Peer(running.port) as peer:
        peer.opened()
        peer.send(frames.build(0, sender()))
        assert peer.until_frames(1)[0][0] == Attach.DESCRIPTOR


def sender(handle: int = 0) -> Attach:
    return Attach("s", handle, False, 0, 0, Source("here").to_value(), Target("q").to_value(), None, False, 0)


def receiver(handle: int = 1, **filters: Value) -> Attach:
    source = Source("q", filter=Map(tuple((Symbol(k), v) for k, v in filters.items())) if filters else None)
    return Attach("r", handle, True, 0, 1, source.to_value(), Target("here").to_value())


def raw_frame(body: bytes, channel: int = 0, kind: int = 0, offset: int = 2) -> bytes:
    return struct.pack(">IBBH", 8 + len(body), offset, kind, channel) + body


BEFORE_OPEN = [
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"AMQP\x00\x01\x00\x00",
    b"AMQP\x03\x00\x09\x01",
    frames.SASL_HEADER + b"\x00\x00\x00\x00\x00\x00\x00\x00",
    frames.SASL_HEADER + b"\xff" * 64,
    frames.SASL_HEADER + frames.build(0, SaslInit("PLAIN", b"\0a\0b"), kind=frames.SASL),
    frames.SASL_HEADER + frames.build(0, SaslInit("ANONYMOUS")),
    frames.SASL_HEADER + frames.build(0, Open("x"), kind=frames.SASL),
]


@pytest.mark.parametrize("data", BEFORE_OPEN, ids=range(len(BEFORE_OPEN)))
def test_peer_that_speaks_something_else_is_hung_up_on(running: RunningServiceBus, data: bytes):
    with Peer(running.port) as peer:
        peer.send(data)
        while True:
            try:
                if not peer.socket.recv(65536):
                    break
            except ConnectionError:
                break
    healthy(running)


BODIES: list[tuple[bytes, str]] = [
    (b"\x00", "amqp:decode-error"),
    (b"\x40", "amqp:decode-error"),
    (b"\x00\x53\x10\x99", "amqp:decode-error"),
    (b"\x00\x53\x10\xd0\xff\xff\xff\xff\xff\xff\xff\xff", "amqp:decode-error"),
    (b"\x00\x53\x10\xd0\x00\x00\x00\x04\xff\xff\xff\xff", "amqp:decode-error"),
    (b"\x00\x53\x10\xc0\x05\x01\xb1\xff\xff\xff\xff", "amqp:decode-error"),
    (b"\x00\x53\x10\xc0\x04\x01\xa1\x01\xff", "amqp:decode-error"),
    (b"\x00" * 3000, "amqp:decode-error"),
    (b"\x00\x53\x10" + b"\xc0\x02\x01" * 3000, "amqp:decode-error"),
    (b"\x00\x53\x10\xf0\x00\x00\x00\x05\xff\xff\xff\xff\x40", "amqp:decode-error"),
    (b"\x00\x53\x10\x45", "amqp:invalid-field"),
    (b"\x00\x53\x11\x45", "amqp:illegal-state"),
    (encode(Described(ULong(0x10), [True])), "amqp:invalid-field"),
    (encode(Described(ULong(0x10), ["x", None, UInt(100)])), "amqp:invalid-field"),
    (encode(Described(ULong(0x10), ["x", *[None] * 20])), "amqp:decode-error"),
]


@pytest.mark.parametrize(("body", "condition"), BODIES, ids=range(len(BODIES)))
def test_body_that_is_no_open_ends_the_connection_with_a_reason(
    running: RunningServiceBus, body: bytes, condition: str
):
    with Peer(running.port) as peer:
        peer.handshake()
        peer.send(raw_frame(body))
        error = peer.end()
    assert error is not None
    assert error[0] == condition
    assert "Traceback" not in error[1]
    healthy(running)


FRAMES: list[tuple[list[bytes], str]] = [
    ([struct.pack(">IBBH", 7, 2, 0, 0)], "amqp:connection:framing-error"),
    ([struct.pack(">IBBH", 65_537, 2, 0, 0)], "amqp:connection:framing-error"),
    ([struct.pack(">IBBH", 0xFFFFFFFF, 2, 0, 0)], "amqp:connection:framing-error"),
    ([raw_frame(b"\x40" * 8, offset=1)], "amqp:connection:framing-error"),
    ([raw_frame(b"\x40" * 8, offset=255)], "amqp:connection:framing-error"),
    ([raw_frame(encode(Close().to_value()), kind=1)], "amqp:connection:framing-error"),
    ([frames.build(7, End())], "amqp:illegal-state"),
    ([frames.build(0, Begin(None, 0, 1, 1))], "amqp:illegal-state"),
    ([frames.build(60_000, Begin(None, 0, 1, 1))], "amqp:resource-limit-exceeded"),
    ([raw_frame(encode(Described(ULong(0x77), [])))], "amqp:not-implemented"),
    ([raw_frame(encode(Described(Symbol("x:y"), [])))], "amqp:not-implemented"),
    ([raw_frame(encode(Described(ULong(0x12), [UInt(1)])))], "amqp:invalid-field"),
    ([frames.build(0, sender()), frames.build(0, Transfer(0))], "amqp:invalid-field"),
    ([frames.build(0, Disposition(True, 0, 5, True, Described(ULong(0x25), Map())))], "amqp:decode-error"),
]


@pytest.mark.parametrize(("sent", "condition"), FRAMES, ids=range(len(FRAMES)))
def test_frame_that_cannot_be_ends_the_connection_with_a_reason(
    running: RunningServiceBus, sent: list[bytes], condition: str
):
    with Peer(running.port) as peer:
        peer.opened()
        peer.send(*sent)
        error = peer.end()
    assert error is not None
    assert error[0] == condition
    healthy(running)


SESSION_FRAMES: list[tuple[Record, str]] = [
    (Transfer(9, 0, b"t", 0), "amqp:session:unattached-handle"),
    (Flow(0, 1, 0, 1, handle=9, delivery_count=0, link_credit=1), "amqp:session:unattached-handle"),
    (sender(handle=300), "amqp:resource-limit-exceeded"),
]


@pytest.mark.parametrize(("record", "condition"), SESSION_FRAMES, ids=range(len(SESSION_FRAMES)))
def test_frame_that_breaks_its_session_ends_that_and_no_other(
    running: RunningServiceBus, record: Record, condition: str
):
    with Peer(running.port) as peer:
        peer.opened()
        peer.send(frames.build(1, Begin(None, 0, 10, 10)), frames.build(0, record))
        (begun, _), (ended, fields) = peer.until_frames(2)
        assert (begun, ended) == (Begin.DESCRIPTOR, End.DESCRIPTOR)
        assert isinstance(fields[0], Described)
        assert isinstance(fields[0].value, list)
        assert fields[0].value[0] == condition
        peer.send(frames.build(1, sender()))
        assert peer.until_frames(1)[0][0] == Attach.DESCRIPTOR


MESSAGES = [
    b"\x00",
    b"\x00\x53\x75\xa0\xff",
    b"\x00\x53\x75\x40",
    b"\x00\x53\x73\x40",
    b"\x00\x53\x74\x45",
    b"\x00\x53\x75\xa0\x01x\x00\x53\x73\x45",
    b"\x00\x53\x79\x45",
    b"\x00\x53\x77" + b"\xc0\x02\x01" * 200,
    encode(Described(ULong(0x73), ["x" * 129])),
    encode(Described(ULong(0x73), [*[None] * 10, "s" * 129])),
    encode(Described(ULong(0x72), [])),
    b"no message",
]


@pytest.mark.parametrize("message", MESSAGES, ids=range(len(MESSAGES)))
def test_message_that_is_none_is_rejected_and_its_sender_goes_on(running: RunningServiceBus, message: bytes):
    with Peer(running.port) as peer:
        peer.opened()
        peer.send(frames.build(0, sender()))
        assert [d for d, _ in peer.until_frames(2)] == [Attach.DESCRIPTOR, Flow.DESCRIPTOR]
        for number, payload in enumerate([message, encode(Described(ULong(0x75), b"good"))]):
            peer.send(frames.build(0, Transfer(0, number, b"t", 0), payload))
        (_, rejected), (_, accepted) = peer.until_frames(2)
        assert isinstance(rejected[4], Described)
        assert isinstance(accepted[4], Described)
        assert (descriptor_of(rejected[4]), descriptor_of(accepted[4])) == (0x25, 0x24)


def test_batch_with_one_bad_message_is_rejected_whole(running: RunningServiceBus):
    good, bad = encode(Described(ULong(0x75), b"good")), b"\x00\x53\x73\x40"
    batch = b"".join(encode(Described(ULong(0x75), message)) for message in (good, bad))
    with Peer(running.port) as peer:
        peer.opened()
        peer.send(frames.build(0, sender()), frames.build(0, Transfer(0, 0, b"t", 0x80013700), batch))
        *_, (_, fields) = peer.until_frames(3)
        assert isinstance(fields[4], Described)
        assert descriptor_of(fields[4]) == 0x25


def test_credit_that_is_not_there_cannot_be_used(running: RunningServiceBus):
    payload = encode(Described(ULong(0x75), b"x"))
    with Peer(running.port) as peer:
        peer.opened()
        peer.send(frames.build(0, Attach("s", 0, False, 0, 0, None, Target("$cbs").to_value(), None, False, 0)))
        peer.until_frames(2)
        peer.send(*[frames.build(0, Transfer(0, n, b"t", 0, settled=True), payload) for n in range(3)])
        (descriptor, fields) = peer.until_frames(1)[0]
        # The first one ends the link: nobody would get the answer. What was under way is for a link that is not there.
        assert descriptor == 0x16
        assert fields[1] is True


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(0, 2**32 - 1).map(UInt)
    | st.integers(0, 2**64 - 1).map(ULong)
    | st.text(max_size=20)
    | st.text(st.characters(max_codepoint=127), max_size=20).map(Symbol)
    | st.binary(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.lists(st.tuples(inner, inner), max_size=3).map(lambda pairs: Map(tuple(pairs)))
        | st.builds(Described, inner, inner)
    ),
    max_leaves=10,
)
performatives = st.builds(
    lambda descriptor, fields, payload, channel: raw_frame(
        encode(Described(ULong(descriptor), fields)) + payload, channel
    ),
    st.integers(0x10, 0x18),
    st.lists(values, max_size=12),
    st.binary(max_size=50),
    st.integers(0, 3),
)
numbers = st.integers(0, 2**32 - 1) | st.integers(0, 12)
handles = st.integers(0, 3)
outcomes = st.sampled_from([Described(ULong(code), []) for code in range(0x23, 0x28)]) | st.builds(
    lambda code, fields: Described(ULong(code), fields), st.integers(0x23, 0x28), st.lists(values, max_size=3)
)
maybe = st.none() | numbers
well_formed = st.one_of(
    st.builds(Flow, maybe, numbers, numbers, numbers, st.none() | handles, maybe, maybe, maybe, st.booleans()),
    st.builds(Disposition, st.booleans(), numbers, maybe, st.booleans(), st.none() | outcomes),
    st.builds(
        Transfer, handles, maybe, st.none() | st.binary(max_size=40), maybe, st.booleans(), st.booleans(), st.none()
    ),
    st.builds(Detach, handles, st.booleans()),
    st.builds(
        lambda handle, role, snd, rcv, address: Attach(
            "n", handle, role, snd, rcv, Source(address).to_value(), Target(address).to_value(), None, False, 0
        ),
        handles,
        st.booleans(),
        st.integers(0, 2),
        st.integers(0, 1),
        st.sampled_from(["q", "q/$management", "$cbs", "q/$DeadLetterQueue", "", "nowhere", None]),
    ),
    st.builds(Begin, st.none(), numbers, numbers, numbers),
    st.just(End()),
)
anything = st.one_of(
    performatives,
    st.builds(frames.build, st.integers(0, 1), well_formed, st.binary(max_size=30)),
    st.binary(max_size=100).map(raw_frame),
    st.binary(max_size=60),
    st.sampled_from(
        [
            frames.build(0, sender()),
            frames.build(0, receiver()),
            frames.build(0, Flow(0, 10, 0, 10, 1, 0, 5)),
            frames.build(0, Transfer(0, 0, b"t", 0), encode(Described(ULong(0x75), b"x"))),
            frames.build(0, Disposition(True, 0, 100, False, Described(ULong(0x24), []))),
            frames.HEARTBEAT,
        ]
    ),
)


@HEALTH
@given(st.lists(anything, min_size=1, max_size=8))
@example([frames.build(0, receiver()), frames.build(0, Flow(0, 10, 0, 10, 1, 0, 2**32 - 1, drain=True))])
@example([frames.build(0, receiver()), frames.build(0, Flow(None, 0, 0, 0, 1, None, None, echo=True))])
def test_whatever_a_peer_sends_the_broker_finds_no_bug_in_itself(running: RunningServiceBus, sent: list[bytes]):
    with Peer(running.port) as peer:
        peer.opened()
        peer.send(*sent, frames.build(0, Close()))
        with contextlib.suppress(ConnectionError):
            peer.socket.shutdown(socket.SHUT_WR)
        error = peer.end()
    assert error is None or error[0] != "amqp:internal-error"
    assert running.process.poll() is None


@HEALTH
@given(st.integers(0, 2**32))
def test_damaged_frames_find_no_bug_either(running: RunningServiceBus, seed: int):
    chance = random.Random(seed)
    sent = bytearray(
        frames.build(0, sender())
        + frames.build(0, receiver(**{"com.microsoft:session-filter": None}))
        + frames.build(0, Transfer(0, 0, b"tag", 0), encode(Described(ULong(0x75), b"x" * 50)))
        + frames.build(0, Flow(0, 10, 0, 10, 1, 0, 5))
    )
    for _ in range(chance.randint(1, 6)):
        sent[chance.randrange(len(sent))] = chance.randrange(256)
    with Peer(running.port) as peer:
        peer.opened()
        peer.send(bytes(sent))
        with contextlib.suppress(ConnectionError):
            peer.socket.shutdown(socket.SHUT_WR)
        error = peer.end()
    assert error is None or error[0] != "amqp:internal-error"


async def test_others_go_on_while_one_peer_misbehaves(running: RunningServiceBus):
    async with ServiceBusClient.from_connection_string(running.connection_string) as client:
        connected = client.get_queue_sender("q")
        await connected.send_messages(ServiceBusMessage(b"before"))
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(b"\xff" * 1000)
        await reader.read()
        writer.close()
        await connected.send_messages(ServiceBusMessage(b"after"))
