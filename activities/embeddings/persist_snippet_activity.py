"""The chunks of a run become the ones that readers see."""

import asyncio
from datetime import UTC, datetime

from activities.runner import log_progress
from shared.contracts import PersistResult, PersistTask
from shared.errors import Superseded, Unavailable
from shared.resources import Resources
from shared.snippets.documents import Document, latest_version, snippet_document

# Each turn another run has won the race for the same name; they end, because only later ones may.
_TURNS = 10


async def persist_snippet_activity(task: PersistTask, resources: Resources) -> PersistResult:
    """Switch the snippet to the run's version, then delete what older runs stored. Running twice changes nothing.

    Raises:
        Unavailable: A service failed, or not all chunks of the run can be read yet.
    """
    snippet = task.snippet
    key = (snippet.project_id, snippet.name)
    # A person waits for the whole file: what does not depend on each other is asked at the same time.
    (stored, reused), seen = await asyncio.gather(
        resources.chunks.count(*key, snippet.version), resources.snippets.read(*key)
    )
    superseded = False
    try:
        current = await _switch(task, resources, seen, stored, reused)
    except Superseded:
        superseded = True
        log_progress("superseded")
        tidying = [resources.chunks.delete_versions(*key, only=snippet.version)]
    else:
        log_progress("switched")
        reused = current["reused"]
        tidying = [
            resources.chunks.delete_versions(*key, before=snippet.version),
            resources.chunks.delete_marker(*key, snippet.version),
        ]
    uploads = [resources.uploads.delete_run(snippet.run_id)] if task.uploaded else []
    await asyncio.gather(*tidying, *uploads)
    return PersistResult(
        embedded=task.chunks - reused, reused=reused, dimensions=resources.model.dimensions, superseded=superseded
    )


async def _switch(
    task: PersistTask, resources: Resources, current: Document | None, stored: int, reused: int
) -> Document:
    """Make the run's version current and return the snippet's document. ``current``: what was read of it.

    Raises:
        Superseded: A version accepted later is current.
    """
    snippet = task.snippet
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    for _ in range(_TURNS):
        if current and current["version"] == snippet.version:
            return current
        if current and latest_version(current) > snippet.version:
            raise Superseded(snippet.name)
        if stored != task.chunks:
            # Session consistency: another process wrote them, and this one may read a replica that lags.
            raise Unavailable(f"{stored} of {task.chunks} chunks of {snippet.name!r} can be read so far")
        created_at = current["createdAt"] if current and "createdAt" in current else now
        model = resources.model
        document = snippet_document(
            task, model=model.model, dimensions=model.dimensions, reused=reused, now=now, created_at=created_at
        )
        if await resources.snippets.replace(document, seen=current):
            return document
        current = await resources.snippets.read(snippet.project_id, snippet.name)
    raise Unavailable(f"{snippet.name!r} is being written by many runs at once")
