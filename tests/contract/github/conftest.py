"""One endpoint for the tests of a module, as new for each test."""

from collections.abc import AsyncGenerator

import pytest_asyncio

from tests.support.github import LocalGitHub, running_github


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def endpoint() -> AsyncGenerator[LocalGitHub]:
    async with running_github() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def github(endpoint: LocalGitHub) -> LocalGitHub:
    await endpoint.reset()
    return endpoint
