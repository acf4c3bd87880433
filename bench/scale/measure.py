"""Searches on the local stack, with a recorder before each service: what one search asks of them."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import psutil
from azure.cosmos.aio import ContainerProxy, CosmosClient

from bench.processes import ROOT, program, scratch
from bench.report import describe_machine
from bench.scale import durable_history, traffic
from bench.scale.figures import figures
from bench.scale.recorder import Recorder, recording
from bench.search_payloads import Payloads
from bench.stack import settings
from local.stack.addresses import service_bus_connection
from shared.topology import topology

SEARCHES = 24
WARM_UP = 3
_POLL_S = 0.05
_DEADLINE_S = 120.0
_UNDER_WAY = ("queued", "processing", "scoring")
_RECORDED = {
    "cosmos": "COSMOS_ENDPOINT",
    "openai": "AZURE_OPENAI_ENDPOINT",
    "search": "AI_SEARCH_ENDPOINT",
    "storage": "STORAGE_ENDPOINT",
}


@dataclass(frozen=True)
class Measuring:
    """A host whose calls are recorded. ``requests``: the documents of its searches, asked without being recorded."""

    host: dict[str, Any]
    data: Path
    recorders: dict[str, Recorder]
    broker_url: str
    http: aiohttp.ClientSession
    requests: ContainerProxy

    async def run(self, payload: dict[str, Any]) -> str:
        """Send a search and return its id once it is completed and its message settled.

        Raises:
            RuntimeError: It did not complete, or lacks something.
        """
        async with self.http.post(f"{self.host['url']}/search", json=payload) as answer:
            accepted = await answer.json()
        if answer.status != 202:
            raise RuntimeError(f"a search was answered by {answer.status}: {accepted}")
        request_id: str = accepted["request_id"]
        async with asyncio.timeout(_DEADLINE_S):
            while (document := await self.requests.read_item(request_id, request_id))["status"] in _UNDER_WAY:  # noqa: ASYNC110
                await asyncio.sleep(_POLL_S)
            while await self._unsettled() or not document.get("enqueued_at"):
                await asyncio.sleep(_POLL_S)
                document = await self.requests.read_item(request_id, request_id)
        if document["status"] != "completed" or document["processing_metadata"].get("degraded"):
            raise RuntimeError(f"{request_id} ended {document['status']}: {document.get('processing_metadata')}")
        return request_id

    async def poll(self, request_id: str) -> int:
        """Ask for a search's status as its user does; return the bytes of the answer."""
        async with self.http.get(f"{self.host['url']}/status/{request_id}") as answer:
            return len(await answer.read())

    async def broker(self) -> dict[str, Any]:
        """The broker's counters."""
        async with self.http.get(f"{self.broker_url}/_stats") as answer:
            return await answer.json()

    async def _unsettled(self) -> int:
        queue = (await self.broker())["queues"][topology().queues["search_requests"].name]
        return queue["active"] + queue["locked"]

    def cpu_s(self) -> float:
        times = psutil.Process(self.host["pid"]).cpu_times()
        return times.user + times.system

    def log(self) -> tuple[int, int]:
        """Lines and bytes that the host has logged."""
        text = (self.data / "host.log").read_bytes()
        return text.count(b"\n"), len(text)

    def clear(self) -> None:
        for recorder in self.recorders.values():
            recorder.clear()


async def measured() -> dict[str, Any]:
    """Return what searches, one after the other, asked of each service: sums over all of them.

    Raises:
        RuntimeError: A search failed or lacks something.
    """
    machine = describe_machine()
    payloads = Payloads(seed=23)
    async with scratch("data") as folder, _measuring(folder) as stack:
        for _ in range(WARM_UP):
            await stack.run(payloads.full())
        stack.clear()
        cpu, log, broker = stack.cpu_s(), stack.log(), await stack.broker()
        ids = [await stack.run(payloads.full()) for _ in range(SEARCHES)]
        cpu_ms = (stack.cpu_s() - cpu) * 1000
        lines, size = (now - before for now, before in zip(stack.log(), log, strict=True))
        after = await stack.broker()
        found = _traffic(stack)
        stack.clear()
        answered = [await stack.poll(request_id) for request_id in ids]
        polls = traffic.cosmos_operations(stack.recorders["cosmos"].exchanges, figures().request_units)
        durable = durable_history.counted(folder / "data" / "host" / "durable.db", ids)
    return {
        "machine": machine,
        "models": {"chat": _as_deployed()["LLM_MODEL"], "embedding": settings()["EMBEDDING_MODEL_DEPLOYMENT_NAME"]},
        "reasoning_effort": _as_deployed()["LLM_REASONING_EFFORT"],
        "searches": SEARCHES,
        "durable": durable,
        **found,
        "messages": {name: after[name] - broker[name] for name in ("sent", "delivered", "settled")},
        "host": {"cpu_ms": round(cpu_ms), "log_lines": lines, "log_bytes": size},
        "last_polls": {"cosmos": polls, "answered_bytes": sum(answered)},
    }


def _traffic(stack: Measuring) -> dict[str, Any]:
    recorded = {name: recorder.exchanges for name, recorder in stack.recorders.items()}
    return {
        "cosmos": traffic.cosmos_operations(recorded["cosmos"], figures().request_units),
        "chat": traffic.prompts(recorded["openai"]),
        "embeddings": traffic.embeddings(recorded["openai"]),
        "index": traffic.index_queries(recorded["search"]),
        "blob_requests": len(recorded["storage"]),
    }


@asynccontextmanager
async def _measuring(folder: Path) -> AsyncGenerator[Measuring]:
    values = settings() | _as_deployed() | {"REPO_CONTEXT_USERS": ""}
    data, ready, host_ready = folder / "data", folder / "parts.json", folder / "data" / "host.json"
    up = ["local", "up", "--ports", "auto", "--no-host", "--data", str(data), "--ready-file", str(ready)]
    async with AsyncExitStack() as opened:
        parts = await opened.enter_async_context(program(up, ready, values))
        recorders = {name: await opened.enter_async_context(recording(_root(parts[name]["url"]))) for name in _RECORDED}
        addresses = {
            setting: recorders[name].url + urlsplit(parts[name]["url"]).path for name, setting in _RECORDED.items()
        }
        bus = service_bus_connection(parts["servicebus"]["url"], values["SERVICEBUS"])
        start = ["local.host", "start", "--port", "0", "--app", str(ROOT), "--data", str(data / "host")]
        host = await opened.enter_async_context(
            program([*start, "--ready-file", str(host_ready)], host_ready, values | addresses | {"SERVICEBUS": bus})
        )
        http = await opened.enter_async_context(aiohttp.ClientSession())
        cosmos = await opened.enter_async_context(CosmosClient(parts["cosmos"]["url"], values["COSMOS_KEY"]))
        database = cosmos.get_database_client(topology().database)
        requests = database.get_container_client(topology().containers["search_requests"].name)
        yield Measuring(host, data, recorders, parts["servicebus"]["control_url"], http, requests)


def _root(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _as_deployed() -> dict[str, str]:
    """The settings of the deployment that decide what a search asks of the language model."""
    given = json.loads((ROOT / "infra" / "main.parameters.json").read_text(encoding="utf-8"))["parameters"]
    chosen = {
        "LLM_MODEL": "chatModelName",
        "LLM_TEMPERATURE": "chatModelTemperature",
        "LLM_REASONING_EFFORT": "chatModelReasoningEffort",
    }
    return {name: given[parameter]["value"].partition("=")[2].rstrip("}") for name, parameter in chosen.items()}
