"""``python -m local.host.workers``: a process that runs the app's activities for a host, which starts it."""

import asyncio
import contextvars
import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path

from local.host import logs
from local.host.activity_calls import ActivityCalls, ActivityFault, fault_of
from local.host.app_loader import LoadedFunction, load_app
from local.host.ending import end_process
from local.host.errors import HostError
from local.host.garbage import spare_what_stays
from local.host.invocation import Invocation, Invoker, fields_of_invocation
from local.host.user_loop import UserLoop
from local.host.workers.link import Link, Message
from local.host.workers.terms import Terms

#: Nobody waits for an activity as one waits for an HTTP answer, which the host's process gives.
NICENESS = 10


class LogOfHost:
    """The host's log, as a ``logs.TextSink``."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def write(self, text: str, /) -> None:
        """Send whole lines."""
        if text:
            self._link.send_from_thread(["log", text])

    def flush(self) -> None:
        """Nothing waits here."""


class Worker:
    """Runs activities that the host asks for until it says stop or is gone. Lives on the user loop."""

    def __init__(self, terms: Terms) -> None:
        self.link = Link(self._received, self._lost)
        self.log = logs.LogStream(LogOfHost(self.link))
        self.ended = threading.Event()
        self.user_loop = UserLoop()
        self._calls = ActivityCalls(Invoker(self.user_loop, lambda: terms.client_binding, terms.app, self.log))
        self._functions: dict[str, LoadedFunction] = {}
        self._running: dict[int, asyncio.Task[None]] = {}

    async def connect(self, end: socket.socket) -> None:
        """Take up the link to the host."""
        await asyncio.get_running_loop().create_connection(lambda: self.link, sock=end)

    def serve(self, functions: list[LoadedFunction]) -> None:
        """Take calls from now on."""
        self._functions = {
            function.name: function for function in functions if function.trigger_type == "activityTrigger"
        }
        self.link.send_from_thread(["ready"])

    def refuse(self, reason: str) -> None:
        """Say why no call can be taken, and end."""
        self.link.send(["refused", reason])
        self.link.close()

    def _received(self, message: Message) -> None:
        kind, *rest = message
        if kind == "call":
            number, name, text, invocation_id, instance_id = rest
            call = self._call(number, name, text, Invocation(name, instance_id, invocation_id))
            # A context of its own: the link's would be that of the first call for all.
            self._running[number] = self.user_loop.loop.create_task(call, context=contextvars.Context())
        elif kind == "cancel":
            if (task := self._running.get(rest[0])) is not None:
                task.cancel()
        else:
            self.ended.set()

    async def _call(self, number: int, name: str, text: str, invocation: Invocation) -> None:
        try:
            output = await self._calls.run(self._functions[name], text, invocation)
        except asyncio.CancelledError as error:
            self._failed(number, fault_of(error))
        except ActivityFault as fault:
            self._failed(number, fault)
        else:
            self.link.send(["result", number, output])
        finally:
            del self._running[number]

    def _failed(self, number: int, fault: ActivityFault) -> None:
        self.link.send(["fault", number, fault.reason, fault.details])

    def _lost(self) -> None:
        # Without its host nobody wants the results, and the next host runs these activities again.
        os._exit(1)


def main() -> int:
    """Serve the host that started this process; return the exit code."""
    terms = Terms(**json.load(sys.stdin))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # they reach the whole group; the host says when to stop
    os.set_inheritable(terms.descriptor, False)
    os.nice(NICENESS)
    worker = Worker(terms)
    logs.configure(worker.log, terms.log_level, fields_of_invocation)
    worker.user_loop.submit(worker.connect(socket.socket(fileno=terms.descriptor))).result()
    try:
        functions = load_app(Path(terms.app))
    except HostError as error:
        worker.user_loop.post(worker.refuse, str(error))
    else:
        spare_what_stays()
        worker.serve(functions)
    worker.ended.wait()
    worker.user_loop.stop()
    return 0


if __name__ == "__main__":
    end_process(main())
