"""The broker as a process: what outlives it, its switches and counters, and what it says when it cannot start."""

import asyncio
import contextlib
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from azure.core.exceptions import ClientAuthenticationError, ResourceNotFoundError
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import HttpRequest
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.aio.management import ServiceBusAdministrationClient
from azure.servicebus.exceptions import MessageLockLostError, ServiceBusError, ServiceBusServerBusyError

from tests.contract.servicebus.conftest import nothing_comes, peek, receive, text_of, until
from tests.support.endpoint_process import REPOSITORY
from tests.support.servicebus import (
    KEY,
    KEY_NAME,
    RunningServiceBus,
    running_servicebus,
    start_servicebus,
)

PLAIN = {"name": "plain", "lock_duration_s": 30, "duplicate_detection_s": 600}
SESSIONS = {"name": "sessions", "requires_session": True}


def client_of(running: RunningServiceBus, **options: Any) -> ServiceBusClient:
    return ServiceBusClient.from_connection_string(running.connection_string, **options)


async def test_queues_are_those_of_the_topology_unless_others_are_named(tmp_path: Path):
    async with running_servicebus(tmp_path) as running:
        assert "search-requests" in (await running.stats())["queues"]


async def test_acknowledged_messages_outlive_a_kill_in_their_state(tmp_path: Path):
    due = datetime.now(UTC) + timedelta(hours=1)
    async with running_servicebus(tmp_path, [PLAIN]) as first, client_of(first) as client:
        sender, receiver = client.get_queue_sender("plain"), client.get_queue_receiver("plain")
        await sender.send_messages([ServiceBusMessage(str(n), message_id=f"id-{n}") for n in range(6)])
        await sender.schedule_messages(ServiceBusMessage(b"later"), due)
        completed, buried, deferred, abandoned, _locked = await receive(receiver, 5)
        await receiver.complete_message(completed)
        await receiver.dead_letter_message(buried, reason="bad")
        await receiver.defer_message(deferred)
        await receiver.abandon_message(abandoned)
        first.kill()
    async with running_servicebus(tmp_path, [PLAIN]) as second, client_of(second) as client:
        sender, receiver = client.get_queue_sender("plain"), client.get_queue_receiver("plain")
        messages = await receive(receiver, 3)
        assert [(text_of(m), m.delivery_count) for m in messages] == [("3", 1), ("4", 0), ("5", 0)]
        assert deferred.sequence_number is not None
        (again,) = await receiver.receive_deferred_messages(deferred.sequence_number)
        assert text_of(again) == "2"
        states = [(text_of(m), m.state.name) for m in await peek(receiver)]
        assert ("later", "SCHEDULED") in states
        assert len(states) == 5
        (dead,) = await receive(client.get_queue_receiver("plain", sub_queue="deadletter"))
        assert (text_of(dead), dead.dead_letter_reason) == ("1", "bad")
        await sender.send_messages([ServiceBusMessage(b"dup", message_id="id-0"), ServiceBusMessage(b"new")])
        (new,) = await receive(receiver)
        assert text_of(new) == "new"
        assert new.sequence_number is not None
        assert new.sequence_number > max(m.sequence_number for m in messages if m.sequence_number)
        for message in [*messages, again, new]:
            await receiver.complete_message(message)
        await receiver.close()
        await sender.close()


async def test_thousand_acknowledged_sends_outlive_a_kill(tmp_path: Path):
    acknowledged: list[int] = []
    async with running_servicebus(tmp_path, [PLAIN]) as first, client_of(first, retry_total=0) as client:
        sender = client.get_queue_sender("plain")

        async def send_all() -> None:
            for n in range(1000):
                await sender.send_messages(ServiceBusMessage(str(n)))
                acknowledged.append(n)

        sending = asyncio.create_task(send_all())
        await until(lambda: enough(acknowledged, 200), 30)
        first.kill()
        with contextlib.suppress(ServiceBusError):
            await sending
    async with running_servicebus(tmp_path, [PLAIN]) as second, client_of(second) as client:
        count = (await second.queue("plain"))["active"]
        async with client.get_queue_receiver("plain", receive_mode="receiveanddelete", prefetch_count=100) as receiver:
            kept = {int(text_of(message)) for message in await receive(receiver, count)}
    assert set(acknowledged) <= kept
    assert len(kept) - len(acknowledged) <= 1


async def enough(items: list[int], count: int) -> bool:
    return len(items) >= count


async def test_session_state_outlives_a_kill(tmp_path: Path):
    async with running_servicebus(tmp_path, [SESSIONS]) as first, client_of(first) as client:
        async with client.get_queue_receiver("sessions", session_id="one") as receiver:
            await receiver.session.set_state(b"step 1")
        await client.get_queue_sender("sessions").send_messages(ServiceBusMessage(b"x", session_id="one"))
        first.kill()
    async with (
        running_servicebus(tmp_path, [SESSIONS]) as second,
        client_of(second) as client,
        client.get_queue_receiver("sessions", session_id=NEXT_AVAILABLE_SESSION, max_wait_time=5) as receiver,
    ):
        assert receiver.session.session_id == "one"
        assert await receiver.session.get_state() == b"step 1"


