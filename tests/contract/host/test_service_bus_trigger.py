"""The Service Bus trigger: the real host, the real broker, messages sent and looked at with the SDK."""

import asyncio
import json
import socket
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio
from azure.servicebus import ServiceBusMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient

from tests.support.host import APPS, HostDidNotStart, RunningHost, eventually, running_host
from tests.support.servicebus import RunningServiceBus, connection_string, start_servicebus

MAX_DELIVERIES = 3
#: Short, so that a test of what outlives a lock is quick.
LOCK_S = 2.0
QUEUES = [
    {"name": "plain", "lock_duration_s": LOCK_S, "max_delivery_count": MAX_DELIVERIES},
    {"name": "session", "lock_duration_s": LOCK_S, "max_delivery_count": MAX_DELIVERIES, "requires_session": True},
    {"name": "batch", "lock_duration_s": 30, "max_delivery_count": MAX_DELIVERIES},
    {"name": "start", "lock_duration_s": 30, "max_delivery_count": MAX_DELIVERIES},
]
ENV = {f"{queue['name'].upper()}_QUEUE": str(queue["name"]) for queue in QUEUES}
Entry = dict[str, Any]


def order(do: str, n: str, **more: Any) -> ServiceBusMessage:
    return ServiceBusMessage(json.dumps({"do": do, "n": n, **more}), message_id=n)


def fresh() -> str:
    return uuid4().hex


class Setup:
    """A host, the broker that it hears, and the notes of the functions."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.folder = folder
        self.calls = folder / "calls"
        self.connection = connection_string(self._port)
        self.broker: RunningServiceBus | None = None
        self.host: RunningHost

    def start_broker(self) -> None:
        """Start the broker (again), always on the same port and data."""
        self.broker = start_servicebus(self.folder / "broker", QUEUES, port=self._port)

    def stop_broker(self) -> None:
        if self.broker is not None:
            self.broker.stop()

    async def send(self, queue: str, *messages: ServiceBusMessage) -> None:
        """Send the messages together."""
        async with (
            ServiceBusClient.from_connection_string(self.connection) as client,
            client.get_queue_sender(queue) as sender,
        ):
            await sender.send_messages(list(messages))

    async def left(self, queue: str) -> int:
        """Return how many messages the queue holds, locked ones included, dead letters not."""
        assert self.broker is not None
        state = await self.broker.queue(queue)
        return state["active"] + state["locked"]

    async def is_empty(self, queue: str) -> None:
        """Wait until every message is gone from the queue."""

        async def gone() -> bool:
            return not await self.left(queue)

        await eventually(gone)

    def noted(self, **fields: Any) -> list[Entry]:
        """Return the notes with these fields, in order."""
        lines = self.calls.read_text(encoding="utf-8").splitlines() if self.calls.exists() else []
        entries = [json.loads(line) for line in lines if line.endswith("}")]
        return [entry for entry in entries if all(entry.get(key) == value for key, value in fields.items())]

    async def notes(self, number: int = 1, **fields: Any) -> list[Entry]:
        """Return the notes with these fields once there are so many."""

        async def enough() -> bool:
            return len(self.noted(**fields)) >= number

        await eventually(enough)
        return self.noted(**fields)


@asynccontextmanager
async def running(folder: Path, *, with_broker: bool = True, **env: str) -> AsyncGenerator[Setup]:
    """Run a broker and a host of the test's own."""
    setup = Setup(folder)
    env = {**ENV, "BUS": setup.connection, "CALLS": str(setup.calls), **env}
    if with_broker:
        setup.start_broker()
    try:
        async with running_host(APPS / "queues", folder / "host", env) as setup.host:
            yield setup
    finally:
        setup.stop_broker()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def setup(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Setup]:
    async with running(tmp_path_factory.mktemp("queues")) as shared:
        yield shared


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def breakable(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Setup]:
    limit = {"AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls": "2"}
    async with running(tmp_path_factory.mktemp("breakable"), **limit) as shared:
        yield shared


