"""The whole of Fanwise with its catalogue on one machine, where model and index take a given time."""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from azure.cosmos.aio import ContainerProxy, CosmosClient

from bench.processes import program
from bench.stack import settings
from local.stack.addresses import service_bus_connection
from shared.topology import topology

CHAT_MS = 400
INDEX_MS = 100
# The documents say exactly when each search ended.
_POLL_S = 0.1
_DEADLINE_S = 600
_REQUEST_ID = re.compile(r"req_[0-9a-f-]{36}")
#: What the line of a search's end has in the host's log.
END = "event=SearchOrchestrator"


class _Ends:
    """Which searches have ended, by the host's log: asking the database takes a part of what is measured."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._read = 0
        self._ended: set[str] = set()

    def look(self) -> set[str]:
        """The ids of all searches that have ended so far."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            whole, newline, _ = log.read().rpartition(b"\n")
        self._read += len(whole) + len(newline)
        for line in whole.decode(errors="replace").splitlines():
            if END in line:
                self._ended.update(_REQUEST_ID.findall(line)[:1])
        return self._ended


@dataclass(frozen=True)
class SearchStack:
    """``parts``: address and process id of each part, as ``local up`` reports them; ``log``: of the host."""

    parts: dict[str, Any]
    log: Path
    http: aiohttp.ClientSession
    requests: ContainerProxy
    ends: _Ends

    @property
    def search_url(self) -> str:
        return f"{self.parts['host']['url']}/search"

    def environment(self) -> dict[str, str]:
        """Settings with which another program reaches these parts."""
        values = settings()
        return values | {
            "COSMOS_ENDPOINT": self.parts["cosmos"]["url"],
            "AZURE_OPENAI_ENDPOINT": self.parts["openai"]["url"],
            "AI_SEARCH_ENDPOINT": self.parts["search"]["url"],
            "STORAGE_ENDPOINT": self.parts["storage"]["url"],
            "SERVICEBUS": service_bus_connection(self.parts["servicebus"]["url"], values["SERVICEBUS"]),
        }

    async def submit(self, payload: Mapping[str, Any]) -> str:
        """Send a search; return its id.

        Raises:
            RuntimeError: The answer is another than 202.
        """
        async with self.http.post(self.search_url, json=payload) as answer:
            body = await answer.text()
        if answer.status != 202:
            raise RuntimeError(f"{self.search_url} answered {answer.status}: {body}")
        return json.loads(body)["request_id"]

    async def all_ended(self, request_ids: Collection[str]) -> None:
        """Wait until searches have ended.

        Raises:
            TimeoutError: Some take too long.
        """
        async with asyncio.timeout(_DEADLINE_S):
            while not self.ends.look() >= set(request_ids):  # noqa: ASYNC110 - they end in another process
                await asyncio.sleep(_POLL_S)

    async def all_of(self, request_ids: Collection[str]) -> "list[Search]":
        """Return searches that were accepted."""
        wanted = set(request_ids)
        query = "SELECT c.id, c.status, c.error, c.created_at, c.updated_at, c.processing_metadata FROM c"
        return [Search(row) async for row in self.requests.query_items(query) if row["id"] in wanted]

    async def calls(self) -> Counter[str]:
        """How many requests model and index have had, by kind."""
        async with self.http.get(f"{self.parts['openai']['url']}/_stats") as answer:
            scopes = (await answer.json())["scopes"]
        async with self.http.get(f"{self.parts['search']['url']}/_stats") as answer:
            operations = (await answer.json())["by_operation"]
        return Counter({scope: counts["requests"] for scope, counts in scopes.items()}) + Counter(operations)

    async def queue(self) -> dict[str, int]:
        """What is in the queue of accepted searches."""
        async with self.http.get(f"{self.parts['servicebus']['control_url']}/_stats") as answer:
            return (await answer.json())["queues"][topology().queues["search_requests"].name]

    def host_cpu_s(self) -> float:
        """Seconds of CPU that the host and its worker processes have used."""
        host = psutil.Process(self.parts["host"]["pid"])
        times = [process.cpu_times() for process in (host, *host.children())]
        return sum(each.user + each.system for each in times)

    def logged(self, *words: str) -> Counter[str]:
        """How many lines of the host's log hold all ``words``, by the search that they are about."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        found: Counter[str] = Counter()
        for line in lines:
            if all(word in line for word in words):
                found.update(_REQUEST_ID.findall(line)[:1])
        return found


@dataclass(frozen=True)
class Search:
    """A search as its document tells."""

    document: Mapping[str, Any]

    @property
    def request_id(self) -> str:
        return self.document["id"]

    @property
    def status(self) -> str:
        return self.document["status"]

    def whole(self) -> "Search":
        """Return this search, which must be completed and lack nothing.

        Raises:
            RuntimeError: It did not.
        """
        degraded = (self.document.get("processing_metadata") or {}).get("degraded")
        if self.status != "completed" or degraded:
            raise RuntimeError(f"{self.request_id} ended {self.status}, {self.document.get('error')}, lacks {degraded}")
        return self

    @property
    def orchestration_ms(self) -> float:
        """From the orchestration's first step to the writing of the results."""
        return _ms_between(self.document["processing_metadata"]["started_at"], self.document["updated_at"])

    @property
    def whole_ms(self) -> float:
        """From the request's acceptance to the writing of the results."""
        return _ms_between(self.document["created_at"], self.document["updated_at"])

    @property
    def accepted_at(self) -> datetime:
        return datetime.fromisoformat(self.document["created_at"])

    @property
    def ended_at(self) -> datetime:
        return datetime.fromisoformat(self.document["updated_at"])