async def test_message_held_when_the_broker_was_killed_comes_again_and_its_old_lock_is_lost(tmp_path: Path):
    running = await asyncio.to_thread(start_servicebus, tmp_path, [PLAIN])
    port = running.port
    async with client_of(running) as client:
        async with client.get_queue_sender("plain") as sender:
            await sender.send_messages(ServiceBusMessage(b"x"))
        receiver = client.get_queue_receiver("plain")
        (message,) = await receive(receiver)
        running.kill()
        async with running_servicebus(tmp_path, [PLAIN], port=port):
            with pytest.raises(MessageLockLostError):
                await receiver.complete_message(message)
            (again,) = await receive(receiver)
            await receiver.complete_message(again)
            await receiver.close()


async def test_sender_and_receiver_go_on_after_the_broker_was_started_again(tmp_path: Path):
    running = await asyncio.to_thread(start_servicebus, tmp_path, [PLAIN])
    port = running.port
    async with client_of(running) as client:
        sender, receiver = client.get_queue_sender("plain"), client.get_queue_receiver("plain")
        await sender.send_messages(ServiceBusMessage(b"before"))
        await asyncio.to_thread(running.stop)
        async with running_servicebus(tmp_path, [PLAIN], port=port):
            await sender.send_messages(ServiceBusMessage(b"after"))
            messages = await receive(receiver, 2)
            assert [text_of(message) for message in messages] == ["before", "after"]
            await receiver.close()
            await sender.close()


async def test_refused_connections_are_cut_and_come_back(tmp_path: Path):
    async with running_servicebus(tmp_path, [PLAIN]) as running, client_of(running, retry_total=0) as client:
        sender = client.get_queue_sender("plain")
        await sender.send_messages(ServiceBusMessage(b"a"))
        await running.set_faults(refuse_connections=True)
        with pytest.raises(ServiceBusError):
            await sender.send_messages(ServiceBusMessage(b"b"))
        assert (await running.stats())["connections"] == 0
        await running.set_faults()
        await sender.send_messages(ServiceBusMessage(b"c"))
        assert (await running.queue("plain"))["active"] == 2


async def test_refused_sends_are_busy_until_the_switch_is_off(tmp_path: Path):
    async with running_servicebus(tmp_path, [PLAIN]) as running, client_of(running, retry_total=0) as client:
        sender = client.get_queue_sender("plain")
        await running.set_faults(refuse_sends=True)
        with pytest.raises(ServiceBusServerBusyError):
            await sender.send_messages(ServiceBusMessage(b"a"))
        await running.set_faults(fail_next_sends=1)
        with pytest.raises(ServiceBusServerBusyError):
            await sender.send_messages(ServiceBusMessage(b"b"))
        await sender.send_messages(ServiceBusMessage(b"c"))
        stats = await running.stats()
        assert (stats["sent"], stats["refused_sends"]) == (1, 2)


async def test_settlement_that_is_lost_brings_the_message_again(tmp_path: Path):
    async with running_servicebus(tmp_path, [PLAIN]) as running, client_of(running) as client:
        await client.get_queue_sender("plain").send_messages(ServiceBusMessage(b"a"))
        receiver = client.get_queue_receiver("plain")
        (message,) = await receive(receiver)
        await running.set_faults(lose_next_settlements=1)
        with pytest.raises(MessageLockLostError):
            await receiver.complete_message(message)
        (again,) = await receive(receiver)
        assert again.delivery_count == 1
        await receiver.complete_message(again)
        assert await nothing_comes(receiver)
        await receiver.close()


async def test_latency_is_added_to_the_answer_of_a_send(tmp_path: Path):
    async with running_servicebus(tmp_path, [PLAIN]) as running, client_of(running) as client:
        sender = client.get_queue_sender("plain")
        await sender.send_messages(ServiceBusMessage(b"a"))
        await running.set_faults(latency_ms=600_000)
        sending = asyncio.create_task(sender.send_messages(ServiceBusMessage(b"b")))

        async def kept() -> bool:
            return (await running.queue("plain"))["active"] == 2

        await until(kept)
        assert not sending.done()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def test_counters_and_switches_over_http(tmp_path: Path):
    async with running_servicebus(tmp_path, [PLAIN]) as running, aiohttp.ClientSession() as session:
        faults = f"{running.control_url}/_faults"
        async with session.put(faults, json={"latency_ms": -1, "unknown": 1}) as response:
            assert response.status == 400
            text = await response.text()
            assert "latency_ms" in text
            assert "unknown" in text
        async with session.put(faults, json={"refuse_sends": True}) as response:
            assert (await response.json())["refuse_sends"] is True
        async with session.delete(faults) as response:
            assert (await response.json())["refuse_sends"] is False
        async with session.get(f"{running.control_url}/health") as response:
            assert response.status == 200
        async with client_of(running) as client:
            await client.get_queue_sender("plain").send_messages(ServiceBusMessage(b"abc"))
        queue = await running.queue("plain")
        assert queue.pop("bytes") > 0
        assert queue == {"active": 1, "locked": 0, "deferred": 0, "scheduled": 0, "dead_lettered": 0}
        async with session.delete(f"{running.control_url}/_stats") as response:
            assert (await response.json())["sent"] == 0


