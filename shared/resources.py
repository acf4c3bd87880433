"""Everything the app opens, and the one place that closes it. A worker opens on first use, once per process."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from azure.core.credentials_async import AsyncTokenCredential

from shared.clients.ai_search import Materials, open_materials
from shared.clients.blobs import Uploads, open_blobs
from shared.clients.cosmos import open_database
from shared.clients.github import GitHub, open_github
from shared.clients.lab_data import BLOB, LabSource, open_lab_source
from shared.clients.mock_embeddings import MockEmbeddings
from shared.clients.openai_account import open_account
from shared.clients.openai_chat import Chat
from shared.clients.openai_embeddings import Embeddings
from shared.clients.service_bus import open_queue
from shared.github_cache import GitHubCache
from shared.idempotency import IdempotencyKeys
from shared.retry import with_retries
from shared.search.catalogue import Catalogue
from shared.search.colour_words import ColourWordsCache, colour_words_cache
from shared.search.near_filters import NearFilters, near_filters
from shared.search.query_vectors import QueryVectors
from shared.search.request_queue import SearchQueue
from shared.search.request_repository import SearchRequests
from shared.search.synonyms import SynonymCache
from shared.settings import Settings, current_settings
from shared.snippets.chunk_repository import Chunks
from shared.snippets.embedder import Embedder
from shared.snippets.repository import Snippets
from shared.snippets.segment_cache import SegmentCache
from shared.snippets.vector_repository import Vectors
from shared.topology import topology

_FAILURE_KEPT_S = 1.0


@dataclass(frozen=True)
class Resources:
    """What activities and HTTP functions work with. ``chat`` is None in mock mode."""

    settings: Settings
    model: Embeddings | MockEmbeddings
    chat: Chat | None
    synonyms: SynonymCache
    embedder: Embedder
    snippets: Snippets
    chunks: Chunks
    uploads: Uploads
    segments: SegmentCache
    idempotency_keys: IdempotencyKeys
    search_requests: SearchRequests
    search_queue: SearchQueue
    materials: Materials
    query_vectors: QueryVectors
    catalogue: Catalogue
    colour_words: ColourWordsCache
    lab_data: LabSource
    near_filters: NearFilters
    github: GitHub
    github_cache: GitHubCache


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncGenerator[Resources]:
    """Open every client; leaving the context closes them."""
    async with AsyncExitStack() as stack:
        credential = await stack.enter_async_context(_credential(settings)) if _needs_identity(settings) else None
        database = await stack.enter_async_context(open_database(settings.cosmos, credential))
        blobs = await stack.enter_async_context(open_blobs(settings.storage, credential))
        blob_containers = topology().blob_containers
        uploads = Uploads(blobs.get_container_client(blob_containers["snippet_uploads"].name))
        lab_blob = blobs.get_blob_client(blob_containers["lab_data"].name, BLOB)
        model, chat = await _models(settings, credential, stack)
        searches = topology().queues["search_requests"].name
        queue = await stack.enter_async_context(open_queue(settings.service_bus, searches, credential))
        chunks = Chunks(database.get_container_client(settings.chunks.name))
        containers = topology().containers
        materials = await stack.enter_async_context(open_materials(settings.ai_search, credential))
        yield Resources(
            settings=settings,
            model=model,
            chat=chat,
            synonyms=SynonymCache(database.get_container_client(containers["search_cache"].name)),
            embedder=Embedder(model, Vectors(database.get_container_client(containers["vectors"].name)), chunks),
            snippets=Snippets(database.get_container_client(settings.snippets.name)),
            chunks=chunks,
            uploads=uploads,
            segments=SegmentCache(uploads),
            idempotency_keys=IdempotencyKeys(database.get_container_client(containers["idempotency_keys"].name)),
            search_requests=SearchRequests(database.get_container_client(containers["search_requests"].name)),
            search_queue=SearchQueue(queue),
            query_vectors=QueryVectors(model),
            materials=materials,
            catalogue=Catalogue(materials),
            colour_words=colour_words_cache(database.get_container_client(containers["search_cache"].name)),
            lab_data=await stack.enter_async_context(open_lab_source(lab_blob)),
            near_filters=near_filters(database.get_container_client(containers["search_cache"].name)),
            github=await stack.enter_async_context(open_github(settings.github)),
            github_cache=GitHubCache(
                database.get_container_client(containers["github_cache"].name), settings.repo_context.ttl_hours * 3600
            ),
        )


async def _models(
    settings: Settings, credential: AsyncTokenCredential | None, stack: AsyncExitStack
) -> tuple[Embeddings | MockEmbeddings, Chat | None]:
    embedding, language = settings.embedding_model, settings.language_model
    if embedding is None or language is None:
        return MockEmbeddings(), None
    account = await stack.enter_async_context(open_account(embedding.account, credential))
    return (
        Embeddings(account, embedding.deployment, embedding.dimensions),
        Chat(account, language.deployment, language.temperature, language.effort),
    )


class _Process:
    """The resources of this process. The Functions worker has no hook at its end: they close with the process."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._opening: asyncio.Task[Resources] | None = None

    async def resources(self) -> Resources:
        if self._opening is None:
            self._opening = asyncio.create_task(with_retries(self._open))
            self._opening.add_done_callback(self._keep)
        # One opening for all who wait; shielded, so that one who gives up does not end it for the others.
        return await asyncio.shield(self._opening)

    async def _open(self) -> Resources:
        return await self._stack.enter_async_context(open_resources(current_settings()))

    def _keep(self, opening: "asyncio.Task[Resources]") -> None:
        """Keep what was opened; forget a failure after a moment in which it answers everybody at once."""
        if opening.cancelled() or opening.exception() is not None:
            asyncio.get_running_loop().call_later(_FAILURE_KEPT_S, self._forget)

    def _forget(self) -> None:
        self._opening = None


_process = _Process()


async def process_resources() -> Resources:
    """Return the resources of this process, opened on the first call.

    Raises:
        Unavailable: Cosmos DB did not answer while its client was opened; the next call tries again.
    """
    return await _process.resources()


def _needs_identity(settings: Settings) -> bool:
    model = settings.embedding_model
    services = [settings.cosmos, settings.storage, settings.ai_search, *([model.account.service] if model else [])]
    return any(service.key is None for service in services) or not settings.service_bus.connection_string


def _credential(settings: Settings) -> AsyncTokenCredential:
    from azure.identity.aio import DefaultAzureCredential  # not needed where keys are set

    return DefaultAzureCredential(managed_identity_client_id=settings.client_id)
