"""The endpoint for OpenAI's SDKs, one for a worker of the test run; every test gets it as new."""

from collections.abc import AsyncGenerator

import pytest_asyncio

from tests.support.openai import LocalOpenAI, fresh_openai, running_openai

KEY = "a-key"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_endpoint() -> AsyncGenerator[LocalOpenAI]:
    async with running_openai("--key", KEY) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def endpoint(shared_endpoint: LocalOpenAI) -> AsyncGenerator[LocalOpenAI]:
    """It lets in whoever has the key ``a-key``."""
    async with fresh_openai(shared_endpoint.url, shared_endpoint.pid) as fresh:
        yield fresh