class PlainHttp(AioHttpTransport):
    """The administration client asks over https whatever the address."""

    async def send(self, request: HttpRequest, **options: Any) -> Any:
        request.url = request.url.replace("https://", "http://", 1)
        return await super().send(request, **options)


def administration(running: RunningServiceBus, key: str = KEY) -> ServiceBusAdministrationClient:
    host = running.control_url.removeprefix("http://")
    text = f"Endpoint=sb://{host};SharedAccessKeyName={KEY_NAME};SharedAccessKey={key}"
    return ServiceBusAdministrationClient.from_connection_string(text, transport=PlainHttp())


async def test_administration_client_reads_settings_and_counts(tmp_path: Path):
    async with running_servicebus(tmp_path, [PLAIN]) as running, client_of(running) as client:
        sender = client.get_queue_sender("plain")
        await sender.send_messages([ServiceBusMessage(b"a"), ServiceBusMessage(b"b")])
        await sender.schedule_messages(ServiceBusMessage(b"c"), datetime.now(UTC) + timedelta(hours=1))
        async with client.get_queue_receiver("plain") as receiver:
            (message,) = await receive(receiver)
            await receiver.dead_letter_message(message)
        async with administration(running) as asked:
            counts = await asked.get_queue_runtime_properties("plain")
            assert (counts.active_message_count, counts.dead_letter_message_count) == (1, 1)
            assert (counts.scheduled_message_count, counts.total_message_count) == (1, 3)
            settings = await asked.get_queue("plain")
            assert settings.lock_duration == timedelta(seconds=30)
            assert settings.requires_duplicate_detection
            with pytest.raises(ResourceNotFoundError):
                await asked.get_queue_runtime_properties("nowhere")
        async with administration(running, "d3Jvbmc=") as stranger:
            with pytest.raises(ClientAuthenticationError):
                await stranger.get_queue_runtime_properties("plain")


async def test_stop_signal_ends_it_cleanly(tmp_path: Path):
    running = await asyncio.to_thread(start_servicebus, tmp_path, [PLAIN])
    async with client_of(running) as client:
        await client.get_queue_sender("plain").send_messages(ServiceBusMessage(b"x"))
        assert await asyncio.to_thread(running.stop) == 0


def start(*options: str, data: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "local.servicebus", "--data", str(data), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=REPOSITORY)


async def test_busy_port_is_named_with_its_holder(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = await asyncio.to_thread(start, "--port", str(port), data=tmp_path)
    assert ended.returncode == 1
    assert f"127.0.0.1:{port}" in ended.stderr
    assert "pid" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


async def test_second_broker_on_the_same_folder_is_refused(tmp_path: Path):
    async with running_servicebus(tmp_path, [PLAIN]) as first:
        ended = await asyncio.to_thread(start, "--port", "0", data=tmp_path)
    assert ended.returncode == 1
    assert f"(process {first.process.pid})" in ended.stderr


async def test_open_address_without_a_key_is_refused(tmp_path: Path):
    ended = await asyncio.to_thread(start, "--host", "0.0.0.0", "--port", "0", data=tmp_path)
    assert ended.returncode == 1
    assert "--key" in ended.stderr


@pytest.mark.parametrize(
    ("queues", "expected"),
    [
        ("[{name: 'a b'}]", "0.name"),
        ("[{name: a, lock_duration_s: 900}]", "lock_duration_s"),
        ("[", "queues.yaml"),
        ("a: 1", "list"),
    ],
)
async def test_wrong_queues_are_named(tmp_path: Path, queues: str, expected: str):
    file = tmp_path / "queues.yaml"
    file.write_text(queues)
    ended = await asyncio.to_thread(start, "--port", "0", "--queues", str(file), data=tmp_path)
    assert ended.returncode == 1
    assert expected in ended.stderr
    assert "Traceback" not in ended.stderr


async def test_file_that_is_no_database_is_named(tmp_path: Path):
    (tmp_path / "servicebus.sqlite").write_bytes(b"no database at all, but long enough to be looked at" * 50)
    ended = await asyncio.to_thread(start, "--port", "0", data=tmp_path)
    assert ended.returncode == 1
    assert "servicebus.sqlite" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_interrupt_ends_it_cleanly(tmp_path: Path):
    running = start_servicebus(tmp_path, [PLAIN])
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(15) == 0
