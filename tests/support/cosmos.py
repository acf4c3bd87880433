"""The Cosmos endpoint as a process of its own, for tests that talk to it over HTTP."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

KEY = "ZmFud2lzZS1vbi1vbmUtbWFjaGluZQ=="
_START_S = 30.0
_STOP_S = 15.0


@dataclass(frozen=True, slots=True)
class RunningCosmos:
    url: str
    key: str
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()


def start_cosmos(data_dir: Path, key: str = KEY, port: int = 0) -> RunningCosmos:
    """Start the endpoint and wait until it serves. The caller ends it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    ready = data_dir / f"ready-{uuid4().hex}.json"
    log = data_dir / "cosmos.log"
    command = [
        sys.executable,
        "-m",
        "local.cosmos",
        "--port",
        str(port),
        "--data",
        str(data_dir),
        "--ready-file",
        str(ready),
    ]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, "--key", key] if key else command,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=Path(__file__).resolve().parents[2],
            env={name: value for name, value in os.environ.items() if name != "COSMOS_KEY"},
        )
    deadline = time.monotonic() + _START_S
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise RuntimeError(f"the Cosmos endpoint did not start:\n{log.read_text()[-4000:]}")
        time.sleep(0.02)
    url: str = json.loads(ready.read_text())["url"]
    ready.unlink()
    return RunningCosmos(url, key, process)


def stop_cosmos(running: RunningCosmos) -> int:
    """Ask it to stop, and wait; returns its exit code."""
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGTERM)
        try:
            running.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            running.kill()
    return running.process.returncode


@asynccontextmanager
async def running_cosmos(data_dir: Path, key: str = KEY) -> AsyncGenerator[RunningCosmos]:
    """The endpoint on a free port with its data in ``data_dir``, ended with the block.

    ``key`` "" checks no signature.
    """
    running = await asyncio.to_thread(start_cosmos, data_dir, key)
    try:
        yield running
    finally:
        await asyncio.to_thread(stop_cosmos, running)
