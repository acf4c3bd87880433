"""One chunk: its vector stored under its run's version, or nothing and the reason in the log."""

import asyncio

import pytest

from activities.embeddings.embed_chunk_activity import embed_chunk_activity
from shared.chunking import Chunk
from shared.contracts import ChunkTask
from shared.errors import Rejected, Unavailable
from shared.snippets.segment_cache import encode_segment
from tests.support.fake_resources import NOW, FakeCloud, letter_vector, run_of

BLOB = "run-1/00000.json"
BY_TEXT = ChunkTask(snippet=run_of(1), chunk_index=4, text="b = 1", start_line=7, end_line=9)
BY_BLOB = ChunkTask(snippet=run_of(1), chunk_index=4, blob=BLOB, position=1)


@pytest.fixture
def cloud():
    made = FakeCloud()
    chunks = [Chunk("a = 0", 1, 6), Chunk("b = 1", 7, 9)]
    made.uploads.blobs[BLOB] = (encode_segment(chunks), NOW)
    return made


@pytest.mark.parametrize("task", [BY_TEXT, BY_BLOB])
async def test_a_chunk_is_stored_under_its_run_with_its_lines(cloud, task):
    assert await embed_chunk_activity(task, cloud.resources) == letter_vector("b")
    (chunk,) = [row for row in cloud.chunks.documents.values() if "chunkIndex" in row]
    assert (chunk["version"], chunk["chunkIndex"], chunk["text"]) == (run_of(1).version, 4, "b = 1")
    assert (chunk["startLine"], chunk["endLine"], chunk["embedding"]) == (7, 9, letter_vector("b"))


async def test_a_second_delivery_writes_the_same_chunk_and_asks_nobody(cloud):
    for _ in range(2):
        assert await embed_chunk_activity(BY_TEXT, cloud.resources) == letter_vector("b")
    assert cloud.model.requests == [["b = 1"]]
    assert await cloud.chunks.count("project", "a.py", run_of(1).version) == (1, 0)


async def test_the_chunks_of_a_segment_share_one_read(cloud):
    resources = cloud.resources
    await asyncio.gather(*(embed_chunk_activity(BY_BLOB, resources) for _ in range(8)))
    assert len(cloud.uploads.calls["read"]) == 1


@pytest.mark.parametrize("task", [BY_TEXT, BY_BLOB])
@pytest.mark.parametrize(
    "error", [Unavailable("Azure OpenAI answered 429: slow down", 2.0), Rejected("Azure OpenAI answered 400: too long")]
)
async def test_a_service_that_fails_gives_no_vector_and_the_reason_in_the_log(cloud, task, error, caplog):
    cloud.model.script("embed", error)
    assert await embed_chunk_activity(task, cloud.resources) == []
    assert str(error) in caplog.text
    (warning,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert (warning.instance_id, warning.chunk, warning.attempt) == ("run-1", 4, 1)
    assert cloud.chunks.documents == {}


@pytest.mark.parametrize("part", ["chunks", "vectors"])
async def test_a_chunk_that_could_not_be_stored_counts_as_failed(cloud, part, caplog):
    getattr(cloud, part).script("store", Unavailable("Cosmos DB answered 503"))
    assert await embed_chunk_activity(BY_TEXT, cloud.resources) == []
    assert "Cosmos DB answered 503" in caplog.text


async def test_a_missing_blob_fails_this_chunk_only(cloud, caplog):
    del cloud.uploads.blobs[BLOB]
    assert await embed_chunk_activity(BY_BLOB, cloud.resources) == []
    assert f"blob '{BLOB}' does not exist" in caplog.text


async def test_an_outage_of_blob_storage_is_over_at_the_next_try(cloud, caplog):
    resources = cloud.resources
    cloud.uploads.script("read", Unavailable("Blob storage answered 503"))
    assert await embed_chunk_activity(BY_BLOB, resources) == []
    assert "Blob storage answered 503" in caplog.text
    again = BY_BLOB.model_copy(update={"attempt": 2})
    assert await embed_chunk_activity(again, resources) == letter_vector("b")


async def test_a_task_without_text_and_blob_is_refused_by_name(cloud, caplog):
    assert await embed_chunk_activity(ChunkTask(snippet=run_of(1), chunk_index=4), cloud.resources) == []
    assert "chunk 4 of 'a.py' has neither text nor blob" in caplog.text


async def test_a_bug_is_no_failed_chunk(cloud):
    cloud.model.script("embed", KeyError("bug"))
    with pytest.raises(KeyError):
        await embed_chunk_activity(BY_TEXT, cloud.resources)
