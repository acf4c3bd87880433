"""The search service under test: the local endpoint, or the one that SEARCH_CONTRACT_ENDPOINT and _KEY name."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest_asyncio
from azure.core.credentials import AzureKeyCredential
from azure.search.documents.aio import SearchClient
from azure.search.documents.indexes.aio import SearchIndexClient
from azure.search.documents.indexes.models import SearchIndex

from tests.support.search import running_search

VISIBLE_S = 30.0
# The service shows changes within about a second and has no sign for it; the local endpoint shows them at once.
SETTLED_S = 3.0


@dataclass(frozen=True, slots=True)
class Service:
    url: str
    key: str
    local: bool

    @property
    def credential(self) -> AzureKeyCredential:
        return AzureKeyCredential(self.key)


@dataclass(frozen=True, slots=True)
class Shelf:
    """An index with what tests ask of it."""

    name: str
    client: SearchClient
    local: bool

    async def settled(self) -> None:
        """Wait until what was written is seen by reads."""
        if not self.local:
            await asyncio.sleep(SETTLED_S)

    async def write(self, documents: list[dict[str, Any]]) -> None:
        """Upload, and wait until searches see it."""
        before = await self.client.get_document_count()
        results = await self.client.upload_documents(documents)
        assert all(result.succeeded for result in results)
        added = sum(result.status_code == 201 for result in results)
        deadline = time.monotonic() + VISIBLE_S
        while await self.client.get_document_count() < before + added:
            assert time.monotonic() < deadline, "documents did not become visible"
            await asyncio.sleep(0.2)
        await self.settled()

    async def rows(self, text: str | None = None, **options: Any) -> list[dict[str, Any]]:
        """All results of a search."""
        return [row async for row in await self.client.search(text, **options)]

    async def ids(self, text: str | None = None, **options: Any) -> list[str]:
        """The keys of all results, in order."""
        return [row["id"] for row in await self.rows(text, **options)]


MakeShelf = Callable[[dict[str, Any] | SearchIndex], Awaitable[Shelf]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def service() -> AsyncGenerator[Service]:
    url, key = os.environ.get("SEARCH_CONTRACT_ENDPOINT"), os.environ.get("SEARCH_CONTRACT_KEY")
    if url and key:
        yield Service(url, key, local=False)
        return
    async with running_search() as running:
        yield Service(running.url, running.key, local=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def index_client(service: Service) -> AsyncGenerator[SearchIndexClient]:
    async with SearchIndexClient(service.url, service.credential) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def make_shelf(service: Service, index_client: SearchIndexClient) -> AsyncGenerator[MakeShelf]:
    """Makes an index from a definition whose name is replaced; it is gone after the module."""
    made: list[Shelf] = []

    async def make(definition: dict[str, Any] | SearchIndex) -> Shelf:
        index = SearchIndex({**dict(definition), "name": f"contract-{uuid4().hex[:12]}"})
        await index_client.create_index(index)
        shelf = Shelf(index.name, SearchClient(service.url, index.name, service.credential), service.local)
        made.append(shelf)
        return shelf

    yield make
    for shelf in made:
        await shelf.client.close()
        await index_client.delete_index(shelf.name)


@pytest_asyncio.fixture(loop_scope="session")
async def throwaway(index_client: SearchIndexClient) -> AsyncGenerator[str]:
    """A name for an index that the test itself makes; the index is deleted afterwards."""
    name = f"contract-{uuid4().hex[:12]}"
    yield name
    await index_client.delete_index(name)
