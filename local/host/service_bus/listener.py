"""Hearing a queue for as long as the host runs: links that are opened, lost and opened again."""

import asyncio
import contextlib
import logging
from contextlib import AsyncExitStack

from azure.servicebus import NEXT_AVAILABLE_SESSION
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver
from azure.servicebus.exceptions import OperationTimeoutError, SessionLockLostError

from local.host.service_bus.binding import QueueBinding
from local.host.service_bus.connection import Connection, open_client
from local.host.service_bus.function_calls import CallSlots, FunctionCalls
from local.host.service_bus.pump import Pump, Terms
from local.host.service_bus.stopping import Stopping
from local.host.settings import ServiceBusSettings

log = logging.getLogger("local.host.servicebus")

#: A link that does not open in this time is tried again: the broker accepts connections and says nothing.
OPEN_S = 60.0
#: How long one attempt waits for a session that has messages.
SESSION_WAIT_S = 30.0
#: A session without messages for so long is left, when host.json does not say otherwise (.NET's operation timeout).
SESSION_IDLE_S = 60.0
#: How long a link that may be dead is given to close.
CLOSE_S = 5.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 2.0


class Outage:
    """Says once that a queue cannot be heard, and once that it can be again."""

    def __init__(self, binding: QueueBinding) -> None:
        self._fields = {"queue": binding.queue, "function": binding.function.name}
        self._reported = False

    def began(self, error: BaseException, under_way: int) -> None:
        """Report it, unless it is known."""
        if self._reported:
            return
        self._reported = True
        lines = str(error).strip().splitlines()
        reason = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
        fields = {**self._fields, "under_way": under_way, "error": reason}
        log.warning("The Service Bus queue cannot be heard; trying until it can", extra=fields)

    def ended(self) -> None:
        """Report that it is over, if there was one."""
        if self._reported:
            self._reported = False
            log.info("The Service Bus queue is heard again", extra=self._fields)


class Listener:
    """Hears one queue for one function: over one link, or over one per session."""

    def __init__(self, binding: QueueBinding, connection: Connection, settings: ServiceBusSettings,
                 calls: FunctionCalls, stopping: Stopping) -> None:  # fmt: skip
        self._binding = binding
        self._connection = connection
        self._settings = settings
        self._calls = calls
        self._stopping = stopping
        self._outage = Outage(binding)
        self._terms = Terms(
            batch=settings.max_message_batch_size if binding.many else 1,
            renew_s=settings.max_auto_lock_renewal_duration,
            idle_s=(settings.session_idle_timeout or SESSION_IDLE_S) if binding.sessions else None,
        )

    async def run(self) -> None:
        """Hear the queue until told to stop. Never raises: whatever goes wrong is logged and tried again."""
        async with open_client(self._connection) as client, asyncio.TaskGroup() as workers:
            # As Azure's host: a function of batches is called once at a time, one of sessions once per session.
            links = self._settings.max_concurrent_sessions if self._binding.sessions and not self._binding.many else 1
            calls = 1 if self._binding.sessions or self._binding.many else self._settings.max_concurrent_calls
            for _ in range(links):
                workers.create_task(self._work(client, CallSlots(calls, self._calls.pace)))

    async def _work(self, client: ServiceBusClient, slots: CallSlots) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stopping.asked:
            try:
                if await self._serve(client, slots):
                    pause_s = FIRST_PAUSE_S
            except Exception as error:  # noqa: BLE001 - of the SDK's many ways to say that a link is gone, all mean the same
                self._outage.began(error, 0)
                await self._stopping.wait(pause_s)
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _serve(self, client: ServiceBusClient, slots: CallSlots) -> bool:
        """Open a link and work on it until it ends; return whether it opened."""
        async with AsyncExitStack() as stack:
            receiver = client.get_queue_receiver(
                self._binding.queue,
                session_id=NEXT_AVAILABLE_SESSION if self._binding.sessions else None,
                max_wait_time=SESSION_WAIT_S if self._binding.sessions else None,
                prefetch_count=self._settings.prefetch_count,
            )
            stack.push_async_callback(_close, receiver)
            if not await self._open(receiver):
                return False
            self._outage.ended()
            pump = Pump(receiver, self._binding, self._calls, slots, self._terms, self._stopping)
            try:
                await pump.run()
            except SessionLockLostError:
                fields = {"queue": self._binding.queue, "function": self._binding.function.name}
                log.warning("A session's lock was lost; its messages come again", extra=fields)
            except Exception as error:  # noqa: BLE001 - as below; here it is known what was under way
                self._outage.began(error, pump.under_way)
                await self._stopping.wait(FIRST_PAUSE_S)
        return True

    async def _open(self, receiver: ServiceBusReceiver) -> bool:
        """Open the link; False when told to stop meanwhile or when no session has messages."""
        opening = asyncio.ensure_future(receiver.__aenter__())
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({opening, stopping}, timeout=OPEN_S, return_when=asyncio.FIRST_COMPLETED)
            if not opening.done():
                if self._stopping.asked:
                    return False
                raise TimeoutError(f"the link to {self._binding.queue} did not open within {OPEN_S:g} s")
            await opening
        except OperationTimeoutError:
            if self._binding.sessions:  # none has messages
                return False
            raise
        finally:
            for task in (opening, stopping):
                task.cancel()
            await asyncio.gather(opening, stopping, return_exceptions=True)
        return True


async def _close(receiver: ServiceBusReceiver) -> None:
    # The link may be dead, in which case the SDK fails or waits for an answer that never comes.
    with contextlib.suppress(Exception):
        async with asyncio.timeout(CLOSE_S):
            await receiver.close()
