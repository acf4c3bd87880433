"""The local search endpoint as a process of its own, and its switches and counters."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp

from tests.support.ready import ended, ready

REPOSITORY = Path(__file__).parents[2]
KEY = "a-search-key"


@dataclass(frozen=True)
class LocalSearch:
    """A running endpoint: its address, its key, its process, its control routes."""

    url: str
    key: str
    process: asyncio.subprocess.Process
    _session: aiohttp.ClientSession

    async def set_faults(self, **switches: Any) -> None:
        """Replace every switch; those not named are off."""
        async with self._session.put(f"{self.url}/_faults", json=switches) as response:
            assert response.status == 200, await response.text()

    async def stats(self) -> dict[str, Any]:
        """Return the counters since the start or the last reset."""
        async with self._session.get(f"{self.url}/_stats") as response:
            return await response.json()

    async def reset_stats(self) -> None:
        """Set the counters to zero."""
        async with self._session.delete(f"{self.url}/_stats") as response:
            assert response.status == 200, await response.text()

    async def send(self, method: str, path: str, content: bytes | None = None, key: str | None = None) -> Any:
        """Send a request as no SDK would; returns its status and the answer's JSON, None for an empty answer."""
        headers = {"api-key": self.key if key is None else key, "Content-Type": "application/json"}
        async with self._session.request(method, f"{self.url}{path}", data=content, headers=headers) as response:
            return response.status, await response.json(content_type=None) if await response.read() else None

    async def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def running_search(data: Path | None = None, *options: str, key: str = KEY) -> AsyncGenerator[LocalSearch]:
    """Run ``python -m local.search`` on a free port with ``options`` added; it is gone afterwards.

    ``data`` None: with a folder of its own, that is gone afterwards too. ``key`` "" lets anybody in.
    """
    with tempfile.TemporaryDirectory() as folder:
        ready_file = Path(folder) / f"ready-{uuid4().hex}.json"
        command = [sys.executable, "-m", "local.search", "--port", "0", "--ready-file", str(ready_file)]
        command += ["--data", str(data or Path(folder) / "data"), *(["--key", key] if key else []), *options]
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=REPOSITORY,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=None,
            env={name: value for name, value in os.environ.items() if name != "AI_SEARCH_KEY"},
        )
        try:
            content = await ready(ready_file, process)
            async with aiohttp.ClientSession() as session:
                yield LocalSearch(str(content["url"]), key, process, session)
        finally:
            await ended(process)
