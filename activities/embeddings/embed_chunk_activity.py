"""One chunk becomes a vector, stored under its run's version."""

import logging
from datetime import UTC, datetime

from activities.runner import log_progress
from shared.chunking import Chunk
from shared.contracts import ChunkTask
from shared.errors import Rejected, Unavailable
from shared.resources import Resources
from shared.snippets.aggregate import REFUSED
from shared.snippets.documents import ChunkRecord
from shared.snippets.recipes import recipe
from shared.telemetry import metrics

_logger = logging.getLogger(__name__)


async def embed_chunk_activity(task: ChunkTask, resources: Resources) -> list[float] | dict[str, str]:
    """Return the chunk's vector, rounded to 7 decimals, or ``[]`` when a service failed; the reason is in the log.

    A chunk that the model refuses for good gives ``{"refused": reason}``: asking again cannot help.
    """
    try:
        chunk = await _chunk_of(task, resources)
        log_progress("read", characters=len(chunk.text))
        model = resources.model
        record = ChunkRecord(
            snippet=task.snippet,
            index=task.chunk_index,
            chunk=chunk,
            model=model.model,
            recipe=recipe(task.snippet.cutting, model.model, model.dimensions),
            created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        )
        vector = await resources.embedder.embed_and_store(record, task.attempt)
    except (Unavailable, Rejected) as error:
        _logger.warning(
            "Embedding failed: %s",
            error,
            extra={"instance_id": task.snippet.run_id, "chunk": task.chunk_index, "attempt": task.attempt},
        )
        metrics.chunk_failed(task.attempt)
        return {REFUSED: str(error)} if isinstance(error, Rejected) and error.is_about_input else []
    metrics.chunk_embedded()
    return vector


async def _chunk_of(task: ChunkTask, resources: Resources) -> Chunk:
    if task.chunk is not None:
        return task.chunk
    if task.blob is None:
        raise Rejected(f"chunk {task.chunk_index} of {task.snippet.name!r} has neither text nor blob")
    return await resources.segments.chunk(task.blob, task.position)
