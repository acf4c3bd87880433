"""One stack for each worker of the test run: the app, its host and its endpoints, on free ports.

Or the app that ``FANWISE_BASE_URL`` names, for the tests that only speak HTTP.
"""

import uuid
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.another_app import REASON, another_app, key_headers, speaks_http_only
from tests.support.fanwise import Fanwise, fanwise
from tests.support.openai import LocalOpenAI, fresh_openai
from tests.support.stack import RunningStack, running_stack


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if another_app() is None:
        return
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and not speaks_http_only(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.skip(reason=REASON))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack() -> AsyncGenerator[RunningStack]:
    # Any account may be gathered; none is unless somebody asks.
    async with running_stack(env={"REPO_CONTEXT_ALLOW_ANY": "1"}) as running:
        yield running


@pytest.fixture
def app_url(request: pytest.FixtureRequest) -> str:
    """Where the app is. Only a test that asks for ``stack`` itself has one when somebody else started the app."""
    if elsewhere := another_app():
        return elsewhere
    stack: RunningStack = request.getfixturevalue("stack")
    assert stack.host
    return stack.host.url


@pytest.fixture
async def app(app_url: str) -> AsyncGenerator[Fanwise]:
    async with fanwise(app_url, key_headers()) as client:
        yield client


@pytest.fixture
async def openai(stack: RunningStack) -> AsyncGenerator[LocalOpenAI]:
    """The embeddings endpoint of the stack, without faults and with its counters at zero."""
    assert stack.openai
    async with fresh_openai(stack.openai.url, stack.openai.pid or 0) as endpoint:
        yield endpoint


@pytest.fixture
def project() -> str:
    """A project of this test's own."""
    return f"project-{uuid.uuid4().hex[:12]}"
