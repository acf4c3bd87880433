"""Service Bus: one queue, with a sender that stays open for as long as the process."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import UUID

from azure.core.credentials_async import AsyncTokenCredential

from shared.clients.azure_errors import translated
from shared.errors import Rejected, Unavailable
from shared.settings import ServiceBus

if TYPE_CHECKING:
    from azure.servicebus import ServiceBusMessage, ServiceBusReceivedMessage
    from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver, ServiceBusSender

_logger = logging.getLogger(__name__)

_SERVICE = "Service Bus"
# One message, with the sender's opening and the SDK's retries. Who waits for it may give up sooner.
_SEND_S = 15.0
_ATTEMPT_S = 5.0
_CLOSE_S = 3.0
# Azure detaches a link that was idle for ten minutes, which the next send finds out and mends by a second attempt.
_RETRIES = 2
_MOST_WAITING = 1000
# Of messages of 1 KB far below the 256 KB that a batch may have.
_MOST_IN_BATCH = 100


@dataclass(frozen=True)
class OutgoingMessage:
    """A message to send. ``message_id``: what a queue with duplicate detection knows it by."""

    body: str
    message_id: str
    session_id: str
    properties: Mapping[str, str | bool]


_Waiting = tuple[OutgoingMessage, "asyncio.Future[None]"]


class ServiceBusQueue:
    """One queue of a namespace. The client is made on the first call: importing its SDK takes a while.

    Sends go one after another: on one sender of azure-servicebus 7.15, sends at the same moment overwrite each
    other's list of pending deliveries, and one that falls out of it is waited for without end. What has gathered while
    one is under way is the next batch.
    """

    def __init__(self, connect: Callable[[], Awaitable["ServiceBusClient"]], name: str) -> None:
        self._connect = connect
        self._name = name
        self._connecting = asyncio.Lock()
        self._client: ServiceBusClient | None = None
        self._sender: ServiceBusSender | None = None
        self._waiting: deque[_Waiting] = deque()
        self._pump: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    async def send(self, message: OutgoingMessage) -> None:
        """Send a message and wait until the queue has it. Giving up leaves the message on its way.

        Raises:
            Unavailable: The queue throttled, did not answer in time or could not be reached.
            Rejected: The connection string cannot be used, or the message is too large.
        """
        if len(self._waiting) >= _MOST_WAITING:
            raise Unavailable(f"{_MOST_WAITING} messages wait for {_SERVICE} already")
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        sent.add_done_callback(_retrieve)
        self._waiting.append((message, sent))
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._send_waiting())
        await asyncio.shield(sent)

    async def dead_letter(self, lock_token: str, reason: str, description: str) -> None:
        """Move a message that somebody has locked to the dead-letter queue, where ``reason`` stands on it.

        Whoever has the token of a lock may settle its message over the management link; sessions excepted.

        Raises:
            Unavailable: The lock is lost, or the queue could not be reached.
            Rejected: ``lock_token`` is no UUID.
        """
        try:
            token = UUID(lock_token)
        except ValueError as error:
            raise Rejected(f"Lock token {lock_token!r} is no UUID") from error
        async with self._receiver() as receiver:
            locked = _message_locked_as(token, receiver)
            await receiver.dead_letter_message(locked, reason=reason, error_description=description)

    async def ping(self) -> None:
        """Raise ``Unavailable`` or ``Rejected`` unless the queue answers. It looks at a message and takes none."""
        async with self._receiver() as receiver:
            await receiver.peek_messages(max_message_count=1)

    @asynccontextmanager
    async def _receiver(self) -> "AsyncGenerator[ServiceBusReceiver]":
        """A receiver that is open for at most ``_SEND_S``."""
        receiver = (await self._connected()).get_queue_receiver(self._name)
        with translated(_SERVICE):
            try:
                async with asyncio.timeout(_SEND_S):
                    await receiver.__aenter__()
                    yield receiver
            finally:
                await _closed(receiver.close)

    async def close(self) -> None:
        """Give up what waits to be sent and close the connection."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        for _, sent in self._waiting:
            sent.cancel()
        self._waiting.clear()
        await asyncio.gather(*self._closing, return_exceptions=True)
        if self._sender is not None:
            await _closed(self._sender.close)
        if self._client is not None:
            await _closed(self._client.close)

    async def _send_waiting(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_IN_BATCH))]
            try:
                await self._send_batch(batch)
            except asyncio.CancelledError:
                for _, sent in batch:
                    sent.cancel()
                raise

    async def _send_batch(self, batch: Sequence[_Waiting]) -> None:
        try:
            await self._send([message for message, _ in batch])
        except Exception as error:  # noqa: BLE001 - whoever waits for these messages gets it and decides
            self._drop_sender()
            if isinstance(error, Unavailable):
                _fail(batch, error)
                self._fail_waiting(error)
            elif len(batch) == 1:
                _fail(batch, error)
            else:
                # What is wrong may be wrong with one message only: each alone.
                for each in batch:
                    await self._send_batch([each])
        else:
            for _, sent in batch:
                sent.set_result(None)

    def _fail_waiting(self, outage: Unavailable) -> None:
        """Tell an outage to all who wait: one after another they would find it out in as many time-outs."""
        _fail([self._waiting.popleft() for _ in range(len(self._waiting))], outage)

    async def _send(self, messages: Sequence[OutgoingMessage]) -> None:
        with translated(_SERVICE):
            async with asyncio.timeout(_SEND_S):
                sender = await self._kept_sender()
                from azure.servicebus.exceptions import MessageSizeExceededError  # loaded with the client

                encoded = [_encoded(message) for message in messages]
                try:
                    # One alone is no batch: the smallest thing on the wire.
                    await sender.send_messages(encoded[0] if len(encoded) == 1 else encoded)
                except MessageSizeExceededError as error:
                    raise Rejected(f"{_SERVICE} takes no message of this size") from error

    async def _kept_sender(self) -> "ServiceBusSender":
        if self._sender is None:
            self._sender = (await self._connected()).get_queue_sender(self._name)
        return self._sender

    async def _connected(self) -> "ServiceBusClient":
        async with self._connecting:
            if self._client is None:
                self._client = await self._connect()
            return self._client

    def _drop_sender(self) -> None:
        """Let the next message open a sender of its own: after an error this one's state is anybody's guess."""
        if self._sender is not None:
            closing = asyncio.create_task(_closed(self._sender.close))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
            self._sender = None


