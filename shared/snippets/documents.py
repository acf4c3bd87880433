"""The documents in Cosmos DB: what a snippet and a chunk look like at rest."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shared.chunking import Chunk
from shared.chunking.languages import language_of
from shared.contracts import PersistTask, Snippet
from shared.snippets.identifiers import accepted_at_ms, chunk_id, chunk_key, run_marker_id, snippet_id, version_of
from shared.snippets.recipes import embedded_text, recipe
from shared.snippets.vectors import from_base64, rounded, to_base64
from shared.snippets.words import index_words

Document = dict[str, Any]

# A deleted snippet leaves its version behind, so that a run accepted before the deletion cannot bring it back. After a
# month no such run is left.
TOMBSTONE_TTL_S = 30 * 86400
RUN_MARKER = "run"


@dataclass(frozen=True)
class ChunkRecord:
    """A chunk of a run. ``recipe``: how it was made; ``created_at``: UTC, ISO 8601."""

    snippet: Snippet
    index: int
    chunk: Chunk
    model: str
    recipe: str
    created_at: str

    @cached_property
    def embedded(self) -> str:
        """What the model reads: the header, where the recipe has one, and the text."""
        return embedded_text(self.snippet.cutting, self.snippet.name, self.chunk)

    @cached_property
    def key(self) -> str:
        """The content key: chunks of the same key have the same vector."""
        return chunk_key(self.embedded, self.recipe)

    @property
    def id(self) -> str:
        return chunk_id(self.snippet.name, self.snippet.version, self.index, self.key)


def chunk_document(record: ChunkRecord, vector: list[float], *, reused: bool) -> Document:
    """Return the document of a chunk. ``reused``: its vector was found and not asked for."""
    snippet, chunk = record.snippet, record.chunk
    return {
        "id": record.id,
        "projectId": snippet.project_id,
        "name": snippet.name,
        "version": snippet.version,
        "runId": snippet.run_id,
        "chunkIndex": record.index,
        "startLine": chunk.start_line,
        "endLine": chunk.end_line,
        "midLine": chunk.mid_line,
        "text": chunk.text,
        "language": language_of(snippet.name),
        "scope": list(chunk.scope),
        "defines": list(chunk.defines),
        "words": index_words(snippet.name, chunk.scope, chunk.defines, chunk.text),
        "contentKey": record.key,
        "model": record.model,
        "recipe": record.recipe,
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


def snippet_document(
    task: PersistTask, *, model: str, dimensions: int, reused: int, now: str, created_at: str
) -> Document:
    """Return the document that makes a run's chunks the ones that readers see. ``now``: UTC, ISO 8601."""
    document = {
        "id": snippet_id(task.snippet.name),
        "projectId": task.snippet.project_id,
        "name": task.snippet.name,
        "version": task.snippet.version,
        "runId": task.snippet.run_id,
        "chunks": task.chunks,
        "characters": task.characters,
        "embedded": task.chunks - reused,
        "reused": reused,
        "language": language_of(task.snippet.name),
        "textHash": task.text_hash,
        "model": model,
        "dimensions": dimensions,
        "recipe": recipe(task.snippet.cutting, model, dimensions),
        "createdAt": created_at,
        "updatedAt": now,
    }
    # An empty text has no vector, and the vector index takes no empty one.
    return document | ({"embedding": rounded(from_base64(task.embedding))} if task.embedding else {})


def latest_version(document: Document) -> str:
    """Return up to which version a snippet counts: that of its text, or of a batch that found the text unchanged."""
    return max(document["version"], document.get("confirmed", ""))


def deletion_of(document: Document, now_ms: int) -> str:
    """Return the version of a deletion of what is stored, which comes after it. ``now_ms``: milliseconds since 1970.

    Clocks differ between machines: whatever this one says, the deletion comes after what it deletes.
    """
    return version_of(max(now_ms, accepted_at_ms(latest_version(document)) + 1), "deleted")


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
