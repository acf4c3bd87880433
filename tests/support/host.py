"""The real Functions host as a process of its own, for tests that speak HTTP to it or kill it.

async with running_host(app_dir, data_dir, env={"COSMOS_ENDPOINT": ...}) as host:
    await session.post(f"{host.url}/start/chain", ...)
    host.kill()            # SIGKILL, as a crash
    await host.restart()   # same app, data and settings, another port
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
APPS = Path(__file__).with_name("apps")
HOST_JSON = json.dumps({"version": "2.0", "extensions": {"http": {"routePrefix": ""}}})
GOOD_APP = "import azure.durable_functions as df\napp = df.DFApp()\n"
START_DEADLINE_S = 30.0
TERMINAL = frozenset({"Completed", "Failed", "Terminated", "Canceled"})


async def eventually(holds: Callable[[], Awaitable[bool]], deadline_s: float = 20.0, pause_s: float = 0.05) -> None:
    """Wait until ``holds`` says yes, and fail when it has not by the deadline; ``pause_s``: longest between two times.

    What is there at once is not waited for; and whoever waits long does not keep those busy whom it asks.
    """
    deadline = time.monotonic() + deadline_s
    for pause in pauses(pause_s):
        if await holds():
            return
        assert time.monotonic() < deadline, f"not so after {deadline_s} s"
        await asyncio.sleep(pause)


def pauses(longest_s: float) -> Iterator[float]:
    """Yield seconds to wait between questions: a hundredth first, each a half more than the one before."""
    pause_s = 0.01
    while True:
        yield min(pause_s, longest_s)
        pause_s *= 1.5


class HostDidNotStart(Exception):
    """The host ended (with ``code``), or did not serve in time (None); the text holds what it printed."""

    def __init__(self, printed: str, code: int | None) -> None:
        super().__init__(printed)
        self.code = code


class RunningHost:
    """A host process. ``url`` and ``pid`` are those of the current process."""

    def __init__(self, app: Path, data: Path, env: Mapping[str, str], arguments: tuple[str, ...]) -> None:
        self.data = data
        self._app = app
        self._env = {**os.environ, "PYTHONPATH": str(REPOSITORY), **env}
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        self._log = data / "test-host.log"
        self.url = ""

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything that this host has printed, over all its restarts."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    async def log_lines(self, *parts: str) -> list[str]:
        """Return the lines of the log that hold every part, once there are any."""

        def found() -> list[str]:
            return [line for line in self.log.splitlines() if all(part in line for part in parts)]

        async def written() -> bool:
            return bool(found())

        await eventually(written)
        return found()

    @property
    def management(self) -> str:
        """Base of the durable management API."""
        return f"{self.url}/runtime/webhooks/durabletask"

    async def restart(self) -> None:
        """Start the host (again) and wait until it serves."""
        self.data.mkdir(parents=True, exist_ok=True)
        ready = self.data / "test-host.ready"
        ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "local.host", "start", "--port", "0", "--app", str(self._app)]
        command += ["--data", str(self.data), "--ready-file", str(ready), *self._arguments]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 - forking takes a moment; a crash test wants a plain pid
                command, env=self._env, stdout=log, stderr=subprocess.STDOUT, cwd=self._app
            )
        deadline = time.monotonic() + START_DEADLINE_S
        while not ready.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                code = self._process.poll()
                self.kill()
                raise HostDidNotStart(self.log, code)
            await asyncio.sleep(0.02)
        self.url = json.loads(ready.read_text(encoding="utf-8"))["url"]

    def kill(self) -> None:
        """End the process as a crash does (SIGKILL)."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(timeout=10)

    def stop(self, number: int = signal.SIGTERM, timeout_s: float = 15.0) -> int:
        """Ask the process to stop and return its exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(number)
        return self._process.wait(timeout=timeout_s)

    async def ended(self, session: aiohttp.ClientSession, instance_id: str, deadline_s: float = 20.0) -> dict[str, Any]:
        """Return the status of an orchestration once it has ended."""
        return await self.status_when(session, instance_id, lambda s: s["runtimeStatus"] in TERMINAL, deadline_s)

    async def status_when(
        self,
        session: aiohttp.ClientSession,
        instance_id: str,
        holds: Callable[[dict[str, Any]], bool],
        deadline_s: float = 20.0,
    ) -> dict[str, Any]:
        """Return an orchestration's status as soon as ``holds`` says yes to it."""
        status: dict[str, Any] = {}

        async def is_there() -> bool:
            async with session.get(f"{self.management}/instances/{instance_id}") as response:
                told = await response.json()
            status.clear()
            status.update(told)
            return holds(status)

        try:
            await eventually(is_there, deadline_s)
        except AssertionError as error:
            raise AssertionError(f"{instance_id}: {error}: {status}\n{self.log[-3000:]}") from None
        return status


@asynccontextmanager
async def running_host(app: Path, data: Path, env: Mapping[str, str] | None = None,
                       *arguments: str) -> AsyncGenerator[RunningHost]:  # fmt: skip
    """Run the host on ``app`` with durable state in ``data``; it is stopped at the end.

    Args:
        env: Settings on top of this process's environment.
        arguments: More of the command line, such as ``--fast-replay``.
    """
    host = RunningHost(app, data, env or {}, arguments)
    await host.restart()
    try:
        yield host
    finally:
        try:
            host.stop()
        except subprocess.TimeoutExpired:
            host.kill()


def app_of(folder: Path, source: str, host_json: str = HOST_JSON) -> Path:
    """Return the folder of an app, made in ``folder``, whose function_app.py is ``source``."""
    app = folder / "app"
    app.mkdir()
    (app / "function_app.py").write_text(source, encoding="utf-8")
    (app / "host.json").write_text(host_json, encoding="utf-8")
    return app


async def refusal(app: Path, data: Path, *arguments: str, env: Mapping[str, str] | None = None) -> str:
    """Return what the host prints when it does not start, which it must not."""
    with pytest.raises(HostDidNotStart) as caught:
        async with running_host(app, data, env, *arguments):
            pass
    assert caught.value.code == 1
    return str(caught.value)
