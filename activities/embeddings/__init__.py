"""The activities of the embeddings pipeline, by their durable names."""

from typing import Any

from activities.embeddings.embed_chunk_activity import embed_chunk_activity
from activities.embeddings.persist_snippet_activity import persist_snippet_activity
from activities.runner import Activity
from shared.contracts import ChunkTask, PersistTask

ACTIVITIES: dict[str, Activity[Any]] = {
    "embed_chunk_activity": Activity(
        embed_chunk_activity,
        ChunkTask.decoded,
        lambda task: {"instance_id": task.snippet.run_id, "chunk": task.chunk_index, "attempt": task.attempt},
    ),
    "persist_snippet_activity": Activity(
        persist_snippet_activity,
        PersistTask.decoded,
        lambda task: {"instance_id": task.snippet.run_id, "chunks": task.chunks},
    ),
}