def _ms_between(began: str, ended: str) -> float:
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds() * 1000


@asynccontextmanager
async def search_stack_on(
    folder: Path,
    env: Mapping[str, str] | None = None,
    *,
    catalogue: bool = True,
    chat_ms: int = CHAT_MS,
    index_ms: int = INDEX_MS,
) -> AsyncGenerator[SearchStack]:
    """Run ``local up`` on free ports; a call of the model takes ``chat_ms``, one of the index ``index_ms``.

    ``folder`` keeps all data; ``env`` is put over the sample's settings; without ``catalogue`` nothing can be found.
    """
    ready = folder / f"ready-{time.time_ns()}.json"
    data = folder / "data"
    up = ["local", "up", "--ports", "auto", "--data", str(data), "--ready-file", str(ready)]
    if not catalogue:
        up.append("--no-catalogue")
    values = settings()
    async with (
        program(up, ready, {**values, **(env or {})}) as parts,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http,
        CosmosClient(parts["cosmos"]["url"], values["COSMOS_KEY"]) as cosmos,
    ):
        for url, latency_ms in (
            (f"{parts['openai']['url']}/_faults/chat", chat_ms),
            (f"{parts['search']['url']}/_faults", index_ms),
        ):
            async with http.put(url, json={"latency_ms": latency_ms}) as answer:
                answer.raise_for_status()
        named = topology()
        database = cosmos.get_database_client(named.database)
        requests = database.get_container_client(named.containers["search_requests"].name)
        log = data / "logs" / "host.log"
        yield SearchStack(parts, log, http, requests, _Ends(log))


async def in_flight(stack: SearchStack, payloads: Sequence[Mapping[str, Any]], together: int) -> list[Search]:
    """Run searches, always ``together`` of them at a time until they run out.

    Raises:
        RuntimeError: One failed, or lacks something.
        TimeoutError: They take too long.
    """
    left, running, accepted = list(payloads), set[str](), list[str]()
    async with asyncio.timeout(_DEADLINE_S):
        while left or running:
            more = [left.pop() for _ in range(min(together - len(running), len(left)))]
            running |= (new := set(await asyncio.gather(*map(stack.submit, more))))
            accepted += new
            await asyncio.sleep(_POLL_S)
            running -= stack.ends.look()
    return [search.whole() for search in await stack.all_of(accepted)]
