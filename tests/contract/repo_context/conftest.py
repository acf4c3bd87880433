"""GitHub and Cosmos DB, one of each for a worker of the test run; every test gets them as new."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest
import pytest_asyncio

from shared.resources import Resources
from tests.support.cosmos import RunningCosmos
from tests.support.github import LocalGitHub, running_github
from tests.support.repo_context import open_pipeline, provisioned_cosmos


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def endpoint() -> AsyncGenerator[LocalGitHub]:
    async with running_github() as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cosmos(tmp_path_factory) -> AsyncGenerator[RunningCosmos]:
    async with provisioned_cosmos(tmp_path_factory.mktemp("cosmos")) as running:
        yield running


@pytest_asyncio.fixture
async def hub(endpoint) -> AsyncGenerator[LocalGitHub]:
    """GitHub without changes and faults, its counters at zero."""
    async with aiohttp.ClientSession() as session:
        fresh = LocalGitHub(endpoint.url, endpoint.pid, session)
        await fresh.reset()
        yield fresh
        await fresh.reset()


@pytest.fixture
async def resources(cosmos, hub) -> AsyncGenerator[Resources]:
    async with open_pipeline(cosmos, hub.url) as opened:
        yield opened
