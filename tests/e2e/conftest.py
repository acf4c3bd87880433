"""One stack for each worker of the test run: the app, its host and its endpoints, on free ports."""

import uuid
from collections.abc import AsyncGenerator

import aiohttp
import pytest
import pytest_asyncio

from tests.support.fanwise import Fanwise, fanwise
from tests.support.openai import LocalOpenAI
from tests.support.stack import RunningStack, running_stack


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack() -> AsyncGenerator[RunningStack]:
    async with running_stack() as running:
        yield running


@pytest.fixture
async def app(stack: RunningStack) -> AsyncGenerator[Fanwise]:
    assert stack.host
    async with fanwise(stack.host.url) as client:
        yield client


@pytest.fixture
async def openai(stack: RunningStack) -> AsyncGenerator[LocalOpenAI]:
    """The embeddings endpoint of the stack, without faults and with its counters at zero."""
    assert stack.openai
    async with aiohttp.ClientSession() as session:
        endpoint = LocalOpenAI(stack.openai.url, stack.openai.pid or 0, session)
        await endpoint.set_faults()
        await endpoint.reset_stats()
        yield endpoint
        await endpoint.set_faults()


@pytest.fixture
def project() -> str:
    """A project of this test's own."""
    return f"project-{uuid.uuid4().hex[:12]}"
