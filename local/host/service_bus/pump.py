"""One link to a queue or a session: messages come in, calls go out, outcomes go back.

The SDK reads a connection from whichever coroutine waits on it, and two that wait hold each other up by 0.2 s at a
time. So one task does everything on a link, one after the other: settle what has ended, renew what is due, receive.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusReceiver
from azure.servicebus.exceptions import MessageLockLostError, MessageNotFoundError

from local.host.service_bus.binding import QueueBinding
from local.host.service_bus.function_calls import CallSlots, FunctionCalls, Messages
from local.host.service_bus.locks import Lock
from local.host.service_bus.stopping import Stopping

log = logging.getLogger("local.host.servicebus")

#: How long one receive waits while there is nothing else to do: what a stop waits for.
IDLE_WAIT_S = 0.5
#: The same while calls run, whose outcomes are to go back. The SDK looks at the time every 0.2 s.
BUSY_WAIT_S = 0.05
#: A batch is called with what came within this time of its first message.
GATHER_S = 0.5
#: What may happen to one message without its link being at fault.
MESSAGE_IS_GONE = (MessageLockLostError, MessageNotFoundError)


@dataclass(frozen=True)
class Terms:
    """How messages are taken from a link.

    ``batch``: most messages per call. ``renew_s``: for how long locks are renewed: None for as long as it takes, 0 not
    at all. ``idle_s``: a session without a message for so long is left.
    """

    batch: int
    renew_s: float | None
    idle_s: float | None = None


@dataclass(frozen=True)
class Delivery:
    """Messages whose call is under way."""

    messages: Messages
    call: "asyncio.Future[bool]"
    lock: Lock | None

    @property
    def succeeded(self) -> bool:
        """Whether the call has ended well."""
        return self.call.done() and not self.call.cancelled() and self.call.result()


class Pump:
    """Hands the messages of one open receiver to calls, as many at a time as there are slots."""

    def __init__(self, receiver: ServiceBusReceiver, binding: QueueBinding, calls: FunctionCalls, slots: CallSlots,
                 terms: Terms, stopping: Stopping) -> None:  # fmt: skip
        self._receiver = receiver
        self._binding = binding
        self._calls = calls
        self._slots = slots
        self._terms = terms
        self._stopping = stopping
        self._under_way: list[Delivery] = []
        self._session_lock = self._lock_of_session() if binding.sessions else None
        self._last_message = time.monotonic()

    @property
    def under_way(self) -> int:
        """Messages that have been handed to a call and are not settled."""
        return sum(len(delivery.messages) for delivery in self._under_way)

    async def run(self) -> None:
        """Work until told to stop, or until the session has been idle for long enough.

        Raises:
            Exception: The link is lost, for whatever reason the SDK gives. What is under way comes again.
        """
        while True:
            await self._settle_ended()
            await self._renew_due()
            if self._stopping.overdue:
                await self._give_back()
                return
            if not self._under_way and (self._stopping.asked or self._is_idle()):
                return
            if self._stopping.asked or self._slots.full:
                await self._wait_for_an_end()
            else:
                await self._receive()

    def _is_idle(self) -> bool:
        return self._terms.idle_s is not None and time.monotonic() - self._last_message >= self._terms.idle_s

    async def _receive(self) -> None:
        wait_s = BUSY_WAIT_S if self._under_way else IDLE_WAIT_S
        messages = await self._receiver.receive_messages(1, max_wait_time=wait_s)
        if not messages:
            return
        self._last_message = time.monotonic()
        await self._gather(messages)
        call = self._calls.start(messages)
        self._slots.take(call)
        self._under_way.append(Delivery(messages, call, self._lock_of_message(messages)))

    async def _gather(self, messages: list[ServiceBusReceivedMessage]) -> None:
        """Add what else is there at once, up to a batch."""
        # One by one: credit for many that is left over when a receive ends brings messages that nobody takes, which the
        # SDK hands back, and the broker then delivers behind younger ones.
        while len(messages) < self._terms.batch and time.monotonic() - self._last_message < GATHER_S:
            more = await self._receiver.receive_messages(1, max_wait_time=BUSY_WAIT_S)
            if not more:
                return
            messages += more

    async def _wait_for_an_end(self) -> None:
        due = min((lock.due for lock in self._locks()), default=float("inf"))
        self._slots.freed.clear()
        if any(delivery.call.done() for delivery in self._under_way):
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(IDLE_WAIT_S, max(due - time.monotonic(), 0))):
                await self._slots.freed.wait()

    async def _settle_ended(self) -> None:
        for delivery in [each for each in self._under_way if each.call.done()]:
            await self._settle(delivery)
            self._under_way.remove(delivery)

    async def _settle(self, delivery: Delivery) -> None:
        self._last_message = time.monotonic()
        if not delivery.succeeded:
            settle: Callable[[ServiceBusReceivedMessage], Awaitable[Any]] = self._receiver.abandon_message
        elif self._binding.auto_complete:
            settle = self._receiver.complete_message
        else:
            return  # left to the function, or to come again when its lock is over
        for message in delivery.messages:
            try:
                await settle(message)
            except MESSAGE_IS_GONE as error:
                self._warn("A message's lock was lost before its call ended; it comes again", message, error)

    async def _give_back(self) -> None:
        for delivery in self._under_way:
            for message in delivery.messages:
                with contextlib.suppress(*MESSAGE_IS_GONE):
                    await self._receiver.abandon_message(message)
        self._under_way.clear()

    def _locks(self) -> list[Lock]:
        locks = [delivery.lock for delivery in self._under_way if delivery.lock is not None]
        return locks if self._session_lock is None else [*locks, self._session_lock]

    async def _renew_due(self) -> None:
        now = time.monotonic()
        if self._session_lock is not None and self._session_lock.due <= now:
            await self._session_lock.renew()
        for delivery in self._under_way:
            if delivery.lock is None or delivery.lock.due > now:
                continue
            try:
                await delivery.lock.renew()
            except MESSAGE_IS_GONE as error:
                delivery.lock.let_go()
                self._warn("A message's lock was lost while its call runs; it comes again", delivery.messages[0], error)

    def _lock_of_message(self, messages: Messages) -> Lock | None:
        # Azure's host renews no locks of batches, and in a session the session's is what counts.
        if self._binding.many or self._binding.sessions or self._terms.renew_s == 0:
            return None
        message = messages[0]
        return Lock(
            lambda: self._receiver.renew_message_lock(message), lambda: message.locked_until_utc, self._terms.renew_s
        )

    def _lock_of_session(self) -> Lock | None:
        if self._binding.many or self._terms.renew_s == 0:
            return None
        session = self._receiver.session
        return Lock(session.renew_lock, lambda: session.locked_until_utc, self._terms.renew_s)

    def _warn(self, text: str, message: ServiceBusReceivedMessage, error: Exception) -> None:
        fields = {"queue": self._binding.queue, "function": self._binding.function.name}
        log.warning(text, extra={**fields, "message_id": str(message.message_id), "error": type(error).__name__})
