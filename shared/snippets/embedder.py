"""Chunks become vectors: found in Cosmos DB, or asked for in few requests, and stored."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from shared.coalescing import Coalescer
from shared.snippets.asking import EmbeddingModel, Vector, vectors_of
from shared.snippets.chunk_repository import Chunks
from shared.snippets.documents import ChunkRecord, Document, chunk_document, run_marker
from shared.snippets.vector_repository import KnownVector, Vectors

# How many chunks share a request, by attempt. A text at which the service itself fails takes its whole request with it,
# so later attempts share less, and in the last one it is alone. In an outage the three rounds send 73 requests for 64
# chunks. (A text that the service refuses is found within an attempt: asking.py.)
_BATCH_SIZES = {1: 64, 2: 8, 3: 1}
_BATCH_WAIT_S = 0.010


class Embedder:
    """Gathers the chunks that activities of this process embed at the same time."""

    def __init__(self, model: EmbeddingModel, vectors: Vectors, chunks: Chunks) -> None:
        self._model = model
        self._vectors = vectors
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

    async def _embed_batch(self, records: Sequence[ChunkRecord]) -> Sequence[Vector | BaseException]:
        by_project: dict[str, list[ChunkRecord]] = defaultdict(list)
        for record in records:
            by_project[record.snippet.project_id].append(record)
        groups = await asyncio.gather(*(self._embed_group(*group) for group in by_project.items()))
        results = {id(record): result for group in groups for record, result in group}
        return [results[id(record)] for record in records]

    async def _embed_group(
        self, project_id: str, records: Sequence[ChunkRecord]
    ) -> list[tuple[ChunkRecord, Vector | BaseException]]:
        """Embed and store chunks of one project."""
        known = await self._vectors.known(project_id, [record.key for record in records])
        # Of equal texts the first one pays.
        payers = {record.key: record for record in reversed(records) if record.key not in known}
        fresh = await self._ask({key: record.embedded for key, record in payers.items()})

        results: list[tuple[ChunkRecord, Vector | BaseException]] = []
        documents: dict[str, Document] = {}
        for record in records:
            found = known.get(record.key) or fresh[record.key]
            if isinstance(found, BaseException):
                results.append((record, found))
                continue
            results.append((record, found.vector))
            paid_by = found.paid_by or payers[record.key].id
            documents[record.id] = chunk_document(record, found.vector, reused=paid_by != record.id)
            marker = run_marker(record)
            documents[marker["id"]] = marker
        await asyncio.gather(
            self._chunks.store(project_id, list(documents.values())),
            self._vectors.store(project_id, _to_keep(records, payers, known, fresh)),
        )
        return results

    async def _ask(self, texts: dict[str, str]) -> dict[str, KnownVector | BaseException]:
        """Ask for the vectors of new texts, by key; each that cannot be had gets the reason."""
        keys = list(texts)
        found = await vectors_of(self._model, [texts[key] for key in keys]) if keys else []
        return {
            key: each if isinstance(each, BaseException) else KnownVector(each, "", stale=False)
            for key, each in zip(keys, found, strict=True)
        }


def _to_keep(
    records: Sequence[ChunkRecord],
    payers: dict[str, ChunkRecord],
    known: dict[str, KnownVector],
    fresh: dict[str, KnownVector | BaseException],
) -> list[tuple[ChunkRecord, Vector]]:
    """Return the vectors to write: new ones, and old ones that would expire although they are in use."""
    keep = [(payers[key], found.vector) for key, found in fresh.items() if isinstance(found, KnownVector)]
    stale = {record.key: record for record in records if record.key in known and known[record.key].stale}
    return keep + [(record, known[key].vector) for key, record in stale.items()]
