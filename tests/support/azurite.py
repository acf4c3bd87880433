"""Azurite as the local stack starts it, as a process of a test's own."""

import asyncio
from pathlib import Path

from local.azurite import launcher
from local.stack.readiness import answers
from tests.support.ready import POLL_S, READY_S

KEY = "ZmFud2lzZS1vbi1vbmUtbWFjaGluZQ=="


async def started_azurite(port: int, data: Path) -> asyncio.subprocess.Process:
    """Start Azurite on ``data`` and return it once it answers. The caller ends it."""
    process = await asyncio.create_subprocess_exec(
        *launcher.command(launcher.Ports(port), data), env=launcher.environment(KEY)
    )
    async with asyncio.timeout(READY_S):
        while not await answers(f"http://127.0.0.1:{port}"):
            assert process.returncode is None, f"Azurite ended with {process.returncode}"
            await asyncio.sleep(POLL_S)
    return process
