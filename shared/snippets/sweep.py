"""The sweep: chunks and uploads that failed runs left behind."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from shared.resources import Resources
from shared.snippets.chunk_repository import RunMarker

IsUnfinished = Callable[[str], Awaitable[bool]]


@dataclass(frozen=True)
class Swept:
    """How much was removed: runs, the documents they had stored, and blobs."""

    runs: int
    documents: int
    blobs: int


async def sweep(before: datetime, is_unfinished: IsUnfinished, resources: Resources) -> Swept:
    """Remove what is older than ``before`` and belongs neither to a version that readers see nor to a run under way.

    Raises:
        Unavailable: Cosmos DB or the storage account does not answer; the next sweep goes on.
    """
    runs = documents = 0
    # Read to the end first: what is deleted while pages are read would shift the pages that follow.
    for marker in [each async for each in resources.chunks.markers(before.isoformat(timespec="milliseconds"))]:
        # In this order: a run that ends after the first question has its version switched before the second.
        if not await is_unfinished(marker.run_id):
            documents += await _sweep_run(marker, resources)
            runs += 1
    return Swept(runs, documents, await _sweep_blobs(before, is_unfinished, resources))


async def _sweep_run(marker: RunMarker, resources: Resources) -> int:
    name = (marker.project_id, marker.name)
    visible = await resources.snippets.versions([name])
    if visible.get(name) == marker.version:
        # It was persisted and stopped just before it would have removed its marker.
        await resources.chunks.delete_marker(*name, marker.version)
        return 1
    return await resources.chunks.delete_versions(*name, only=marker.version)


async def _sweep_blobs(before: datetime, is_unfinished: IsUnfinished, resources: Resources) -> int:
    runs = {blob.name.split("/", 1)[0] async for blob in resources.uploads.older_than(before)}
    blobs = 0
    for run_id in sorted(runs):
        if not await is_unfinished(run_id):
            blobs += await resources.uploads.delete_run(run_id)
    return blobs