@pytest_asyncio.fixture
async def fragile(breakable: Setup, session: aiohttp.ClientSession) -> Setup:
    """A host of two calls at a time and a broker, both for tests that stop or kill them; whole again for each."""
    if breakable.broker is None or breakable.broker.process.poll() is not None:
        breakable.start_broker()
    try:
        async with session.get(f"{breakable.host.url}/is-there"):
            pass
    except aiohttp.ClientConnectionError:
        await breakable.host.restart()
    return breakable


async def test_message_that_was_handled_leaves_the_queue(setup: Setup) -> None:
    n = fresh()
    await setup.send("plain", order("return", n))
    await setup.notes(event="ended", n=n)
    await setup.is_empty("plain")
    assert len(setup.noted(event="began", n=n)) == 1


async def test_function_sees_what_was_sent(setup: Setup) -> None:
    n = fresh()
    message = order("return", n)
    message.subject, message.application_properties = "of a test", {"number": 3, "text": "é"}
    await setup.send("plain", message)
    (seen,) = await setup.notes(event="ended", n=n)
    assert (seen["id"], seen["subject"], seen["delivery"]) == (n, "of a test", 1)
    assert seen["properties"] == {"number": 3, "text": "é"}


async def test_message_whose_function_raises_comes_again(setup: Setup) -> None:
    n = fresh()
    await setup.send("plain", order("raise", n, times=1))
    await setup.notes(event="ended", n=n)
    await setup.is_empty("plain")
    assert [entry["delivery"] for entry in setup.noted(event="began", n=n)] == [1, 2]
    assert await setup.host.log_lines("ValueError", "refused", n)
    assert await setup.host.log_lines("function=take", "outcome=Failed")


async def dead_letter_reason(setup: Setup, queue: str, n: str) -> str | None:
    async with (
        ServiceBusClient.from_connection_string(setup.connection) as client,
        client.get_queue_receiver(queue, sub_queue=ServiceBusSubQueue.DEAD_LETTER) as receiver,
    ):
        found = [message for message in await receiver.peek_messages(100) if message.message_id == n]
        return found[0].dead_letter_reason if found else None


async def test_message_that_fails_every_time_ends_among_the_dead_letters(setup: Setup) -> None:
    n = fresh()
    await setup.send("plain", order("raise", n))
    await setup.is_empty("plain")
    assert [entry["delivery"] for entry in setup.noted(event="began", n=n)] == [1, 2, 3]
    assert await dead_letter_reason(setup, "plain", n) == "MaxDeliveryCountExceeded"


async def test_message_that_is_no_json_ends_among_the_dead_letters(setup: Setup) -> None:
    n = fresh()
    await setup.send("plain", ServiceBusMessage(b"\xff\x00{", message_id=n))
    await setup.is_empty("plain")
    assert await dead_letter_reason(setup, "plain", n) == "MaxDeliveryCountExceeded"


async def test_locks_of_messages_and_sessions_are_renewed_for_as_long_as_functions_run(
    setup: Setup, tmp_path: Path
) -> None:
    alone, in_session, until = fresh(), fresh(), tmp_path / "let go"
    held = order("hold", in_session, until=str(until))
    held.session_id = in_session
    await setup.send("plain", order("hold", alone, until=str(until)))
    await setup.send("session", held)
    for n in (alone, in_session):
        await setup.notes(event="began", n=n)
    # Time itself is what is tested: past two locks' length each message must still be with its one call.
    await asyncio.sleep(LOCK_S * 2.2)
    until.touch()
    for queue, n in (("plain", alone), ("session", in_session)):
        await setup.notes(event="ended", n=n)
        await setup.is_empty(queue)
        assert len(setup.noted(event="began", n=n)) == 1


