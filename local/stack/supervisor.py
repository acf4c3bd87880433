"""Starts every part of a plan, waits until all answer, and ends them all when one ends or the caller leaves."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import psutil

from local.azurite import launcher
from local.processes.ports import LOOPBACK, holder_of, is_free
from local.processes.ready_file import read_ready_file
from local.stack.addresses import is_loopback
from local.stack.errors import ChildEnded, NotInstalled, PortBusy
from local.stack.plan import Off, Part, Plan, Started, Used
from local.stack.process import Child
from local.stack.readiness import reachable, served
from local.stack.settings import REPOSITORY

# The host may finish what it is at; the others have nothing to finish once it is gone.
HOST_GRACE_S = 10.0
GRACE_S = 5.0
PROVISIONED = {Part.COSMOS: "provision_cosmos", Part.SEARCH: "provision_search", Part.STORAGE: "provision_blobs"}


@dataclass
class Stack:
    """The running parts of a plan."""

    plan: Plan
    children: dict[Part, Child] = field(default_factory=dict[Part, Child])
    control_urls: dict[Part, str] = field(default_factory=dict[Part, str])
    """Where a part's counters and switches are, if they are not beside what it serves."""
    provisioned: dict[Part, str] = field(default_factory=dict[Part, str])
    catalogue: str | None = None
    """What was loaded for search to find."""
    is_first_start: bool = False
    """Whether the database has no containers yet."""
    cosmos_is_up: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False

    def addresses(self) -> dict[str, dict[str, object]]:
        """Return address, process id (None for a part that was found running) and control address of every part."""
        found: dict[str, dict[str, object]] = {}
        for part, decision in self.plan.decisions.items():
            if not isinstance(decision, Off):
                child = self.children.get(part)
                found[part] = {"url": decision.url, "pid": child.pid if child else None}
                if part in self.control_urls:
                    found[part]["control_url"] = self.control_urls[part]
        return found

    async def first_end(self) -> ChildEnded:
        """Wait until a child has ended by itself and return what to say about that."""
        waits = [asyncio.create_task(child.ended()) for child in self.children.values()]
        if not waits:
            await asyncio.Event().wait()
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            for wait in waits:
                wait.cancel()

    async def stop(self) -> None:
        """End the host, then the others together."""
        self.stopping = True
        host = self.children.get(Part.HOST)
        if host:
            await host.stop(HOST_GRACE_S)
        await asyncio.gather(*(child.stop(GRACE_S) for child in self.children.values() if child is not host))

    def kill(self) -> None:
        """End every child at once."""
        for child in self.children.values():
            child.signal(signal.SIGKILL)


@asynccontextmanager
async def running(
    plan: Plan,
    *,
    lock: int,
    echo_host: bool,
    made: Callable[[Stack], None] | None = None,
    say: Callable[[str], None] = lambda _line: None,
) -> AsyncGenerator[Stack]:
    """Run the plan's parts; they answer inside, and are gone afterwards.

    ``lock`` is the descriptor that keeps the data folder; ``made`` is called with the stack before anything starts;
    ``say`` hears what takes so long that somebody might wonder.

    Raises:
        StackError: A port is taken, or a part did not come up.
    """
    check_ports(plan)
    cosmos = plan.started(Part.COSMOS)
    is_first_start = cosmos is not None and cosmos.data is not None and not cosmos.data.exists()
    stack = Stack(plan, is_first_start=is_first_start)
    if made:
        made(stack)
    watchdog = await _start_watchdog(lock)
    with tempfile.TemporaryDirectory(prefix="fanwise-") as folder:
        try:
            await _all_or_first_failure(
                _bring_up(stack, decision, Path(folder), watchdog, echo_host=echo_host)
                for decision in plan.decisions.values()
            )
            if plan.loads_catalogue:
                stack.catalogue = await asyncio.to_thread(_load_catalogue, plan, say)
            yield stack
        finally:
            await stack.stop()
            assert watchdog.stdin is not None  # noqa: S101 - it was asked for as a pipe
            watchdog.stdin.close()
            await watchdog.wait()


def check_ports(plan: Plan) -> None:
    """See that every port is free before anything starts.

    Raises:
        PortBusy: One is not.
    """
    wanted = [(s.port, s.part, f"--{s.part}-port") for part in Part if (s := plan.started(part))]
    wanted += [(port, Part.STORAGE, "--storage-port") for port in plan.queue_ports or ()]
    for port, part, option in wanted:
        if not is_free(port):
            raise PortBusy(
                f"port {port}, for {part}, is held by {holder_of(port)}. End that, choose another port with {option}, "
                "or let all be chosen with --ports auto"
            )


