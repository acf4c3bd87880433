"""The sweep: chunks and uploads that failed runs left behind."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from shared.resources import Resources


@dataclass(frozen=True)
class Swept:
    """How much was removed: versions of snippets, their chunks, and blobs."""

    versions: int
    chunks: int
    blobs: int


async def sweep(before: datetime, is_unfinished: Callable[[str], Awaitable[bool]], resources: Resources) -> Swept:
    """Remove what is older than ``before`` and belongs neither to a version that readers see nor to a run under way.

    Raises:
        Unavailable: Cosmos DB or the storage account does not answer; the next sweep goes on.
    """
    versions, chunks = await _sweep_chunks(before, is_unfinished, resources)
    return Swept(versions, chunks, await _sweep_blobs(before, is_unfinished, resources))


async def _sweep_chunks(
    before: datetime, is_unfinished: Callable[[str], Awaitable[bool]], resources: Resources
) -> tuple[int, int]:
    versions = chunks = 0
    async for leftover in resources.chunks.older_than(before.isoformat(timespec="milliseconds")):
        name = (leftover.project_id, leftover.name)
        visible = await resources.snippets.versions([name])
        if visible.get(name) == leftover.version or await is_unfinished(leftover.run_id):
            continue
        chunks += await resources.chunks.delete_versions(*name, only=leftover.version)
        versions += 1
    return versions, chunks


async def _sweep_blobs(before: datetime, is_unfinished: Callable[[str], Awaitable[bool]], resources: Resources) -> int:
    runs = {blob.name.split("/", 1)[0] async for blob in resources.uploads.older_than(before)}
    blobs = 0
    for run_id in sorted(runs):
        if not await is_unfinished(run_id):
            blobs += await resources.uploads.delete_run(run_id)
    return blobs
