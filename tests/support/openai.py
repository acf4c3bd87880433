"""The local OpenAI endpoint as a process of its own, and its switches and counters."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.ready import ended, ready

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class LocalOpenAI:
    """A running endpoint: its address, its process, its control routes."""

    url: str
    pid: int
    _session: aiohttp.ClientSession

    async def set_faults(self, scope: str = "", /, **switches: Any) -> None:
        """Replace every switch; those not named are off. ``scope``, such as ``chat``: only for what it names."""
        async with self._session.put(f"{self.url}/_faults/{scope}".rstrip("/"), json=switches) as response:
            assert response.status == 200, await response.text()

    async def stats(self, scope: str = "") -> dict[str, Any]:
        """Return the counters since the start or the last reset, of all requests or of those of a ``scope``."""
        async with self._session.get(f"{self.url}/_stats") as response:
            counters = await response.json()
        return counters["scopes"][scope] if scope else counters

    async def reset_stats(self) -> None:
        """Set the counters to zero."""
        async with self._session.delete(f"{self.url}/_stats") as response:
            assert response.status == 200, await response.text()


@asynccontextmanager
async def running_openai(*options: str) -> AsyncGenerator[LocalOpenAI]:
    """Run ``python -m local.openai`` on a free port with ``options`` added; it is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        ready_file = Path(folder) / "ready.json"
        command = [sys.executable, "-m", "local.openai", "--port", "0", "--ready-file", str(ready_file), *options]
        process = await asyncio.create_subprocess_exec(*command, cwd=REPOSITORY, stdout=asyncio.subprocess.DEVNULL)
        try:
            content = await ready(ready_file, process)
            async with aiohttp.ClientSession() as session:
                yield LocalOpenAI(str(content["url"]), process.pid, session)
        finally:
            await ended(process)


@asynccontextmanager
async def fresh_openai(url: str, pid: int = 0) -> AsyncGenerator[LocalOpenAI]:
    """An endpoint that several tests share, for one of them: without faults, its counters at zero."""
    async with aiohttp.ClientSession() as session:
        endpoint = LocalOpenAI(url, pid, session)
        await endpoint.set_faults()
        await endpoint.reset_stats()
        yield endpoint
        await endpoint.set_faults()