async def _all_or_first_failure(starts: Iterable[Coroutine[None, None, None]]) -> None:
    # A TaskGroup would bury the one failure that matters in a group with those that follow from it.
    tasks = [asyncio.ensure_future(start) for start in starts]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _start_watchdog(lock: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local.stack.watchdog"),
        stdin=asyncio.subprocess.PIPE,
        cwd=REPOSITORY,
        pass_fds=[lock],
        start_new_session=True,
    )


async def _bring_up(
    stack: Stack,
    decision: Started | Used | Off,
    folder: Path,
    watchdog: asyncio.subprocess.Process,
    *,
    echo_host: bool,
) -> None:
    part = decision.part
    if part is Part.HOST and stack.is_first_start:
        # Its timers and queues set to work as soon as it serves, and they need their containers.
        await stack.cosmos_is_up.wait()
    try:
        await _start_and_provision(stack, decision, folder, watchdog, echo_host=echo_host)
    finally:
        if part is Part.COSMOS:
            stack.cosmos_is_up.set()


async def _start_and_provision(
    stack: Stack,
    decision: Started | Used | Off,
    folder: Path,
    watchdog: asyncio.subprocess.Process,
    *,
    echo_host: bool,
) -> None:
    part = decision.part
    if isinstance(decision, Off):
        return
    if isinstance(decision, Used):
        # What is far away may only be reachable through a proxy, which the SDKs know how to use.
        if is_loopback(decision.url, part):
            await reachable(part, decision.url)
    else:
        ready_file = None if part is Part.STORAGE else folder / f"{part}.json"
        child = await _start(stack.plan, decision, ready_file, echo=echo_host and part is Part.HOST)
        stack.children[part] = child
        _watch(watchdog, child)
        await served(child, ready_file, decision.url)
        if ready_file and (control_url := (read_ready_file(ready_file) or {}).get("control_url")):
            stack.control_urls[part] = str(control_url)
    if part in PROVISIONED:
        stack.provisioned[part] = await asyncio.to_thread(_provision, part, stack.plan.settings)


def _provision(part: Part, settings: Mapping[str, str]) -> str:
    # Imported here, off the event loop, while the parts start: the SDKs take most of a second.
    provision = import_module("local.stack.provision")
    return getattr(provision, PROVISIONED[part])(settings)


def _load_catalogue(plan: Plan, say: Callable[[str], None]) -> str:
    search = plan.started(Part.SEARCH)
    assert plan.options.catalogue is not None  # noqa: S101 - part of loads_catalogue
    assert search is not None and search.data is not None  # noqa: PT018, S101 - so is this
    load = import_module("local.catalogue.load").load_catalogue
    note = search.data / "catalogue.json"
    return load(plan.options.catalogue, plan.options.data / "catalogue", note, plan.settings, say)


def _watch(watchdog: asyncio.subprocess.Process, child: Child) -> None:
    assert watchdog.stdin is not None  # noqa: S101 - it was asked for as a pipe
    try:
        started = psutil.Process(child.pid).create_time()
    except psutil.NoSuchProcess:
        return
    watchdog.stdin.write(f"{child.pid} {started}\n".encode())


async def _start(plan: Plan, started: Started, ready_file: Path | None, *, echo: bool) -> Child:
    env = os.environ | plan.environment
    if started.data:
        started.data.mkdir(parents=True, exist_ok=True)
    if started.part is Part.STORAGE:
        queue, table = plan.queue_ports or (None, None)
        data = started.data or plan.options.data
        try:
            command = launcher.command(launcher.Ports(started.port, queue, table), data, LOOPBACK)
        except FileNotFoundError as error:
            raise NotInstalled(str(error)) from error
        env |= launcher.environment(plan.environment["STORAGE_KEY"])
    else:
        command = [sys.executable, "-m", *_module(plan, started), "--ready-file", str(ready_file)]
    log = plan.options.data / "logs" / f"{started.part}.log"
    return await Child.start(started.part, command, log=log, env=env, cwd=REPOSITORY, echo=echo)


def _module(plan: Plan, started: Started) -> list[str]:
    address = ["--host", LOOPBACK, "--port", str(started.port)]
    match started.part:
        case Part.HOST:
            return ["local.host", "start", *address, "--app", str(REPOSITORY), "--data", str(started.data)]
        case Part.COSMOS:
            # Its key comes by the environment: a command line can be read by every user of the machine.
            return ["local.cosmos", *address, "--data", str(started.data)]
        case Part.SEARCH | Part.SERVICEBUS:
            return [f"local.{started.part}", *address, "--data", str(started.data)]
        case Part.GITHUB:
            return ["local.github", *address, *plan.options.github_switches]
        case _:
            return ["local.openai", *address, *plan.options.openai_switches]
