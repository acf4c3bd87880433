"""Cosmos DB: one client a process."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.pipeline.transport import AioHttpTransport
from azure.cosmos.aio import ContainerProxy, CosmosClient, DatabaseProxy

from shared.clients.azure_errors import translated
from shared.clients.proxies import proxy_is_set
from shared.settings import Service
from shared.topology import topology

__all__ = ["ContainerProxy", "open_database"]

# HTTP handlers have no rounds that would try again, so a short throttle is waited out inside the SDK; the rest is left
# to the orchestrator.
_THROTTLE_RETRIES = 3
_THROTTLE_WAIT_S = 5
_READ_TIMEOUT_S = 20


@asynccontextmanager
async def open_database(service: Service, credential: AsyncTokenCredential | None) -> AsyncGenerator[DatabaseProxy]:
    """Open the database that the topology names, signing in with the key or with ``credential``."""
    client = CosmosClient(
        service.endpoint,
        credential=service.key or credential,  # pyright: ignore[reportArgumentType] - settings demand one of both
        retry_total=_THROTTLE_RETRIES,
        retry_backoff_max=_THROTTLE_WAIT_S,
        connection_timeout=5,
        read_timeout=_READ_TIMEOUT_S,
        # Nobody looks at what a write answers; of 64 chunks that is a megabyte of JSON to parse.
        no_response_on_write=True,
        transport=AioHttpTransport(use_env_settings=proxy_is_set()),
    )
    async with AsyncExitStack() as stack:
        # Before it is entered: a client that cannot be opened has connections to close too.
        stack.push_async_callback(client.close)
        with translated("Cosmos DB"):
            await client.__aenter__()
        yield client.get_database_client(topology().database)
