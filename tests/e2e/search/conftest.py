"""One stack with a catalogue for each worker of the test run, all switches off before and after each test."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.support.another_app import another_app
from tests.support.catalogue import MATERIALS
from tests.support.fanwise import Fanwise
from tests.support.search_client import SearchClient, SearchParts, search_parts
from tests.support.stack import RunningStack, running_stack


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack() -> AsyncGenerator[RunningStack]:
    async with running_stack("--no-github", materials=MATERIALS) as running:
        yield running


@pytest.fixture
async def parts(stack: RunningStack) -> AsyncGenerator[SearchParts]:
    async with search_parts(stack) as opened:
        await opened.reset()
        yield opened
        await opened.reset()


@pytest.fixture
def own_parts(request: pytest.FixtureRequest) -> SearchParts | None:
    """The parts of this run's stack; None where somebody else started the app, and parts that nobody may switch."""
    return None if another_app() else request.getfixturevalue("parts")


@pytest.fixture
async def client(app: Fanwise, own_parts: SearchParts | None) -> AsyncGenerator[SearchClient]:
    opened = SearchClient(app)
    yield opened
    await (own_parts.finish(opened) if own_parts else opened.all_ended())


@pytest.fixture
async def together(client: SearchClient):
    """Run several searches at once; return what their polls say when they have completed."""

    async def run(*payloads):
        return await asyncio.gather(*(client.search(payload) for payload in payloads))

    return run
