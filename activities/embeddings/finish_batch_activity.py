"""What a batch leaves to do at its end: remove what it does not name, and what it had uploaded."""

from datetime import UTC, datetime

from activities.runner import log_progress
from shared.errors import Unavailable
from shared.resources import Resources
from shared.snippets.documents import latest_version, tombstone
from shared.snippets.file_contracts import FinishBatchTask, FinishedBatch

_TURNS = 10
# A hundred names fit into the run's output, whatever they are.
_MOST_NAMED = 100


async def finish_batch_activity(task: FinishBatchTask, resources: Resources) -> FinishedBatch:
    """Delete the snippets below the prefix that the batch does not name, and the batch's blobs.

    What was accepted after the batch stays. Running twice changes nothing, and tells the same: what an earlier try
    deleted is known by the batch's version.

    Raises:
        Unavailable: A service failed.
    """
    deleted: list[str] = []
    if task.prefix is not None:
        kept = set(task.names)
        below = [row["name"] for row in await resources.snippets.below(task.project_id, task.prefix)]
        deleted = [name for name in below if name not in kept and await _deleted(task, name, resources)]
    log_progress("removed", snippets=len(deleted))
    await resources.uploads.delete_run(task.run_id)
    return FinishedBatch(deleted=len(deleted), names=tuple(deleted[:_MOST_NAMED]))


async def _deleted(task: FinishBatchTask, name: str, resources: Resources) -> bool:
    """Whether the snippet is gone by this batch; False where it was gone before, or is newer than the batch."""
    for _ in range(_TURNS):
        current = await resources.snippets.read(task.project_id, name)
        if current is None or latest_version(current) > task.version:
            return False
        if "deleted" in current and current["version"] != task.version:
            return False
        if "deleted" not in current:
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            if not await resources.snippets.replace(tombstone(task.project_id, name, task.version, now), seen=current):
                continue
        await resources.chunks.delete_versions(task.project_id, name, before=task.version)
        return True
    raise Unavailable(f"{name!r} is being written by many runs at once")
