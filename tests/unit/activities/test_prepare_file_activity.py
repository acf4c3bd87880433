"""A file of a batch or a stored snippet: its run's input, or nothing where it is stored as it should be."""

import pytest

from activities.embeddings.persist_snippet_activity import persist_snippet_activity
from activities.embeddings.prepare_file_activity import prepare_file_activity
from shared.chunking import Chunk
from shared.contracts import PersistTask, Snippet
from shared.errors import Rejected, Unavailable
from shared.snippets.documents import chunk_document, latest_version, tombstone
from shared.snippets.file_contracts import PrepareTask
from shared.snippets.files import encode_text
from shared.snippets.identifiers import text_hash, version_of
from shared.snippets.recipes import cutting
from shared.snippets.vectors import to_base64
from tests.support.fake_resources import NOW, FakeCloud, letter_vector, record_of

BLOB = "batch/file-00000.json"
TEXT = "a = 1\nb = 2\n"


@pytest.fixture
def cloud():
    made = FakeCloud()
    made.uploads.blobs[BLOB] = (encode_text(TEXT), NOW)
    return made


def task(number=5, *, blob=BLOB, mode="chars", size=800):
    return PrepareTask(
        project_id="project",
        version=version_of(number, "batch"),
        chunk_mode=mode,
        chunk_size=size,
        name="a.py",
        blob=blob,
        run_id="batch-0-0",
    )


async def store(cloud, number, texts=(TEXT,), mode="chars"):
    """Persist a run whose chunks are ``texts``."""
    snippet = Snippet(
        project_id="project",
        name="a.py",
        version=version_of(number, "run"),
        run_id="run",
        cutting=cutting(mode, 800) if mode else "",
    )
    for index, text in enumerate(texts):
        document = chunk_document(record_of(snippet, index, text), letter_vector(text), reused=False)
        await cloud.chunks.store("project", [document])
    whole = "".join(texts)
    await persist_snippet_activity(
        PersistTask(
            snippet=snippet,
            chunks=len(texts),
            characters=len(whole),
            embedding=to_base64(letter_vector("a")) if texts else None,
            text_hash=text_hash(whole),
        ),
        cloud.resources,
    )


def stored(cloud):
    return cloud.snippets.documents["project", "a.py"]


async def test_a_new_file_is_cut_and_travels_in_its_runs_input(cloud):
    prepared = await prepare_file_activity(task(mode="lines"), cloud.resources)
    submission = prepared.submission
    assert (submission.name, submission.text, submission.version) == ("a.py", TEXT, version_of(5, "batch"))
    assert (submission.text_hash, submission.chunk_mode) == (text_hash(TEXT), "lines")
    assert sum(cut.length for cut in submission.cuts) == len(TEXT)


async def test_a_large_file_is_uploaded_under_the_run_that_embeds_it(cloud):
    cloud.uploads.blobs[BLOB] = (encode_text("x" * 100_000), NOW)
    prepared = await prepare_file_activity(task(), cloud.resources)
    assert prepared.submission.text is None
    assert {upload.blob.split("/")[0] for upload in prepared.submission.uploads} == {"batch-0-0"}
    assert sum(sum(upload.lengths) for upload in prepared.submission.uploads) == 100_000


async def test_an_unchanged_file_costs_nothing_and_is_confirmed(cloud):
    await store(cloud, 1)
    prepared = await prepare_file_activity(task(), cloud.resources)
    assert (prepared.submission, prepared.chunks) == (None, 1)
    assert latest_version(stored(cloud)) == version_of(5, "batch")
    assert stored(cloud)["version"] == version_of(1, "run")


async def test_an_older_run_that_ends_later_cannot_replace_what_a_batch_confirmed(cloud):
    await store(cloud, 1)
    await prepare_file_activity(task(), cloud.resources)
    await store(cloud, 3, texts=("other",))
    assert stored(cloud)["version"] == version_of(1, "run")
    await store(cloud, 7, texts=("newest",))
    assert stored(cloud)["version"] == version_of(7, "run")


