"""The sweep: what failed runs leave behind goes, what readers or runs need stays."""

from datetime import UTC, datetime, timedelta

import pytest

from activities.embeddings.persist_snippet_activity import persist_snippet_activity
from shared.chunking import Chunk
from shared.contracts import PersistTask, Snippet
from shared.resources import Resources, open_resources
from shared.settings import load_settings
from shared.snippets.documents import ChunkRecord
from shared.snippets.identifiers import version_of
from shared.snippets.segment_cache import segment_blob
from shared.snippets.sweep import sweep
from shared.snippets.vectors import to_base64

LATER = timedelta(seconds=1)


@pytest.fixture
async def resources(stack):
    async with open_resources(load_settings(stack.environment())) as opened:
        yield opened


async def leave_behind(resources: Resources, project: str, run_id: str) -> None:
    """Store what a run that stopped half way has stored: a chunk and an upload."""
    snippet = Snippet(project_id=project, name="a.py", version=version_of(1, run_id), run_id=run_id)
    text = f"left by {run_id}"
    record = ChunkRecord(
        snippet=snippet,
        index=0,
        chunk=Chunk(text, 1, 1),
        model=resources.model.model,
        recipe="chars/800/h0",
        created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
    )
    await resources.embedder.embed_and_store(record, attempt=1)
    await resources.uploads.write(segment_blob(run_id, 0), b"[]")


async def nothing_runs(_: str) -> bool:
    return False


async def remains(resources: Resources, project: str, run_id: str) -> tuple[int, int]:
    """Return how many chunks and blobs of a run there are."""
    stored, _ = await resources.chunks.count(project, "a.py", version_of(1, run_id))
    soon = datetime.now(UTC) + timedelta(hours=1)
    blobs = [blob async for blob in resources.uploads.older_than(soon) if blob.name.startswith(f"{run_id}/")]
    return stored, len(blobs)


async def test_old_leftovers_of_a_failed_run_are_removed(resources, openai, project):
    await leave_behind(resources, project, f"run-{project}")
    assert await remains(resources, project, f"run-{project}") == (1, 1)
    await sweep(datetime.now(UTC) + LATER, nothing_runs, resources)
    assert await remains(resources, project, f"run-{project}") == (0, 0)


async def test_young_leftovers_stay_for_a_second_try(resources, openai, project):
    await leave_behind(resources, project, f"run-{project}")
    await sweep(datetime.now(UTC) - timedelta(hours=24), nothing_runs, resources)
    assert await remains(resources, project, f"run-{project}") == (1, 1)


async def test_what_a_run_under_way_has_stored_stays(resources, openai, project):
    await leave_behind(resources, project, f"run-{project}")

    async def runs(run_id: str) -> bool:
        return run_id == f"run-{project}"

    await sweep(datetime.now(UTC) + LATER, runs, resources)
    assert await remains(resources, project, f"run-{project}") == (1, 1)


async def test_a_run_that_is_persisted_while_the_sweep_asks_keeps_its_chunks(resources, app, openai, project):
    await leave_behind(resources, project, f"run-{project}")
    snippet = Snippet(project_id=project, name="a.py", version=version_of(1, f"run-{project}"), run_id="r")
    task = PersistTask(snippet=snippet, chunks=1, characters=1, embedding=to_base64([1.0] * 1536))

    async def persists_meanwhile(run_id: str) -> bool:
        if run_id == f"run-{project}":
            await persist_snippet_activity(task, resources)
        return False

    await sweep(datetime.now(UTC) + LATER, persists_meanwhile, resources)
    assert (await app.read(project, "a.py"))["text"] == f"left by run-{project}"


async def test_what_readers_see_stays(resources, app, openai, project):
    await app.embed(projectId=project, name="a.py", text="kept")
    await sweep(datetime.now(UTC) + LATER, nothing_runs, resources)
    assert (await app.read(project, "a.py"))["text"] == "kept"
    markers = [marker async for marker in resources.chunks.markers((datetime.now(UTC) + LATER).isoformat())]
    assert not [marker for marker in markers if marker.project_id == project]
