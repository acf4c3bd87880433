"""The unmodified azure-storage-blob SDK on Azurite, as the local stack starts it.

Or on the account that STORAGE_CONTRACT_CONNECTION_STRING names.
"""

import os
import uuid
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient, ContainerClient

from local.processes.ports import free_ports
from local.stack.addresses import connection_string
from tests.support.azurite import KEY, started_azurite
from tests.support.ready import ended

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[BlobServiceClient]:
    if real := os.environ.get("STORAGE_CONTRACT_CONNECTION_STRING"):
        async with BlobServiceClient.from_connection_string(real) as client:
            yield client
        return
    (port,) = free_ports(1)
    process = await started_azurite(port, tmp_path_factory.mktemp("azurite"))
    try:
        async with BlobServiceClient.from_connection_string(connection_string(port, KEY)) as client:
            yield client
    finally:
        await ended(process)


@pytest_asyncio.fixture(loop_scope="module")
async def container(service: BlobServiceClient) -> AsyncGenerator[ContainerClient]:
    client = await service.create_container(f"test-{uuid.uuid4().hex}")
    yield client
    await client.delete_container()


async def test_blob_is_read_as_it_was_written(container: ContainerClient) -> None:
    await container.upload_blob("run/segment-0", "naïve text ☂".encode())
    assert await (await container.download_blob("run/segment-0")).readall() == "naïve text ☂".encode()


async def test_deleted_blob_is_not_found(container: ContainerClient) -> None:
    await container.upload_blob("gone", b"x")
    await container.delete_blob("gone")
    with pytest.raises(ResourceNotFoundError):
        await container.download_blob("gone")


async def test_listing_by_prefix_finds_only_what_begins_so(container: ContainerClient) -> None:
    for name in ("a/1", "a/2", "b/1"):
        await container.upload_blob(name, b"x")
    assert [blob.name async for blob in container.list_blobs(name_starts_with="a/")] == ["a/1", "a/2"]


async def test_upload_does_not_replace_unless_told(container: ContainerClient) -> None:
    await container.upload_blob("one", b"first")
    with pytest.raises(ResourceExistsError):
        await container.upload_blob("one", b"second")
    await container.upload_blob("one", b"third", overwrite=True)
    assert await (await container.download_blob("one")).readall() == b"third"


async def test_write_under_a_stale_etag_is_refused(container: ContainerClient) -> None:
    blob = container.get_blob_client("guarded")
    stale = (await blob.upload_blob(b"first"))["etag"]
    await blob.upload_blob(b"second", overwrite=True)
    with pytest.raises(ResourceModifiedError):
        await blob.upload_blob(b"third", overwrite=True, etag=stale, match_condition=MatchConditions.IfNotModified)


async def test_creating_a_container_twice_is_reported(service: BlobServiceClient, container: ContainerClient) -> None:
    with pytest.raises(ResourceExistsError):
        await service.create_container(container.container_name)


async def test_blob_of_ten_megabytes_is_kept(container: ContainerClient) -> None:
    content = bytes(range(256)) * 40_960
    await container.upload_blob("large", content, max_concurrency=2)
    assert await (await container.download_blob("large")).readall() == content


async def test_blobs_outlive_a_restart(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    for content in (None, b"kept"):
        process = await started_azurite(port, tmp_path)
        try:
            async with BlobServiceClient.from_connection_string(connection_string(port, KEY)) as client:
                blob = client.get_blob_client("box", "thing")
                if content is None:
                    await client.create_container("box")
                    await blob.upload_blob(b"kept")
                else:
                    assert await (await blob.download_blob()).readall() == content
        finally:
            await ended(process)
