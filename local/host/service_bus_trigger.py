"""Service Bus triggers: functions that are called with the messages of queues.

As in Azure: messages are received under a lock, completed when the function returns and given back when it raises, so
that they come again until the queue's maximum of deliveries sends them to its dead-letter queue.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from local.host.app_loader import LoadedFunction
from local.host.invocation import Invoker
from local.host.service_bus.binding import read_binding
from local.host.service_bus.stopping import Stopping
from local.host.settings import HostSettings

if TYPE_CHECKING:
    from local.host.service_bus.listener import Listener

log = logging.getLogger("local.host.servicebus")

TRIGGER = "serviceBusTrigger"
#: What closing links may take on top of the grace that running functions are given.
CLOSING_S = 2.0


class ServiceBusTrigger:
    """Hears the queues of all functions that have one.

    Raises:
        AppError: A binding, or the connection that it names, is missing or wrong.
    """

    def __init__(self, functions: Sequence[LoadedFunction], settings: HostSettings, invoker: Invoker,
                 environment: Mapping[str, str]) -> None:  # fmt: skip
        self._stopping = Stopping()
        self._tasks: list[asyncio.Task[None]] = []
        heard = [function for function in functions if function.trigger_type == TRIGGER]
        self._listeners = _listeners(heard, settings, invoker, environment, self._stopping) if heard else []

    def start(self) -> None:
        """Begin to hear the queues; those that cannot be reached are tried until they can."""
        # The SDK tells of every change of state of every link.
        logging.getLogger("azure.servicebus").setLevel(logging.ERROR)
        self._tasks = [asyncio.create_task(listener.run()) for listener in self._listeners]
        for task in self._tasks:
            task.add_done_callback(_report)

    async def stop(self, grace_s: float) -> None:
        """Take no more messages, give what runs ``grace_s`` to end, and give back the messages of what has not."""
        self._stopping.ask(grace_s)
        if not self._tasks:
            return
        _, left = await asyncio.wait(self._tasks, timeout=grace_s + CLOSING_S)
        for task in left:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _report(listening: "asyncio.Task[None]") -> None:
    if not listening.cancelled() and (error := listening.exception()) is not None:
        log.critical("A queue is no longer heard", exc_info=error)


def _listeners(functions: Sequence[LoadedFunction], settings: HostSettings, invoker: Invoker,
               environment: Mapping[str, str], stopping: Stopping) -> "list[Listener]":  # fmt: skip
    # Only now: the SDK would cost every host that hears no queue 0.15 s of its start.
    from local.host.service_bus import connection, function_calls, listener

    options, listeners = settings.extensions.service_bus, list[listener.Listener]()
    for function in functions:
        binding = read_binding(function, options)
        found = connection.find_connection(binding, environment)
        calls = function_calls.FunctionCalls(binding, invoker, settings.function_timeout)
        listeners.append(listener.Listener(binding, found, options, calls, stopping))
    return listeners
