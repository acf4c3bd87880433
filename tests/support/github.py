"""The local GitHub endpoint as a process of its own, PyGithub against it, and its switches, counters and changes."""

import asyncio
import os
import sys
import tempfile
from base64 import b64encode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from github import Auth, Github

from tests.support.ready import ended, ready

REPOSITORY = Path(__file__).parents[2]
TOKEN = "github-token-of-a-test"
# Its repositories: 12 public ones and a private one.
SMALL = "pallets"
# 120 public ones and two private ones.
LARGE = "hashicorp"


@dataclass(frozen=True)
class LocalGitHub:
    """A running endpoint: its address, its process, its control routes."""

    url: str
    pid: int
    _session: aiohttp.ClientSession

    def client(self, token: str | None = TOKEN, **options: Any) -> Github:
        """Return PyGithub as the app opens it: nothing sleeps or retries in the thread; close it after use."""
        settings = {"pool_size": 32, "per_page": 100, "seconds_between_requests": None, "retry": None, "lazy": True}
        if token is not None:
            settings["auth"] = Auth.Token(token)
        return Github(base_url=self.url, **(settings | options))

    async def set_faults(self, **switches: Any) -> None:
        """Replace every switch; those not named are off, and every quota is whole again unless ``quota`` is named."""
        await self._asked("PUT", "/_faults", switches)

    async def stats(self) -> dict[str, Any]:
        """Return the counters since the start or the last reset."""
        return await self._asked("GET", "/_stats")

    async def reset_stats(self) -> None:
        """Set the counters to zero."""
        await self._asked("DELETE", "/_stats")

    async def change(self, full_name: str, **change: Any) -> dict[str, Any]:
        """Change a repository (``local/github/changes.py`` says what can be changed) and return it."""
        return await self._asked("PATCH", f"/_fixture/repos/{full_name}", change)

    async def create(self, full_name: str, **change: Any) -> dict[str, Any]:
        """Add a repository, and its account when there is none."""
        return await self._asked("PUT", f"/_fixture/repos/{full_name}", change)

    async def push(self, full_name: str, **change: Any) -> dict[str, Any]:
        """Push to a repository: its ``pushed_at`` becomes now."""
        return await self.change(full_name, push=True, **change)

    async def write_context(self, full_name: str, content: bytes) -> dict[str, Any]:
        """Push a ``.repo-context.json`` of these bytes, whatever they are."""
        return await self.change(full_name, context_base64=b64encode(content).decode())

    async def reset(self) -> None:
        """Forget every change, switch and count."""
        for path in ("/_fixture", "/_faults", "/_stats"):
            await self._asked("DELETE", path)

    async def _asked(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        async with self._session.request(method, f"{self.url}{path}", json=body) as response:
            assert response.status in (200, 201), await response.text()
            return await response.json()


@asynccontextmanager
async def running_github(*options: str, token: str | None = TOKEN) -> AsyncGenerator[LocalGitHub]:
    """Run ``python -m local.github`` on a free port with ``options`` added; it is gone afterwards.

    ``token`` is the one that it lets in; None: any.
    """
    with tempfile.TemporaryDirectory() as folder:
        ready_file = Path(folder) / "ready.json"
        command = [sys.executable, "-m", "local.github", "--port", "0", "--ready-file", str(ready_file), *options]
        if token is not None:
            command += ["--token", token]
        env = {name: value for name, value in os.environ.items() if name != "GITHUB_TOKEN"}
        process = await asyncio.create_subprocess_exec(
            *command, cwd=REPOSITORY, env=env, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            content = await ready(ready_file, process)
            async with aiohttp.ClientSession() as session:
                yield LocalGitHub(str(content["url"]), process.pid, session)
        finally:
            await ended(process)


@asynccontextmanager
async def fresh_github(running: LocalGitHub) -> AsyncGenerator[LocalGitHub]:
    """The endpoint that several tests share, for one of them: without changes and faults, its counters at zero."""
    async with aiohttp.ClientSession() as session:
        fresh = LocalGitHub(running.url, running.pid, session)
        await fresh.reset()
        yield fresh
        await fresh.reset()
