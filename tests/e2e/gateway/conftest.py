"""One stack for a file of tests, set as Bicep sets it behind the gateway, and the gateway before it."""

import uuid
from collections.abc import AsyncGenerator

import aiohttp
import pytest
import pytest_asyncio

from tests.support.gateway_client import RunningGateway, User, running_gateway, signed_in
from tests.support.stack import RunningStack, running_stack

BEHIND_A_GATEWAY = {"HTTP_AUTH_LEVEL": "anonymous", "TRUST_USER_ID_HEADER": "1", "STATUS_REQUIRES_OWNER": "1"}
# Some of every hue and resin.
MATERIALS = 150


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack() -> AsyncGenerator[RunningStack]:
    settings = BEHIND_A_GATEWAY | {"REPO_CONTEXT_ALLOW_ANY": "1"}
    async with running_stack(env=settings, materials=MATERIALS) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gateway(stack: RunningStack) -> AsyncGenerator[RunningGateway]:
    assert stack.host
    async with running_gateway(stack.host.url) as running:
        yield running


@pytest.fixture
async def ada(gateway: RunningGateway) -> AsyncGenerator[User]:
    async with signed_in(gateway, f"ada-{uuid.uuid4().hex}") as user:
        yield user


@pytest.fixture
async def bob(gateway: RunningGateway) -> AsyncGenerator[User]:
    async with signed_in(gateway, f"bob-{uuid.uuid4().hex}") as user:
        yield user


@pytest.fixture
async def forwarded(gateway: RunningGateway):
    """Return how many requests for an operation have reached the app."""

    async def count(operation: str) -> int:
        async with aiohttp.ClientSession() as session, session.get(f"{gateway.url}/_stats") as response:
            return (await response.json())["forwarded"].get(operation, 0)

    return count