async def test_messages_of_a_session_are_handled_in_order_and_sessions_beside_each_other(
    setup: Setup, tmp_path: Path
) -> None:
    until, sessions = tmp_path / "let go", [fresh() for _ in range(3)]
    messages: list[ServiceBusMessage] = []
    for number in range(4):
        for session in sessions:
            do: dict[str, Any] = {"do": "hold", "until": str(until)} if number == 0 else {"do": "return"}
            do = {"do": "raise", "times": 1} if number == 2 else do
            messages.append(ServiceBusMessage(json.dumps({**do, "n": number}), session_id=session))
    await setup.send("session", *messages)
    for session in sessions:  # all of them wait at the same time
        await setup.notes(session=session, event="began")
    assert not any(setup.noted(session=session, event="ended") for session in sessions)
    until.touch()
    for session in sessions:
        await setup.notes(4, session=session, event="ended")
        began = [(entry["n"], entry["delivery"]) for entry in setup.noted(session=session, event="began")]
        assert began == [(0, 1), (1, 1), (2, 1), (2, 2), (3, 1)]


def batches_with(setup: Setup, numbers: Sequence[str]) -> list[Entry]:
    return [entry for entry in setup.noted(event="batch") if set(entry["numbers"]) & set(numbers)]


async def handled(setup: Setup, numbers: Sequence[str], holds: Callable[[Counter[str]], bool]) -> None:
    async def done() -> bool:
        return holds(Counter(n for entry in batches_with(setup, numbers) for n in entry["numbers"]))

    await eventually(done)


async def test_function_of_a_list_gets_many_messages_at_once(setup: Setup) -> None:
    numbers = [fresh() for _ in range(20)]
    await setup.send("batch", *(order("return", n) for n in numbers))
    await handled(setup, numbers, lambda times: times.total() >= len(numbers))
    assert len(batches_with(setup, numbers)) < len(numbers)
    assert [n for entry in batches_with(setup, numbers) for n in entry["ids"]] == numbers
    await setup.is_empty("batch")


async def test_list_whose_function_raises_comes_again_as_a_whole(setup: Setup) -> None:
    numbers = [fresh() for _ in range(3)]
    await setup.send("batch", *(order("raise", n, times=1) for n in numbers))
    await handled(setup, numbers, lambda times: all(times[n] == 2 for n in numbers))
    await setup.is_empty("batch")
    assert {delivery for entry in batches_with(setup, numbers) for delivery in entry["deliveries"]} == {1, 2}


async def test_function_starts_an_orchestration_named_after_its_message(
    setup: Setup, session: aiohttp.ClientSession
) -> None:
    n = fresh()
    await setup.send("start", ServiceBusMessage(json.dumps({"from": "the queue"}), message_id=n))

    async def is_known() -> bool:
        async with session.get(f"{setup.host.management}/instances/{n}") as response:
            return response.status != 404

    await eventually(is_known)
    assert (await setup.host.ended(session, n))["output"] == {"from": "the queue"}


async def test_no_more_calls_run_at_a_time_than_host_json_allows(fragile: Setup, tmp_path: Path) -> None:
    numbers, until = [fresh() for _ in range(6)], tmp_path / "let go"
    await fragile.send("plain", *(order("hold", n, until=str(until)) for n in numbers))

    def of_these(event: str) -> list[str]:
        return [entry["n"] for entry in fragile.noted(event=event) if entry["n"] in numbers]

    async def two_began() -> bool:
        return len(of_these("began")) >= 2

    async def all_ended() -> bool:
        return len(of_these("ended")) >= len(numbers)

    await eventually(two_began)
    until.touch()
    await eventually(all_ended)
    under_way, most = 0, 0
    for entry in fragile.noted():
        if entry["n"] in numbers:
            under_way += 1 if entry["event"] == "began" else -1
            most = max(most, under_way)
    assert most == 2
    assert sorted(of_these("ended")) == sorted(numbers)


