"""What unit tests of several folders share: searches in a Cosmos endpoint of this worker's own."""

import pytest
import pytest_asyncio

from tests.support.cosmos import provisioned_cosmos
from tests.support.searches import open_searches


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def search_cosmos(tmp_path_factory):
    async with provisioned_cosmos(tmp_path_factory.mktemp("cosmos")) as running:
        yield running


@pytest.fixture
async def searches(search_cosmos):
    async with open_searches(search_cosmos) as opened:
        yield opened
