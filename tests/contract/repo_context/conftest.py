"""GitHub and Cosmos DB, one of each for a worker of the test run; every test gets them as new."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from shared.resources import Resources
from tests.support.cosmos import RunningCosmos, provisioned_cosmos
from tests.support.github import LocalGitHub, fresh_github, running_github
from tests.support.repo_context import open_pipeline


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
    async with fresh_github(endpoint) as fresh:
        yield fresh


@pytest.fixture
async def resources(cosmos, hub) -> AsyncGenerator[Resources]:
    async with open_pipeline(cosmos, hub.url) as opened:
        yield opened
