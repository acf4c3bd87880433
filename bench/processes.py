"""Programs that a measurement starts, drives and ends."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# Not the system's temporary folder, which is in memory on some machines: durability has to cost here what it costs.
SCRATCH = ROOT / ".local" / "bench"
READY_S = 120
END_S = 20


@asynccontextmanager
async def scratch(*folders: str) -> AsyncGenerator[Path]:
    """A folder on disk, with ``folders`` in it, that is gone afterwards."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=SCRATCH, ignore_cleanup_errors=True) as folder:
        for name in folders:
            (Path(folder) / name).mkdir()
        yield Path(folder)


@asynccontextmanager
async def program(arguments: Sequence[str], ready_file: Path, env: Mapping[str, str]) -> AsyncGenerator[dict[str, Any]]:
    """Run one of our programs from the repository's root and yield what its ready file says.

    Raises:
        RuntimeError: It ended, or was not ready in time; the message holds the end of its log.
    """
    log_file = ready_file.with_suffix(".log")
    with log_file.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *arguments, cwd=ROOT, env=os.environ | env, stdout=log, stderr=log
        )
    try:
        yield await _ready(process, ready_file, log_file)
    finally:
        await ended(process)


async def _ready(process: asyncio.subprocess.Process, ready_file: Path, log_file: Path) -> dict[str, Any]:
    try:
        async with asyncio.timeout(READY_S):
            while (content := _content(ready_file)) is None:
                if process.returncode is not None:
                    raise RuntimeError(f"ended with {process.returncode}: {_last_words(log_file)}")
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise RuntimeError(f"not ready after {READY_S} s: {_last_words(log_file)}") from None
    return content


def _content(ready_file: Path) -> dict[str, Any] | None:
    return json.loads(ready_file.read_text(encoding="utf-8")) if ready_file.exists() else None


def _last_words(log_file: Path) -> str:
    return log_file.read_text(encoding="utf-8", errors="replace")[-2000:]


async def ended(process: asyncio.subprocess.Process) -> None:
    """End a process, gently at first."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(END_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


@dataclass
class Peer:
    """A peer that is driven by lines of JSON (bench/peers/protocol.py)."""

    name: str
    process: asyncio.subprocess.Process

    async def ask(self, command: str, size: int) -> float:
        """Milliseconds that ``command`` took.

        Raises:
            RuntimeError: The peer ended.
        """
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": command, "size": size}).encode() + b"\n")
        return (await self.answer())["ms"]

    async def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        async with asyncio.timeout(READY_S):
            line = await self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended with {await self.process.wait()}")
        return json.loads(line)


@asynccontextmanager
async def peer(name: str, python: Path, script: Path, data: Path) -> AsyncGenerator[Peer]:
    """Start a peer and wait until it is ready. Its own messages go to ``data``."""
    with (data / "peer.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            str(python),
            str(script),
            str(data),
            cwd=data,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    try:
        started = Peer(name, process)
        await started.answer()
        yield started
    finally:
        await ended(process)
