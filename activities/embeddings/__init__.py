"""The activities of the embeddings pipeline, by their durable names."""

from typing import Any

from activities.embeddings.embed_chunk_activity import embed_chunk_activity
from activities.embeddings.finish_batch_activity import finish_batch_activity
from activities.embeddings.list_outdated_activity import list_outdated_activity
from activities.embeddings.persist_snippet_activity import persist_snippet_activity
from activities.embeddings.prepare_file_activity import prepare_file_activity
from activities.runner import Activity
from shared.contracts import ChunkTask, PersistTask
from shared.snippets.file_contracts import FinishBatchTask, OutdatedTask, PrepareTask

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
    "prepare_file_activity": Activity(
        prepare_file_activity, PrepareTask.decoded, lambda task: {"instance_id": task.run_id}
    ),
    "finish_batch_activity": Activity(
        finish_batch_activity, FinishBatchTask.decoded, lambda task: {"instance_id": task.run_id}
    ),
    "list_outdated_activity": Activity(
        list_outdated_activity, OutdatedTask.decoded, lambda task: {"project": task.project_id}
    ),
}
