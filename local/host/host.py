"""The host put together: app, engine, triggers and server, from start to stop."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from local.host import logs
from local.host.activity_calls import ActivityCalls, ActivityRunner
from local.host.app_loader import DURABLE_NAMES, LoadedFunction, load_app
from local.host.engine.engine import Engine
from local.host.engine.instances import Instances
from local.host.engine.replay import Replay, run_orchestrator
from local.host.engine.store import Store, Synchronous
from local.host.engine.timers import TimerHeap
from local.host.errors import HostError
from local.host.garbage import spare_what_stays
from local.host.http_trigger import HttpTrigger
from local.host.invocation import Invoker, fields_of_invocation
from local.host.management.api import ManagementApi
from local.host.management.links import client_binding
from local.host.routes import Route, Router, build_route, listing
from local.host.server import Server, bind
from local.host.service_bus_trigger import ServiceBusTrigger
from local.host.settings import HostSettings, apply_local_settings, load_host_settings, worker_processes
from local.host.timer_trigger import TimerTrigger
from local.host.user_loop import UserLoop
from local.processes.folder_lock import FolderLock
from local.processes.ready_file import write_ready_file

if TYPE_CHECKING:
    from local.host.workers.pool import WorkerPool

log = logging.getLogger("local.host")

#: How long running functions may take to end after SIGTERM.
STOP_GRACE_S = 3.0


@dataclass(frozen=True)
class Options:
    """What the command line asks for. ``data`` defaults to ``<app>/.local/host``."""

    app: Path
    data: Path
    host: str
    port: int
    ready_file: Path | None
    synchronous: Synchronous
    fast_replay: bool


def print_functions(functions: Sequence[LoadedFunction], routes: Sequence[Route], origin: str) -> None:
    """Print what the app offers, as ``func start`` does."""
    shown = listing(routes)
    print("\nFunctions:\n")
    for function in functions:
        if function.trigger_type == "httpTrigger":
            template, methods = shown[function.name]
            print(f"    {function.name}: [{','.join(methods)}] {origin}/{template}")
        elif function.trigger_type in DURABLE_NAMES and function.durable_name != function.name:
            print(f"    {function.name}: {function.trigger_type} {function.durable_name}")
        else:
            print(f"    {function.name}: {function.trigger_type}")
    print(flush=True)


class Host:
    """Runs one app until it is told to stop."""

    def __init__(self, options: Options, settings: HostSettings, bound: socket.socket,
                 log_stream: logs.LogStream) -> None:  # fmt: skip
        self._options = options
        self._settings = settings
        self._socket = bound
        self._log_stream = log_stream
        host = "127.0.0.1" if options.host in ("0.0.0.0", "::") else options.host  # noqa: S104 - compared, not bound
        self.origin = f"http://{f'[{host}]' if ':' in host else host}:{bound.getsockname()[1]}"
        self._binding = client_binding(self.origin, settings.durable.hub_name)
        # They import the app while this process does.
        self._workers = self._start_workers(worker_processes(os.environ) - 1)
        self._functions = load_app(options.app)
        prefix = settings.extensions.http.route_prefix
        self._routes = [build_route(f, prefix) for f in self._functions if f.trigger_type == "httpTrigger"]
        self._stop = asyncio.Event()
        self._fault: str | None = None

    def _start_workers(self, number: int) -> "WorkerPool | None":
        if not number:
            return None
        from local.host.workers.pool import WorkerPool
        from local.host.workers.process import WorkerProcess

        level, binding = self._settings.logging.default_level, self._binding
        return WorkerPool(number, lambda: WorkerProcess(self._options.app, level, binding, self._log_stream))

    def _failed(self, reason: str) -> None:
        self._fault = reason
        self._stop.set()

    async def run(self) -> int:
        """Serve until a signal or a fault of the database; return the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop.set)
        options, settings = self._options, self._settings
        store = Store(options.data, loop, lambda error: self._failed(f"the durable database failed: {error}"),
                      options.synchronous)  # fmt: skip
        user_loop = UserLoop()
        invoker = Invoker(user_loop, lambda: self._binding, str(options.app), self._log_stream)
        timers = TimerHeap(loop)
        runner = await self._activity_runner(invoker)
        engine = Engine(self._functions, settings, store, runner, user_loop, timers, loop, self._log_stream,
                        self._orchestrator_calls())  # fmt: skip
        schedules = TimerTrigger(self._functions, store, timers, invoker)
        queues = ServiceBusTrigger(self._functions, settings, invoker, os.environ)
        management = ManagementApi(Instances(engine), settings.durable.hub_name)
        http = HttpTrigger(Router(self._routes), invoker, settings.function_timeout)
        server = Server(management, http, self._socket)
        await server.start()
        recovered = engine.recover()
        schedules.start()
        queues.start()
        spare_what_stays()
        self._announce(recovered)
        await self._stop.wait()
        timers.close()
        # Before the server: functions that start orchestrations need it.
        await queues.stop(STOP_GRACE_S)
        await asyncio.gather(server.stop(), engine.stop(STOP_GRACE_S))
        if self._workers is not None:
            await asyncio.wrap_future(user_loop.submit(self._workers.stop(STOP_GRACE_S)))
        await asyncio.to_thread(user_loop.stop)
        store.close()
        if self._fault is not None:
            print(f"error: {self._fault}", flush=True)
        return 1 if self._fault is not None else 0

    def _orchestrator_calls(self) -> Callable[[Replay], None]:
        if not self._options.fast_replay:
            return run_orchestrator
        from local.host.engine.sessions import Sessions

        return partial(run_orchestrator, sessions=Sessions())

    async def _activity_runner(self, invoker: Invoker) -> ActivityRunner:
        if self._workers is None:
            return ActivityCalls(invoker)
        loop = asyncio.get_running_loop()
        fail = partial(loop.call_soon_threadsafe, self._failed)
        await asyncio.wrap_future(invoker.user_loop.submit(self._workers.connect(fail)))
        return self._workers

    def _announce(self, recovered: int) -> None:
        print_functions(self._functions, self._routes, self.origin)
        going_on = f"; {recovered} orchestrations go on" if recovered else ""
        print(f"Host started on {self.origin} (data in {self._options.data}{going_on})", flush=True)
        if self._options.ready_file is not None:
            write_ready_file(self._options.ready_file, {"url": self.origin, "pid": os.getpid()})


def start(options: Options) -> int:
    """Load the app and serve it; return the exit code.

    Raises:
        HostError: The host cannot start, and why.
    """
    if not options.app.is_dir():
        raise HostError(f"{options.app} is no folder")
    apply_local_settings(options.app, os.environ)
    settings = load_host_settings(options.app, os.environ)
    log_stream = logs.LogStream()
    logs.configure(log_stream, settings.logging.default_level, fields_of_invocation)
    try:
        return _start_logged(options, settings, log_stream)
    finally:
        log_stream.close()


def _lock(folder: Path) -> FolderLock:
    try:
        return FolderLock(folder, "host.lock", "host")
    except OSError as error:
        raise HostError(f"{error}; stop it or name another with --data") from error


def _start_logged(options: Options, settings: HostSettings, log_stream: logs.LogStream) -> int:
    options.data.mkdir(parents=True, exist_ok=True)
    lock = _lock(options.data)
    bound = None
    try:
        bound = bind(options.host, options.port)
        if options.fast_replay:
            from local.host import fast_replay

            fast_replay.install()
        return asyncio.run(Host(options, settings, bound, log_stream).run())
    finally:
        if bound is not None:
            bound.close()
        lock.release()
