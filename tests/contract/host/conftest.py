"""One host with the durable sample app for all tests of a worker, and the stock SDK's client of it."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest
import pytest_asyncio
from azure.durable_functions import DurableOrchestrationClient
from azure.durable_functions.models.utils import http_utils

from local.host.management.links import client_binding
from tests.support.host import APPS, RunningHost, running_host


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def host(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningHost]:
    async with running_host(APPS / "durable", tmp_path_factory.mktemp("durable")) as running:
        yield running


@pytest_asyncio.fixture
async def session() -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest_asyncio.fixture
async def client(host: RunningHost) -> AsyncGenerator[DurableOrchestrationClient]:
    """The SDK's client as an app's starter gets it, speaking HTTP to the host."""
    yield DurableOrchestrationClient(client_binding(host.url, "TestHub"))
    await http_utils._close_session()
