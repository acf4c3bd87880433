"""Queues under test: of a broker in this process, or of the namespace that SERVICEBUS_CONTRACT_CONNECTION names."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver, ServiceBusSender
from azure.servicebus.aio.management import ServiceBusAdministrationClient

from local.servicebus.broker.definition import QueueDefinition
from local.servicebus.server import Broker, running_broker
from tests.support.servicebus import KEY, connection_string

REMOTE = os.environ.get("SERVICEBUS_CONTRACT_CONNECTION")
WAIT_S = 5.0
# Waiting in vain takes this long; the SDK polls in steps of 0.1 s.
NOTHING_S = 0.4


@dataclass(frozen=True)
class Queue:
    """A queue, a client of its namespace, and the broker behind it when that is a local one."""

    name: str
    client: ServiceBusClient
    connection_string: str
    stack: AsyncExitStack
    broker: Broker | None = None

    async def sender(self) -> ServiceBusSender:
        return await self.stack.enter_async_context(self.client.get_queue_sender(self.name))

    async def receiver(self, **options: Any) -> ServiceBusReceiver:
        return await self.stack.enter_async_context(self.client.get_queue_receiver(self.name, **options))

    async def dead_letters(self) -> ServiceBusReceiver:
        return await self.receiver(sub_queue="deadletter")


MakeQueue = Callable[..., Awaitable[Queue]]


@pytest_asyncio.fixture
async def make_queue(tmp_path: Path) -> AsyncGenerator[MakeQueue]:
    """Makes a queue; settings are those of ``QueueDefinition``, others those of the client."""
    async with AsyncExitStack() as stack:

        async def make(*, client_options: dict[str, Any] | None = None, **settings: Any) -> Queue:
            definition = QueueDefinition(name=f"contract-{uuid4().hex[:12]}", **settings)
            broker: Broker | None = None
            if REMOTE:
                await _create_remote(definition, stack)
                text = REMOTE
            else:
                folder = tmp_path / definition.name
                broker = await stack.enter_async_context(running_broker(folder, [definition], KEY))
                text = connection_string(broker.port)
            client = ServiceBusClient.from_connection_string(text, **(client_options or {}))
            await stack.enter_async_context(client)
            return Queue(definition.name, client, text, stack, broker)

        yield make


@pytest_asyncio.fixture
async def queue(make_queue: MakeQueue) -> Queue:
    return await make_queue()


@pytest.fixture
def local_only() -> None:
    """For what would take minutes, or a lock shorter than Azure has it."""
    if REMOTE:
        pytest.skip("about the local broker alone")


async def _create_remote(definition: QueueDefinition, stack: AsyncExitStack) -> None:
    assert REMOTE is not None
    administration = ServiceBusAdministrationClient.from_connection_string(REMOTE)
    await stack.enter_async_context(administration)
    ttl = None if definition.ttl_s is None else timedelta(seconds=definition.ttl_s)
    window = definition.duplicate_detection_s
    await administration.create_queue(
        definition.name,
        lock_duration=timedelta(seconds=definition.lock_duration_s),
        max_delivery_count=definition.max_delivery_count,
        requires_session=definition.requires_session,
        default_message_time_to_live=ttl,
        dead_lettering_on_message_expiration=definition.dead_letter_on_expiry,
        requires_duplicate_detection=bool(window),
        duplicate_detection_history_time_window=timedelta(seconds=window) if window else None,
    )
    stack.push_async_callback(administration.delete_queue, definition.name)


async def receive(receiver: ServiceBusReceiver, count: int = 1) -> list[ServiceBusReceivedMessage]:
    """Receive exactly ``count`` messages, in as many calls as it takes."""
    messages: list[ServiceBusReceivedMessage] = []
    deadline = time.monotonic() + WAIT_S
    while len(messages) < count and time.monotonic() < deadline:
        messages += await receiver.receive_messages(count - len(messages), max_wait_time=WAIT_S)
    assert len(messages) == count, f"{len(messages)} of {count} messages came"
    return messages


async def nothing_comes(receiver: ServiceBusReceiver) -> bool:
    return not await receiver.receive_messages(1, max_wait_time=NOTHING_S)


async def peek(receiver: ServiceBusReceiver) -> list[ServiceBusReceivedMessage]:
    """Return all that is in the queue, whoever has it. Left alone, the SDK peeks from what it received last."""
    return await receiver.peek_messages(100, sequence_number=1)


def text_of(message: ServiceBusReceivedMessage) -> str:
    return b"".join(message.body).decode()


async def until(condition: Callable[[], Awaitable[bool]], wait_s: float = WAIT_S) -> None:
    """Return when ``condition`` holds."""
    async with asyncio.timeout(wait_s):
        while not await condition():
            await asyncio.sleep(0.05)
