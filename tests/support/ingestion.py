"""Where Application Insights takes telemetry in, on this machine: ``POST /v2.1/track`` of its ingestion endpoint.

What arrives is kept as rows of the tables in which KQL finds it, so that a test can ask what a query would.
"""

import asyncio
import gzip
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

KEY = "00000000-0000-0000-0000-0000000000aa"
DEADLINE_S = 30.0
_POLL_S = 0.05
# Which table Application Insights puts each kind of data into.
_TABLES = {
    "EventData": "customEvents",
    "MetricData": "customMetrics",
    "RemoteDependencyData": "dependencies",
    "RequestData": "requests",
    "MessageData": "traces",
    "ExceptionData": "exceptions",
}
# What the SDK says of itself, beside what it is told.
_OWN_METRICS = frozenset({"_OTELRESOURCE_"})


@dataclass(frozen=True)
class Row:
    """One row of a table. ``value``: a metric's sum or last value; ``id`` and ``success``: a span's."""

    table: str
    name: str
    dimensions: Mapping[str, str]
    operation_id: str
    operation_parent_id: str
    role: str
    value: float | None = None
    id: str = ""
    success: bool | None = None


@dataclass
class Ingestion:
    """What has arrived. ``raw``: each body as text, for a look at everything that was said."""

    url: str
    rows: list[Row] = field(default_factory=list[Row])
    raw: list[str] = field(default_factory=list[str])

    @property
    def connection_string(self) -> str:
        """The connection string of this endpoint."""
        return f"InstrumentationKey={KEY};IngestionEndpoint={self.url}/"

    def of(self, table: str, name: str | None = None, **dimensions: str) -> list[Row]:
        """Return the rows of a table that have this name and these dimensions."""
        return [
            row
            for row in self.rows
            if row.table == table
            and name in (None, row.name)
            and all(row.dimensions.get(key) == value for key, value in dimensions.items())
        ]

    async def when(self, holds: Callable[[], Any], what: str) -> None:
        """Wait until ``holds`` says yes."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                while not holds():
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            names = sorted({f"{row.table}: {row.name}" for row in self.rows})
            raise AssertionError(f"{what} has not arrived after {DEADLINE_S} s, but {names}") from None

    async def arrived(self, table: str, name: str, **dimensions: str) -> list[Row]:
        """Return the rows of this name once there are any."""
        await self.when(lambda: self.of(table, name, **dimensions), f"{name} {dimensions}")
        return self.of(table, name, **dimensions)

    def take(self, body: str) -> int:
        """Keep what a request brought; return how many items it has."""
        items: list[Any] = (
            json.loads(body) if body.startswith("[") else [json.loads(line) for line in body.splitlines()]
        )
        self.raw.append(body)
        for item in items:
            self.rows += _rows(item)
        return len(items)


@asynccontextmanager
async def running_ingestion() -> AsyncGenerator[Ingestion]:
    """Take telemetry in on a free port."""
    received = Ingestion("")

    async def track(request: web.Request) -> web.Response:
        body = await request.read()
        count = received.take((gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode("utf-8"))
        return web.json_response({"itemsReceived": count, "itemsAccepted": count, "errors": []})

    app = web.Application(client_max_size=16 * 1024 * 1024)
    # A connection string ends the address with a slash, and the SDK begins the path with one.
    app.router.add_post("//v2.1/track", track)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        received.url = f"http://127.0.0.1:{port}"
        yield received
    finally:
        await runner.cleanup()


def _rows(item: Mapping[str, Any]) -> list[Row]:
    data = item["data"]
    table, content, tags = _TABLES[data["baseType"]], data["baseData"], item["tags"]
    common = {
        "table": table,
        "dimensions": content.get("properties") or {},
        "operation_id": tags.get("ai.operation.id", ""),
        "operation_parent_id": tags.get("ai.operation.parentId", ""),
        "role": tags.get("ai.cloud.role", ""),
    }
    if table == "customMetrics":
        metrics = [each for each in content["metrics"] if each["name"] not in _OWN_METRICS]
        return [Row(name=each["name"], value=each["value"], **common) for each in metrics]
    name = content.get("name") or content.get("message") or ""
    return [Row(name=name, id=content.get("id", ""), success=content.get("success"), **common)]
