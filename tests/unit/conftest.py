"""What unit tests of several folders share: searches in a Cosmos endpoint of this worker's own."""

import pytest
import pytest_asyncio

from local.stack.provision import provision_cosmos
from tests.support.cosmos import running_cosmos
from tests.support.searches import open_searches


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def search_cosmos(tmp_path_factory):
    async with running_cosmos(tmp_path_factory.mktemp("cosmos")) as running:
        provision_cosmos({"COSMOS_ENDPOINT": running.url, "COSMOS_KEY": running.key})
        yield running


@pytest.fixture
async def searches(search_cosmos):
    async with open_searches(search_cosmos) as opened:
        yield opened
