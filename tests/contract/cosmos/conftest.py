"""The Cosmos account under test: the local endpoint, or the one that COSMOS_CONTRACT_ENDPOINT and _KEY name."""

import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, CosmosClient, DatabaseProxy

from tests.support.cosmos import start_cosmos

MakeContainer = Callable[..., Awaitable[ContainerProxy]]


@dataclass(frozen=True, slots=True)
class Account:
    """``emulator``: Microsoft's, whose transactional batch is known to be faulty."""

    url: str
    key: str
    local: bool

    @property
    def emulator(self) -> bool:
        return not self.local and "documents.azure.com" not in self.url


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Generator[Account]:
    endpoint, key = os.environ.get("COSMOS_CONTRACT_ENDPOINT"), os.environ.get("COSMOS_CONTRACT_KEY")
    if endpoint and key:
        yield Account(endpoint, key, local=False)
        return
    running = start_cosmos(tmp_path_factory.mktemp("cosmos"))
    try:
        yield Account(running.url, running.key, local=True)
    finally:
        running.stop()


@pytest_asyncio.fixture
async def client(account: Account) -> AsyncGenerator[CosmosClient]:
    async with CosmosClient(account.url, account.key) as opened:
        yield opened


@pytest_asyncio.fixture
async def database(client: CosmosClient) -> AsyncGenerator[DatabaseProxy]:
    created = await client.create_database(f"contract-{uuid4().hex[:12]}")
    try:
        yield created
    finally:
        await client.delete_database(created.id)


@pytest_asyncio.fixture
async def make_container(database: DatabaseProxy) -> MakeContainer:
    """Creates a container, partitioned by ``/pk`` unless told otherwise."""

    async def make(path: str | list[str] = "/pk", **options: Any) -> ContainerProxy:
        key = PartitionKey(path) if isinstance(path, str) else PartitionKey(path, kind="MultiHash")
        return await database.create_container(f"c-{uuid4().hex[:8]}", key, **options)

    return make


@pytest_asyncio.fixture
async def container(make_container: MakeContainer) -> ContainerProxy:
    return await make_container()