async def test_function_over_the_time_limit_fails_and_its_message_comes_again(tmp_path: Path) -> None:
    n = fresh()
    async with running(tmp_path, AzureFunctionsJobHost__functionTimeout="00:00:01") as setup:
        await setup.send("plain", order("hold", n, until=str(tmp_path / "never")))
        assert [entry["delivery"] for entry in await setup.notes(2, event="began", n=n)][:2] == [1, 2]
        assert await setup.host.log_lines("Timeout value of 1 s was exceeded by function: take", n)


async def test_queue_is_heard_again_after_its_broker_was_away(fragile: Setup) -> None:
    first, second, logged = fresh(), fresh(), len(fragile.host.log)

    def lines(*parts: str) -> list[str]:
        return [line for line in fragile.host.log[logged:].splitlines() if all(part in line for part in parts)]

    async def lost() -> bool:
        return bool(lines("WARN", "trying until it can", "queue=plain", "function=take"))

    async def found() -> bool:
        return bool(lines("heard again", "queue=plain"))

    await fragile.send("plain", order("return", first))
    await fragile.notes(event="ended", n=first)
    fragile.stop_broker()
    await eventually(lost)
    fragile.start_broker()
    await eventually(found)
    await fragile.send("plain", order("return", second))
    await fragile.notes(event="ended", n=second)
    await fragile.is_empty("plain")
    assert len(lines("trying until it can", "queue=plain")) == 1


async def test_host_starts_without_the_broker_and_hears_it_once_it_is_there(tmp_path: Path) -> None:
    n = fresh()
    async with running(tmp_path, with_broker=False) as setup:
        await setup.host.log_lines("WARN", "queue=plain", "trying until it can")
        setup.start_broker()
        await setup.send("plain", order("return", n))
        await setup.notes(event="ended", n=n)


async def test_message_in_hand_when_the_host_is_killed_comes_again(fragile: Setup, tmp_path: Path) -> None:
    n, until = fresh(), tmp_path / "let go"
    await fragile.send("plain", order("hold", n, until=str(until)))
    await fragile.notes(event="began", n=n)
    fragile.host.kill()
    until.touch()
    await fragile.host.restart()
    (ended,) = await fragile.notes(event="ended", n=n)
    assert ended["delivery"] == 2
    await fragile.is_empty("plain")


async def test_function_that_ends_soon_is_waited_for_when_the_host_stops(fragile: Setup, tmp_path: Path) -> None:
    n, until = fresh(), tmp_path / "let go"
    await fragile.send("plain", order("hold", n, until=str(until)))
    await fragile.notes(event="began", n=n)
    stopping = asyncio.create_task(asyncio.to_thread(fragile.host.stop))
    until.touch()
    assert await stopping == 0
    assert len(fragile.noted(event="ended", n=n)) == 1
    assert await fragile.left("plain") == 0


async def test_message_whose_function_does_not_end_is_given_back_when_the_host_stops(
    fragile: Setup, tmp_path: Path
) -> None:
    n, until = fresh(), tmp_path / "let go"
    await fragile.send("plain", order("hold", n, until=str(until)))
    await fragile.notes(event="began", n=n)
    assert await asyncio.to_thread(fragile.host.stop) == 0
    assert fragile.broker is not None
    state = await fragile.broker.queue("plain")
    assert (state["active"], state["locked"]) == (1, 0)
    until.touch()
    await fragile.host.restart()
    (ended,) = await fragile.notes(event="ended", n=n)
    assert ended["delivery"] == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", "function take: connection is 'BUS', but no such setting is there"),
        ("Endpoint=sb://localhost", "function take: the setting BUS is no connection string for the queue plain"),
    ],
)
async def test_host_does_not_start_without_a_usable_connection(tmp_path: Path, value: str, text: str) -> None:
    env = {**ENV, "BUS": value, "CALLS": str(tmp_path / "calls")}
    with pytest.raises(HostDidNotStart, match=text) as failed:
        async with running_host(APPS / "queues", tmp_path / "host", env):
            pass
    assert failed.value.code == 1
    assert "Traceback" not in str(failed.value)
