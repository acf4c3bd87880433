"""A stack whose app sends its telemetry to an endpoint of the test's."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest_asyncio

from tests.support.catalogue import MATERIALS
from tests.support.fanwise import Fanwise, fanwise
from tests.support.ingestion import Ingestion, running_ingestion
from tests.support.search_client import SearchClient, SearchParts, search_parts
from tests.support.stack import RunningStack, running_stack

# What the SDK waits for before it sends; and what it would tell Microsoft, or ask a virtual machine's metadata service.
SOON = {
    "OTEL_METRIC_EXPORT_INTERVAL": "500",
    "OTEL_BLRP_SCHEDULE_DELAY": "200",
    "OTEL_BSP_SCHEDULE_DELAY": "200",
    "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "azure_functions",
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED": "true",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED": "true",
}


@dataclass(frozen=True)
class Observed:
    """A running app and what it says."""

    stack: RunningStack
    app: Fanwise
    client: SearchClient
    parts: SearchParts
    ingestion: Ingestion


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def observed() -> AsyncGenerator[Observed]:
    async with running_ingestion() as ingestion:
        settings = SOON | {
            "APPLICATIONINSIGHTS_CONNECTION_STRING": ingestion.connection_string,
            "SEARCH_RECONCILER_SCHEDULE": "*/2 * * * * *",
            "REPO_CONTEXT_USERS": "pallets",
            "REPO_CONTEXT_SCHEDULE": "*/2 * * * * *",
        }
        async with running_stack(materials=MATERIALS, env=settings) as stack:
            assert stack.host
            async with fanwise(stack.host.url) as app, search_parts(stack) as parts:
                yield Observed(stack, app, SearchClient(app), parts, ingestion)
