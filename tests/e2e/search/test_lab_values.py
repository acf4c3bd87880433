"""The Lab values as they are in storage: missing, useless, uploaded, and listing what the index does not hold.

A host of its own starts without them. What it answers before the first upload that can be used is kept for the tests:
afterwards it would keep the values that it has.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio
from azure.storage.blob.aio import BlobClient

from local.stack.provision import account_name
from shared.clients.lab_data import BLOB
from shared.topology import topology
from tests.support.search_client import Beside, Document, SearchHost, search_host

COLOUR = {"k": 4, "L": 45.5, "a": 12.3, "b": -25.7, "rerank": False}
GHOST = {"k": 4, "L": 20, "a": 60, "b": 60}
UPLOADS = {
    "missing": None,
    "empty": b"",
    "of another shape": b"Material,C*,h\nx,1,2\n",
    "without a usable row": b"Material,L*,a*,b*\nx,nan,2,3\ny,much,2,3\n",
    "binary": bytes(range(256)) * 4,
}


@dataclass(frozen=True)
class Story:
    """``before``: what a search came to for each upload that was there before the first usable one."""

    host: SearchHost
    before: Mapping[str, Document]
    known: Document


@asynccontextmanager
async def upload_of(stack) -> AsyncGenerator[BlobClient]:
    """The upload of the stack, put back afterwards."""
    url, key = stack.storage.url, stack.environment()["STORAGE_KEY"]
    credential = {"account_name": account_name(url), "account_key": key}
    container = topology().blob_containers["lab_data"].name
    async with BlobClient(url, container, BLOB, credential=credential) as blob:
        kept = await (await blob.download_blob()).readall()
        await blob.delete_blob()
        try:
            yield blob
        finally:
            await blob.upload_blob(kept, overwrite=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def story(stack, tmp_path_factory) -> AsyncGenerator[Story]:
    folder = tmp_path_factory.mktemp("lab")
    async with upload_of(stack) as blob, search_host(stack, folder) as host, host.opened() as beside:
        before: dict[str, Document] = {}
        for name, content in UPLOADS.items():
            if content is not None:
                await blob.upload_blob(content, overwrite=True)
            before[name] = await beside.client.search(COLOUR)
        (known, *_) = before["missing"]["results"]["search_results"]
        await blob.upload_blob(usable(known).encode("utf-8-sig"), overwrite=True)
        yield Story(host, before, known)


def usable(known):
    """Return an upload of two rows that can be used, one of which the index does not hold, and of four that cannot."""
    rows = ["Material,L*,a*,b*", ",".join(map(str, (known["id"], *known["lab"].values())))]
    rows += [f"GHOST,{GHOST['L']},{GHOST['a']},{GHOST['b']}"]
    rows += ["bad id!,1,1,1", "text,dark,1,1", f"{known['id']},1,1,1", "far,101,0,0"]
    return "\r\n".join(rows)


@pytest.fixture
async def beside(story) -> AsyncGenerator[Beside]:
    async with story.host.opened() as opened:
        yield opened


@pytest.mark.parametrize("upload", UPLOADS)
async def test_without_usable_lab_values_all_materials_are_searched_and_the_answer_says_so(story, upload):
    document = story.before[upload]
    told = document["processing_metadata"]
    assert told["degraded"] == ["deltae", "nearest"]
    assert (told["deltae"], told["deltae_filter_applied"], told["deltae_matches_count"]) == (None, False, None)
    results = document["results"]["search_results"]
    assert len(results) == 4
    # The index knows the colours by itself.
    assert all(result["lab_diff"] for result in results)


async def test_the_first_usable_upload_is_seen_by_the_next_search(story, beside):
    document = await beside.client.search(COLOUR | story.known["lab"])
    assert document["processing_metadata"]["degraded"] == []
    assert document["processing_metadata"]["deltae"] == {"threshold": 5.0, "matched": 1, "filter_applied": True}
    assert [result["id"] for result in document["results"]["search_results"]] == [story.known["id"]]


async def test_rows_that_cannot_be_used_are_counted_in_the_log(story, beside):
    await beside.client.search(COLOUR)
    (loaded,) = await story.host.host.log_lines("Lab values loaded")
    for reason in ("bad_id", "not_a_number", "duplicate", "out_of_range"):
        assert f'\\"{reason}\\": 1' in loaded


async def test_where_the_index_has_nothing_of_what_is_near_the_nearest_that_it_has_is_shown(story, beside):
    document = await beside.client.search(GHOST)
    (only,) = document["results"]["search_results"]
    assert (only["id"], only["within_tolerance"]) == (story.known["id"], False)
    told = document["processing_metadata"]
    assert told["deltae"] == {"threshold": 5.0, "matched": 1, "filter_applied": True}
    assert story.known["id"] in told["notes"][0]
