"""The Service Bus broker as a process of its own, with its switches and counters."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import aiohttp

KEY = "ZmFud2lzZS1vbi1vbmUtbWFjaGluZQ=="
KEY_NAME = "RootManageSharedAccessKey"
REPOSITORY = Path(__file__).resolve().parents[2]
_START_S = 30.0
_STOP_S = 15.0


def connection_string(port: int, key: str = KEY, key_name: str = KEY_NAME) -> str:
    """What an SDK is given to reach a broker on this machine."""
    return (
        f"Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName={key_name};SharedAccessKey={key};"
        "UseDevelopmentEmulator=true"
    )


@dataclass(frozen=True, slots=True)
class RunningServiceBus:
    """``url``: sb://127.0.0.1:port; ``control_url``: http, for the switches and counters."""

    url: str
    control_url: str
    key: str
    process: subprocess.Popen[bytes]

    @property
    def port(self) -> int:
        port = urlsplit(self.url).port
        assert port is not None
        return port

    @property
    def connection_string(self) -> str:
        return connection_string(self.port, self.key or KEY)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    async def set_faults(self, **switches: Any) -> None:
        """Replace every switch; those not named are off."""
        await self._control("PUT", "/_faults", switches)

    async def stats(self) -> dict[str, Any]:
        """Return the counters, and what is in each queue."""
        return await self._control("GET", "/_stats")

    async def queue(self, name: str) -> dict[str, int]:
        """Return what is in one queue: active, locked, deferred, scheduled, dead_lettered, bytes."""
        return (await self.stats())["queues"][name]

    async def _control(self, verb: str, path: str, body: object = None) -> dict[str, Any]:
        async with (
            aiohttp.ClientSession() as session,
            session.request(verb, self.control_url + path, json=body) as response,
        ):
            assert response.status == 200, await response.text()
            return await response.json()


def start_servicebus(
    data_dir: Path, queues: Sequence[Mapping[str, Any]] | None = None, key: str = KEY, port: int = 0
) -> RunningServiceBus:
    """Start the broker and wait until it serves; the caller ends it. ``queues`` None: those of the topology."""
    data_dir.mkdir(parents=True, exist_ok=True)
    ready = data_dir / f"ready-{uuid4().hex}.json"
    log = data_dir / "servicebus.log"
    command = [sys.executable, "-m", "local.servicebus", "--port", str(port), "--data", str(data_dir)]
    command += ["--ready-file", str(ready)]
    if queues is not None:
        # JSON is YAML too.
        definitions = data_dir / "queues.yaml"
        definitions.write_text(json.dumps(list(queues)))
        command += ["--queues", str(definitions)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SERVICEBUS")}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, "--key", key] if key else command,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=REPOSITORY,
            env=environment,
        )
    deadline = time.monotonic() + _START_S
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise RuntimeError(f"the broker did not start:\n{log.read_text()[-4000:]}")
        time.sleep(0.02)
    content = json.loads(ready.read_text())
    ready.unlink()
    return RunningServiceBus(content["url"], content["control_url"], key, process)


def stop_servicebus(running: RunningServiceBus) -> int:
    """Ask it to stop, and wait; returns its exit code."""
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGTERM)
        try:
            running.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            running.kill()
    return running.process.returncode


@asynccontextmanager
async def running_servicebus(
    data_dir: Path, queues: Sequence[Mapping[str, Any]] | None = None, key: str = KEY, port: int = 0
) -> AsyncGenerator[RunningServiceBus]:
    """The broker on a free port with its data in ``data_dir``, ended with the block. ``key`` "" checks no token."""
    running = await asyncio.to_thread(start_servicebus, data_dir, queues, key, port)
    try:
        yield running
    finally:
        await asyncio.to_thread(stop_servicebus, running)
