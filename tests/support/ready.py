"""Waiting for a process to serve and to end, by condition and with a deadline."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

from local.processes.ready_file import read_ready_file

READY_S = 60.0
POLL_S = 0.02
ENDED_S = 15.0


async def ready(path: Path, process: asyncio.subprocess.Process, log: Path | None = None) -> dict[str, Any]:
    """Return the content of the ready file once it is there; fail, showing the log, when the process ends before."""
    async with asyncio.timeout(READY_S):
        while (content := read_ready_file(path)) is None:
            assert process.returncode is None, f"ended with {process.returncode} before it was ready: {words(log)}"
            await asyncio.sleep(POLL_S)
    return content


def words(log: Path | None) -> str:
    """Return what a log holds."""
    return log.read_text(encoding="utf-8", errors="replace") if log else "(no log)"


async def ended(process: asyncio.subprocess.Process) -> int:
    """End the process, gently at first, and return its exit code."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(ENDED_S):
                await process.wait()
        except TimeoutError:
            process.kill()
    return await process.wait()