@asynccontextmanager
async def open_queue(
    service: ServiceBus, name: str, credential: AsyncTokenCredential | None
) -> AsyncGenerator[ServiceBusQueue]:
    """Open a queue, signing in with the connection string or with ``credential``; leaving the context closes it."""

    async def connect() -> "ServiceBusClient":
        # In a thread, so that the worker's only event loop goes on meanwhile.
        await asyncio.to_thread(import_module, "azure.servicebus.aio")
        return _client(service, credential)

    queue = ServiceBusQueue(connect, name)
    try:
        yield queue
    finally:
        await queue.close()


def _fail(batch: Sequence[_Waiting], error: Exception) -> None:
    for _, sent in batch:
        # Each its own: one exception raised in many places would gather all their tracebacks.
        own = Unavailable(str(error), error.retry_after_s) if isinstance(error, Unavailable) else error
        sent.set_exception(own)


def _client(service: ServiceBus, credential: AsyncTokenCredential | None) -> "ServiceBusClient":
    from azure.servicebus.aio import ServiceBusClient

    retries: dict[str, Any] = {
        "retry_total": _RETRIES,
        "retry_backoff_factor": 0.1,
        "retry_backoff_max": 1,
        "try_timeout": _ATTEMPT_S,
    }
    try:
        if service.connection_string:
            return ServiceBusClient.from_connection_string(service.connection_string, **retries)
        if service.namespace and credential:
            return ServiceBusClient(service.namespace, credential, **retries)
    except ValueError as error:
        raise Rejected(f"{_SERVICE} cannot be opened with the connection string that is set") from error
    raise Rejected(f"{_SERVICE} needs a connection string, or a namespace and an identity")


def _encoded(message: OutgoingMessage) -> "ServiceBusMessage":
    from azure.servicebus import ServiceBusMessage

    return ServiceBusMessage(
        message.body,
        content_type="application/json",
        message_id=message.message_id,
        session_id=message.session_id,
        application_properties={**message.properties},
    )


def _message_locked_as(token: UUID, receiver: "ServiceBusReceiver") -> "ServiceBusReceivedMessage":
    """Return a message of which the SDK knows nothing but its lock.

    Other SDKs settle by token in public (.NET's ``ServiceBusReceivedMessage.FromAmqpMessage``); this one does it for
    messages that were deferred, which come without a delivery on the receiver's link.
    """
    from azure.servicebus import ServiceBusReceivedMessage
    from azure.servicebus._pyamqp.message import Message

    empty = Message(data=[b""])
    return ServiceBusReceivedMessage(empty, receiver=receiver, lock_token=token, is_deferred_message=True)


async def _closed(close: Callable[[], Awaitable[None]]) -> None:
    """Close, without waiting long for a service that may be gone, and without an error that nobody can act upon."""
    try:
        async with asyncio.timeout(_CLOSE_S):
            await close()
    except Exception:  # the SDK closes by talking to the other end, which may fail in any way
        _logger.debug("closing failed", exc_info=True)


def _retrieve(future: "asyncio.Future[None]") -> None:
    """Take note of an error for which nobody waits any more."""
    if not future.cancelled():
        future.exception()
