"""Blob storage: texts on their way from the HTTP starter to the activities."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import ResourceNotFoundError

from shared.clients.azure_errors import translated
from shared.errors import Rejected
from shared.settings import Service

if TYPE_CHECKING:
    from azure.storage.blob.aio import BlobServiceClient, ContainerClient

_SERVICE = "Blob storage"


@dataclass(frozen=True)
class StoredBlob:
    name: str
    last_modified: datetime


class Uploads:
    """The container ``snippet-uploads``. Blobs are named ``<run id>/<segment>.json``."""

    def __init__(self, container: "ContainerClient") -> None:
        self._container = container

    async def write(self, name: str, content: bytes) -> None:
        """Store ``content``, replacing what an earlier try left.

        Raises:
            Unavailable: The storage account throttled or could not be reached.
        """
        with translated(_SERVICE):
            await self._container.upload_blob(name, content, overwrite=True)

    async def read(self, name: str) -> bytes:
        """Return the content of a blob.

        Raises:
            Rejected: There is no such blob.
            Unavailable: The storage account throttled or could not be reached.
        """
        with translated(_SERVICE):
            try:
                stream = await self._container.download_blob(name)
                return await stream.readall()
            except ResourceNotFoundError as error:
                raise Rejected(f"blob {name!r} does not exist") from error

    async def delete_run(self, run_id: str) -> int:
        """Delete the blobs of a run and return how many there were.

        Raises:
            Unavailable: The storage account throttled or could not be reached.
        """
        deleted = 0
        with translated(_SERVICE):
            async for blob in self._container.list_blobs(name_starts_with=f"{run_id}/"):
                try:
                    await self._container.delete_blob(blob.name)
                    deleted += 1
                except ResourceNotFoundError:
                    continue
        return deleted

    async def older_than(self, moment: datetime) -> AsyncIterator[StoredBlob]:
        """Yield the blobs last written before ``moment``.

        Raises:
            Unavailable: The storage account throttled or could not be reached.
        """
        with translated(_SERVICE):
            async for blob in self._container.list_blobs():
                if blob.last_modified < moment:
                    yield StoredBlob(blob.name, blob.last_modified)

    async def ping(self) -> None:
        """Raise ``Unavailable`` or ``Rejected`` unless the container answers."""
        with translated(_SERVICE):
            await self._container.get_container_properties()


@asynccontextmanager
async def open_blobs(service: Service, credential: AsyncTokenCredential | None) -> "AsyncGenerator[BlobServiceClient]":
    """Open the storage account, signing in with the key or with ``credential``."""
    # 0.2 s that a worker need not spend before it is ready; in a thread, so that its only event loop goes on meanwhile.
    await asyncio.to_thread(import_module, "azure.storage.blob.aio")
    from azure.storage.blob.aio import BlobServiceClient

    account = service.endpoint.rsplit("/", 1)[-1].split(".", 1)[0]
    client = BlobServiceClient(
        service.endpoint,
        credential={"account_name": account, "account_key": service.key} if service.key else credential,
        retry_total=2,
        # The SDK's own first pause is 15 s, longer than anybody waits here.
        initial_backoff=0.4,
        increment_base=2,
        connection_timeout=5,
        read_timeout=20,
    )
    async with client:
        yield client