@pytest.mark.parametrize("change", ["text", "recipe", "deleted"])
async def test_a_file_stored_otherwise_is_run(cloud, change):
    await store(cloud, 1, texts=("other",) if change == "text" else (TEXT,))
    if change == "deleted":
        cloud.snippets.put(tombstone("project", "a.py", version_of(2, "deleted"), ""))
    mode = "lines" if change == "recipe" else "chars"
    assert (await prepare_file_activity(task(mode=mode), cloud.resources)).submission is not None


async def test_a_confirmation_that_loses_a_race_is_decided_anew(cloud):
    await store(cloud, 1)
    other = stored(cloud) | {"textHash": "changed"}
    cloud.snippets.script("confirm", lambda: cloud.snippets.put(other))
    assert (await prepare_file_activity(task(), cloud.resources)).submission is not None


async def test_a_stored_snippet_is_made_anew_from_its_chunks(cloud):
    await store(cloud, 1, texts=("a = 1\nb ", "= 2\n"))
    prepared = await prepare_file_activity(task(blob=None, mode="lines"), cloud.resources)
    assert prepared.submission.text == TEXT
    version = prepared.submission.version
    assert version_of(1, "run") < version < version_of(2, "run")
    again = await prepare_file_activity(task(6, blob=None, mode="lines"), cloud.resources)
    assert version < again.submission.version < version_of(2, "run")


async def test_what_a_client_sends_while_a_snippet_is_made_anew_wins(cloud):
    await store(cloud, 1, texts=("old",))
    prepared = await prepare_file_activity(task(9, blob=None, mode="lines"), cloud.resources)
    # Accepted before the reindexing began, but not stored yet when it read.
    await store(cloud, 4, texts=("new",))
    assert prepared.submission.version < stored(cloud)["version"] == version_of(4, "run")


async def test_a_snippet_of_todays_recipe_or_a_deleted_one_is_left_alone(cloud):
    assert (await prepare_file_activity(task(blob=None), cloud.resources)).submission is None
    await store(cloud, 1)
    assert (await prepare_file_activity(task(blob=None), cloud.resources)).chunks == 1
    cloud.snippets.put(tombstone("project", "a.py", version_of(2, "deleted"), ""))
    assert (await prepare_file_activity(task(blob=None, mode="lines"), cloud.resources)).submission is None


async def test_a_snippet_stored_before_recipes_were_kept_is_made_anew(cloud):
    await store(cloud, 1)
    document = stored(cloud)
    del document["recipe"], document["textHash"]
    assert (await prepare_file_activity(task(blob=None), cloud.resources)).submission is not None


async def test_chunks_that_cannot_be_read_yet_are_waited_for(cloud):
    await store(cloud, 1)
    cloud.chunks.documents.clear()
    with pytest.raises(Unavailable, match="0 of 1 chunks"):
        await prepare_file_activity(task(blob=None, mode="lines"), cloud.resources)


async def test_an_empty_file_has_a_run_too(cloud):
    cloud.uploads.blobs[BLOB] = (encode_text(""), NOW)
    assert (await prepare_file_activity(task(), cloud.resources)).submission.text == ""


async def test_a_text_of_too_many_chunks_is_refused_with_the_reason(cloud):
    cloud.uploads.blobs[BLOB] = (encode_text("x" * 50_000), NOW)
    with pytest.raises(Rejected, match="50000 chunks"):
        await prepare_file_activity(task(size=1), cloud.resources)


def test_a_chunk_survives_the_blob_with_its_symbols():
    from shared.snippets.segment_cache import decode_segment, encode_segment

    chunks = [Chunk("x", 1, 1, ("A", "b"), ("c",), mid_line=True), Chunk("y", 2, 2)]
    assert decode_segment(encode_segment(chunks)) == chunks
    assert decode_segment(b'[{"text":"z","start_line":1,"end_line":1}]') == [Chunk("z", 1, 1)]
