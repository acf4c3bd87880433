"""The documents in Cosmos DB: what a snippet and a chunk look like at rest."""

from dataclasses import dataclass
from typing import Any

from shared.contracts import PersistTask, Snippet
from shared.snippets.identifiers import chunk_id, run_marker_id, snippet_id
from shared.snippets.vectors import from_base64, rounded, to_base64

Document = dict[str, Any]

# A deleted snippet leaves its version behind, so that a run accepted before the deletion cannot bring it back. After a
# month no such run is left.
TOMBSTONE_TTL_S = 30 * 86400
RUN_MARKER = "run"


@dataclass(frozen=True)
class ChunkRecord:
    """A chunk of a run. ``key``: its content key; ``created_at``: UTC, ISO 8601."""

    snippet: Snippet
    index: int
    text: str
    start_line: int
    end_line: int
    key: str
    model: str
    created_at: str

    @property
    def id(self) -> str:
        return chunk_id(self.snippet.name, self.snippet.version, self.index, self.key)


def chunk_document(record: ChunkRecord, vector: list[float], *, reused: bool) -> Document:
    """Return the document of a chunk. ``reused``: its vector was found and not asked for."""
    snippet = record.snippet
    return {
        "id": record.id,
        "projectId": snippet.project_id,
        "name": snippet.name,
        "version": snippet.version,
        "runId": snippet.run_id,
        "chunkIndex": record.index,
        "startLine": record.start_line,
        "endLine": record.end_line,
        "text": record.text,
        "contentKey": record.key,
        "model": record.model,
        "reused": reused,
        "createdAt": record.created_at,
        "embedding": vector,
    }


def run_marker(record: ChunkRecord) -> Document:
    """Return what stands beside the chunks of a run until it is persisted, so that the sweep finds what failed."""
    snippet = record.snippet
    return {
        "id": run_marker_id(snippet.name, snippet.version),
        "projectId": snippet.project_id,
        "kind": RUN_MARKER,
        "name": snippet.name,
        "version": snippet.version,
        "runId": snippet.run_id,
        "createdAt": record.created_at,
    }


def vector_document(record: ChunkRecord, vector: list[float]) -> Document:
    """Return what later chunks with the same content key find. ``paidBy``: the chunk for which it was asked."""
    return {
        "id": record.key,
        "projectId": record.snippet.project_id,
        "model": record.model,
        "paidBy": record.id,
        "createdAt": record.created_at,
        "vector": to_base64(vector),
    }


def snippet_document(task: PersistTask, *, model: str, reused: int, now: str, created_at: str) -> Document:
    """Return the document that makes a run's chunks the ones that readers see. ``now``: UTC, ISO 8601."""
    vector = rounded(from_base64(task.embedding))
    return {
        "id": snippet_id(task.snippet.name),
        "projectId": task.snippet.project_id,
        "name": task.snippet.name,
        "version": task.snippet.version,
        "runId": task.snippet.run_id,
        "chunks": task.chunks,
        "characters": task.characters,
        "embedded": task.chunks - reused,
        "reused": reused,
        "model": model,
        "dimensions": len(vector),
        "createdAt": created_at,
        "updatedAt": now,
        "embedding": vector,
    }


def tombstone(project_id: str, name: str, version: str, now: str) -> Document:
    """Return what stands in place of a deleted snippet until it expires."""
    return {
        "id": snippet_id(name),
        "projectId": project_id,
        "name": name,
        "version": version,
        "deleted": True,
        "updatedAt": now,
        "ttl": TOMBSTONE_TTL_S,
    }
