"""The app as its users see it: a client over HTTP."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from tests.support.host import pauses

# At the longest; a poll costs the host as much as a step of a run does.
POLL_S = 0.1
DEADLINE_S = 60.0


class Fanwise:
    """A client of one running app."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.url = url
        self._session = session

    async def call(self, method: str, path: str | URL, **options: Any) -> tuple[int, Any, Any]:
        """Return status, JSON (None where there is no body) and headers. A ``URL`` is sent as it is."""
        address = path if isinstance(path, URL) else f"{self.url}{path}"
        async with self._session.request(method, address, **options) as response:
            content = await response.read()
            return response.status, await response.json(content_type=None) if content else None, response.headers

    async def submit(self, *, headers: dict[str, str] | None = None, **document: Any) -> dict[str, Any]:
        """Submit a snippet that must be accepted; return the management URLs."""
        status, links, _ = await self.call("POST", "/api/orchestrators/embeddings", json=document, headers=headers)
        assert status == 202, links
        return links

    async def ended(self, links: dict[str, Any], deadline_s: float = DEADLINE_S) -> dict[str, Any]:
        """Return the status of a run once it has ended."""
        waits = pauses(POLL_S)
        async with asyncio.timeout(deadline_s):
            while True:
                async with self._session.get(links["statusQueryGetUri"]) as response:
                    status = await response.json()
                if status["runtimeStatus"] not in {"Pending", "Running"}:
                    return status
                await asyncio.sleep(next(waits))

    async def manage(self, links: dict[str, Any], operation: str) -> None:
        """Suspend or resume a run."""
        async with self._session.post(links[f"{operation}PostUri"].replace("{text}", "test")) as response:
            assert response.status == 202, await response.text()

    async def embed(self, deadline_s: float = DEADLINE_S, **document: Any) -> dict[str, Any]:
        """Submit a snippet, wait for its run, return the run's output."""
        status = await self.ended(await self.submit(**document), deadline_s)
        assert status["runtimeStatus"] == "Completed", status
        return status["output"]

    async def query(self, query: str, **document: Any) -> list[dict[str, Any]]:
        """Return the snippets nearest to a question."""
        status, answer, _ = await self.call("POST", "/api/snippets/query", json={"query": query, **document})
        assert status == 200, answer
        return answer["results"]

    async def read(self, project_id: str, name: str, include: str = "text") -> dict[str, Any]:
        """Return a snippet that must exist."""
        path = f"/api/snippets/{quote(project_id)}/{quote(name)}?include={include}"
        status, answer, _ = await self.call("GET", path)
        assert status == 200, answer
        return answer


@asynccontextmanager
async def fanwise(url: str, headers: Mapping[str, str] | None = None) -> AsyncGenerator[Fanwise]:
    """A client of the app at ``url``; it sends ``headers`` with every request."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=DEADLINE_S), headers=headers) as session:
        yield Fanwise(session, url)
