"""Chunks become vectors: found in Cosmos DB, or asked for in few requests, and stored."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

from shared.coalescing import Coalescer
from shared.errors import Rejected, Unavailable
from shared.snippets.chunk_repository import Chunks
from shared.snippets.documents import ChunkRecord, Document, chunk_document

# How many chunks share a request, by attempt. One bad text fails its whole request, so later attempts share less, and
# in the last one it is alone. In an outage the three rounds send 73 requests for 64 chunks.
_BATCH_SIZES = {1: 64, 2: 8, 3: 1}
_BATCH_WAIT_S = 0.010

Vector = list[float]


class EmbeddingModel(Protocol):
    """What turns texts into vectors: the deployment, or mock mode."""

    model: str
    dimensions: int

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return one vector per text, in order."""
        ...


class Embedder:
    """Gathers the chunks that activities of this process embed at the same time."""

    def __init__(self, model: EmbeddingModel, chunks: Chunks) -> None:
        self._model = model
        self._chunks = chunks
        self._by_attempt = {
            attempt: Coalescer(self._embed_batch, size, _BATCH_WAIT_S) for attempt, size in _BATCH_SIZES.items()
        }

    async def embed_and_store(self, record: ChunkRecord, attempt: int) -> Vector:
        """Return the vector of a chunk, which is then stored under its run's version.

        Raises:
            Unavailable: Azure OpenAI or Cosmos DB throttled, failed or could not be reached.
            Rejected: Azure OpenAI or Cosmos DB refused the chunk.
        """
        return await self._by_attempt[min(attempt, max(_BATCH_SIZES))].submit(record)

    async def _embed_batch(self, records: Sequence[ChunkRecord]) -> list[Vector | BaseException]:
        by_project: dict[str, list[ChunkRecord]] = defaultdict(list)
        for record in records:
            by_project[record.snippet.project_id].append(record)
        known_by_project = await asyncio.gather(
            *(self._chunks.known_vectors(project, [r.key for r in group]) for project, group in by_project.items())
        )
        known = {
            (project, key): vector
            for project, vectors in zip(by_project, known_by_project, strict=True)
            for key, vector in vectors.items()
        }
        fresh = await self._fresh_vectors([r for r in records if (r.snippet.project_id, r.key) not in known])

        documents: dict[str, list[Document]] = defaultdict(list)
        results: list[Vector | BaseException] = []
        for record in records:
            found = known.get((record.snippet.project_id, record.key))
            vector = found or fresh[record.key]
            results.append(vector)
            if isinstance(vector, list):
                document = chunk_document(record, vector, reused=found is not None)
                documents[record.snippet.project_id].append(document)
        await asyncio.gather(*(self._chunks.store(project, group) for project, group in documents.items()))
        return results

    async def _fresh_vectors(self, records: Sequence[ChunkRecord]) -> dict[str, Vector | BaseException]:
        """Ask for the vectors of texts not seen before; where the service fails, each gets the reason."""
        texts = {record.key: record.text for record in records}
        if not texts:
            return {}
        try:
            vectors: Sequence[Vector | BaseException] = await self._model.embed(list(texts.values()))
        except (Unavailable, Rejected) as error:
            vectors = [error] * len(texts)
        return dict(zip(texts, vectors, strict=True))
