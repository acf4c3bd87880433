"""The Lab values as they are uploaded, against Azurite."""

import asyncio
import uuid
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from azure.storage.blob.aio import BlobClient, BlobServiceClient, ContainerClient

from local.processes.ports import free_ports
from local.stack.addresses import connection_string
from shared.clients.lab_data import BLOB, LabSource, open_lab_source
from shared.errors import Rejected, Unavailable
from tests.support.azurite import KEY, started_azurite
from tests.support.ready import READY_S, ended

pytestmark = pytest.mark.asyncio(loop_scope="module")

HEADER = "Material,L*,a*,b*\n"
TWO = f"{HEADER}a,50,0,0\nb,60,0,0\n"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def client_of(port: int) -> BlobServiceClient:
    return BlobServiceClient.from_connection_string(connection_string(port, KEY), retry_total=0)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def storage(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[BlobServiceClient]:
    (port,) = free_ports(1)
    process = await started_azurite(port, tmp_path_factory.mktemp("azurite"))
    try:
        async with client_of(port) as client:
            yield client
    finally:
        await ended(process)


@pytest_asyncio.fixture(loop_scope="module")
async def container(storage: BlobServiceClient) -> AsyncGenerator[ContainerClient]:
    client = await storage.create_container(f"lab-{uuid.uuid4().hex}")
    yield client
    await client.delete_container()


@pytest.fixture
def blob(container: ContainerClient) -> BlobClient:
    return container.get_blob_client(BLOB)


@pytest_asyncio.fixture(loop_scope="module")
async def source(blob: BlobClient, clock: Clock) -> AsyncGenerator[LabSource]:
    made = LabSource(blob, clock)
    yield made
    await made.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def upload(blob: BlobClient, text: str) -> None:
    await blob.upload_blob(text.encode(), overwrite=True)


async def test_the_values_are_there_with_the_etag_as_their_version(blob, source):
    await upload(blob, TWO)
    data = await source.current()
    assert data.table.ids == ("a", "b")
    assert data.version == (await blob.get_blob_properties()).etag


async def test_a_worker_that_opens_its_resources_loads_them_without_being_asked(blob):
    await upload(blob, TWO)
    async with open_lab_source(blob) as source, asyncio.timeout(READY_S):
        await source.start()
        first = await source.current()
        assert await source.current() is first


async def test_many_at_once_share_one_download(blob, source):
    await upload(blob, TWO)
    found = await asyncio.gather(*(source.current() for _ in range(20)))
    assert len({id(data) for data in found}) == 1


async def test_a_new_upload_is_seen_a_minute_later_and_not_looked_for_before(blob, source, clock):
    await upload(blob, TWO)
    first = await source.current()
    await upload(blob, f"{HEADER}c,1,1,1\n")
    clock.now += 59
    assert await source.current() is first
    clock.now += 1
    assert (await source.current()).table.ids == ("c",)


async def test_an_upload_that_is_still_the_same_is_not_read_again(blob, source, clock, caplog):
    await upload(blob, TWO)
    first = await source.current()
    caplog.clear()
    for _ in range(2):
        clock.now += 60
        assert await source.current() is first
    assert [record.message for record in caplog.records if record.name == "shared.clients.lab_data"] == []


@pytest.mark.parametrize("text", ["", "Material,L*,a*\nx,1,2\n", f"{HEADER}x,200,0,0\n", "\x00\x01"])
async def test_an_upload_that_cannot_be_used_leaves_the_one_before(blob, source, clock, text, caplog):
    await upload(blob, TWO)
    first = await source.current()
    await upload(blob, text)
    clock.now += 60
    assert await source.current() is first
    (error,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert error.older_ones_stay
    clock.now += 60
    assert await source.current() is first
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 1


async def test_a_first_upload_that_cannot_be_used_is_refused_with_the_reason_until_there_is_another(blob, source):
    await upload(blob, "Material,L*\nx,1\n")
    for _ in range(2):
        with pytest.raises(Rejected, match=r"MTL_Lab_active\.csv cannot be used: the Lab table lacks a\*, b\*"):
            await source.current()
    await upload(blob, TWO)
    assert (await source.current()).table.ids == ("a", "b")


async def test_without_an_upload_the_values_are_refused_until_there_is_one(blob, source):
    for _ in range(2):
        with pytest.raises(Rejected, match="does not exist"):
            await source.current()
    await upload(blob, TWO)
    assert (await source.current()).table.ids == ("a", "b")


async def test_an_upload_that_was_deleted_stays_in_use(blob, source, clock):
    await upload(blob, TWO)
    first = await source.current()
    await blob.delete_blob()
    clock.now += 60
    assert await source.current() is first


async def test_rows_that_were_dropped_are_counted_in_the_log(blob, source, caplog):
    caplog.set_level("INFO")
    await upload(blob, f"{TWO}a,1,1,1\nc,x,0,0\nd,nan,0,0\n")
    await source.current()
    (record,) = [record for record in caplog.records if record.message == "Lab values loaded"]
    assert record.dropped == {"not_a_number": 1, "not_finite": 1, "duplicate": 1}


async def test_while_storage_is_down_the_values_stay_and_are_looked_for_again_later(tmp_path, clock):
    (port,) = free_ports(1)
    process = await started_azurite(port, tmp_path)
    try:
        async with client_of(port) as client:
            await client.create_container("lab")
            blob = client.get_blob_client("lab", BLOB)
            await upload(blob, TWO)
            source = LabSource(blob, clock)
            first = await source.current()
            await ended(process)
            clock.now += 60
            assert await source.current() is first
            newcomer = LabSource(blob, clock)
            with pytest.raises(Unavailable):
                await newcomer.current()
            process = await started_azurite(port, tmp_path)
            assert (await newcomer.current()).table.ids == ("a", "b")
            await upload(blob, f"{HEADER}c,1,1,1\n")
            clock.now += 60
            assert (await source.current()).table.ids == ("c",)
    finally:
        await ended(process)
