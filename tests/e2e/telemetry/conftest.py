"""A stack whose app sends its telemetry to an endpoint of the test's, and what happened there."""

import secrets
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import pytest_asyncio

from tests.support.catalogue import MATERIALS
from tests.support.fanwise import Fanwise, fanwise
from tests.support.ingestion import Ingestion, running_ingestion
from tests.support.search_client import SearchClient, SearchParts, search_parts
from tests.support.stack import running_stack

WORDS = "a deep teal that nobody else asks for"
SNIPPET = "def shade_of_teal_in_a_snippet(): ..."
USER = "john.doe.telemetry@example.org"
WHOLE = {"k": 3, "REQUEST_RESIN_FINAL": "PP", "REQUEST_COLOR_DESCR": WORDS, "L": 45.5, "a": 12.3, "b": -25.7}
# What the SDK waits for before it sends; and what it would tell Microsoft, or ask a virtual machine's metadata service.
SETTINGS = {
    "OTEL_METRIC_EXPORT_INTERVAL": "500",
    "OTEL_BLRP_SCHEDULE_DELAY": "200",
    "OTEL_BSP_SCHEDULE_DELAY": "200",
    "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "azure_functions",
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED": "true",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED": "true",
    "SEARCH_RECONCILER_SCHEDULE": "*/2 * * * * *",
    "REPO_CONTEXT_USERS": "pallets",
    "REPO_CONTEXT_SCHEDULE": "*/2 * * * * *",
}


@dataclass(frozen=True)
class Trace:
    """A caller's trace: its id, and the span of the caller's own that its request belongs under."""

    id: str = field(default_factory=lambda: secrets.token_hex(16))
    span_id: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def headers(self) -> dict[str, str]:
        return {"traceparent": f"00-{self.id}-{self.span_id}-01"}


@dataclass(frozen=True)
class Observed:
    """A running app and what it says of a search, a snippet, and a snippet that no model would embed."""

    app: Fanwise
    client: SearchClient
    parts: SearchParts
    ingestion: Ingestion
    search: dict[str, Any]
    search_trace: Trace
    snippet_trace: Trace


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def observed() -> AsyncGenerator[Observed]:
    async with running_ingestion() as ingestion:
        settings = SETTINGS | {"APPLICATIONINSIGHTS_CONNECTION_STRING": ingestion.connection_string}
        async with running_stack(materials=MATERIALS, env=settings) as stack:
            assert stack.host
            async with fanwise(stack.host.url) as app, search_parts(stack) as parts:
                # What happens before the SDK is there is not sent.
                await ingestion.arrived("customMetrics", "ServiceBus.QueueDepth")
                yield await _happened(app, parts, ingestion)


async def _happened(app: Fanwise, parts: SearchParts, ingestion: Ingestion) -> Observed:
    client, search_trace, snippet_trace = SearchClient(app), Trace(), Trace()
    search = await client.search(WHOLE, search_trace.headers | {"user-id": USER})
    links = await app.submit(headers=snippet_trace.headers, projectId="p", name="teal.py", text=SNIPPET)
    await app.ended(links)
    await parts.openai.set("embeddings", rate_429=1, retry_after_s=0)
    refused = await app.ended(await app.submit(projectId="p", name="throttled.py", text="red green blue"))
    assert refused["output"]["ok"] is False
    await parts.openai.set()
    return Observed(app, client, parts, ingestion, search, search_trace, snippet_trace)
