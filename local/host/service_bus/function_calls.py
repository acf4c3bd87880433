"""Calling a function with the messages that it is handed."""

import asyncio
import logging
import traceback
from collections.abc import Sequence
from typing import Any

from azure.servicebus import ServiceBusReceivedMessage

from local.host import worker_rules
from local.host.invocation import Invocation, Invoker
from local.host.pace import Pace
from local.host.service_bus.binding import QueueBinding
from local.host.service_bus.message_data import many_messages, one_message

log = logging.getLogger("local.host.servicebus")

Messages = Sequence[ServiceBusReceivedMessage]


class FunctionCalls:
    """Calls one function on the user loop, each time for at most ``timeout_s``."""

    def __init__(self, binding: QueueBinding, invoker: Invoker, timeout_s: float | None) -> None:
        self._binding = binding
        self._invoker = invoker
        self._timeout_s = timeout_s
        self._decoder: Any = worker_rules.converter("serviceBusTrigger")
        self.pace = invoker.user_loop.pace

    def start(self, messages: Messages) -> "asyncio.Future[bool]":
        """Call the function; the future says whether it succeeded."""
        return asyncio.wrap_future(self._invoker.user_loop.submit(self._call(messages)))

    async def _call(self, messages: Messages) -> bool:
        function = self._binding.function
        invocation = Invocation(function.name)
        outcome = "Failed"
        limit = asyncio.timeout(self._timeout_s)
        try:
            argument = self._argument(messages)
            async with limit:
                await self._invoker.call(function, argument, invocation)
            outcome = "Succeeded"
        except asyncio.CancelledError:
            outcome = "Cancelled"  # the host stops
            raise
        except Exception:  # noqa: BLE001 - whatever the app raises gives the message back to the queue
            reason = f"The function raised an exception.\n{traceback.format_exc().rstrip()}"
            if limit.expired():
                reason = f"Timeout value of {self._timeout_s:g} s was exceeded by function: {function.name}"
            ids = ",".join(str(message.message_id) for message in messages)
            fields = {"function": function.name, "invocation": invocation.invocation_id, "message_id": ids}
            log.error("%s", reason, extra=fields)  # noqa: TRY400 - one record
        finally:
            self._invoker.finished(invocation, outcome)
        return outcome == "Succeeded"

    def _argument(self, messages: Messages) -> Any:
        binary = self._binding.binary
        if self._binding.many:
            data, metadata = many_messages(messages, binary=binary)
        else:
            data, metadata = one_message(messages[0], binary=binary)
        if self._binding.body_only:
            return data.value
        return self._decoder.decode(data, trigger_metadata=metadata)


class CallSlots:
    """Counts the calls of one function that are under way, over all links that brought their messages.

    At most ``limit``, and one at a time while HTTP functions are late.
    """

    def __init__(self, limit: int, pace: Pace) -> None:
        self._limit = limit
        self._pace = pace
        self._taken = 0
        #: Set whenever a call ends.
        self.freed = asyncio.Event()

    @property
    def full(self) -> bool:
        """Whether another call would be one too many."""
        return self._taken >= (1 if self._pace.is_slowed else self._limit)

    def take(self, call: "asyncio.Future[bool]") -> None:
        """Count ``call`` until it ends."""
        self._taken += 1
        call.add_done_callback(self._free)

    def _free(self, _: "asyncio.Future[bool]") -> None:
        self._taken -= 1
        self.freed.set()
