"""Chunks in Cosmos DB: written by runs under their version, read only in the version that a snippet names."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.cosmos.exceptions import CosmosBatchOperationError

from shared.clients.azure_errors import translated
from shared.clients.cosmos import ContainerProxy
from shared.errors import Unavailable
from shared.snippets.documents import Document

_SERVICE = "Cosmos DB"
# A transactional batch takes 100 operations and 2 MB; a rounded float and its blank take up to 12 bytes, and so does a
# character outside the basic plane.
_BATCH_OPERATIONS = 100
_BATCH_BYTES = 1_800_000
_BYTES_PER_FLOAT = 12
_BYTES_PER_CHARACTER = 12
_CONCURRENT_DELETES = 8


@dataclass(frozen=True)
class Leftover:
    """A version of a snippet that holds old chunks."""

    project_id: str
    name: str
    version: str
    run_id: str


class Chunks:
    """The container ``code-chunks``. Every method raises ``Unavailable`` while Cosmos DB cannot answer."""

    def __init__(self, container: ContainerProxy) -> None:
        self._container = container

    async def known_vectors(self, project_id: str, keys: Sequence[str]) -> dict[str, list[float]]:
        """Return the vectors that the project already has for these content keys."""
        missing = set(keys)
        found: dict[str, list[float]] = {}
        # Copies of a chunk have equal vectors, so DISTINCT sends each once, however many snippets share a licence text.
        query = (
            "SELECT DISTINCT c.contentKey, c.embedding FROM c "
            "WHERE c.projectId = @project AND ARRAY_CONTAINS(@keys, c.contentKey)"
        )
        with translated(_SERVICE):
            rows = self._query(query, project_id, project=project_id, keys=sorted(missing))
            async for row in rows:
                found[row["contentKey"]] = row["embedding"]
                missing.discard(row["contentKey"])
                if not missing:
                    break
        return found

    async def store(self, project_id: str, documents: Sequence[Document]) -> None:
        """Write chunks of one project; writing one twice changes nothing."""
        for batch in _batches(documents):
            await self._execute(project_id, [("upsert", (document,)) for document in batch])

    async def count(self, project_id: str, name: str, version: str) -> tuple[int, int]:
        """Return how many chunks of a version are stored, and how many of those reused a vector."""
        count = "SELECT VALUE COUNT(1) FROM c WHERE c.projectId = @project AND c.name = @name AND c.version = @version"
        fields = {"project": project_id, "name": name, "version": version}
        with translated(_SERVICE):
            stored = [n async for n in self._query(count, project_id, **fields)]
            reused = [n async for n in self._query(count + " AND c.reused = true", project_id, **fields)]
        return sum(stored), sum(reused)

    async def texts(self, project_id: str, name: str, version: str) -> AsyncIterator[Document]:
        """Yield a version's chunks in order: chunkIndex, startLine, endLine, text."""
        query = (
            "SELECT c.chunkIndex, c.startLine, c.endLine, c.text FROM c WHERE c.projectId = @project "
            "AND c.name = @name AND c.version = @version ORDER BY c.chunkIndex"
        )
        with translated(_SERVICE):
            async for row in self._query(query, project_id, project=project_id, name=name, version=version):
                yield row

    async def nearest(self, vector: list[float], project_id: str | None, limit: int) -> list[Document]:
        """Return the ``limit`` chunks with the smallest cosine distance, nearest first, of any version."""
        query = (
            "SELECT TOP @limit c.projectId, c.name, c.version, c.chunkIndex, c.startLine, c.endLine, c.text, "
            "VectorDistance(c.embedding, @vector) AS score FROM c "
        )
        query += "WHERE c.projectId = @project " if project_id else ""
        query += "ORDER BY VectorDistance(c.embedding, @vector)"
        fields: dict[str, Any] = {"limit": limit, "vector": vector} | ({"project": project_id} if project_id else {})
        with translated(_SERVICE):
            return [row async for row in self._query(query, project_id, **fields)]

    async def delete_versions(self, project_id: str, name: str, *, upto: str = "", only: str = "") -> int:
        """Delete a snippet's chunks of the versions before ``upto``, or of the version ``only``; return how many."""
        query = "SELECT VALUE c.id FROM c WHERE c.projectId = @project AND c.name = @name AND c.version "
        query += "= @version" if only else "< @version"
        with translated(_SERVICE):
            rows = self._query(query, project_id, project=project_id, name=name, version=only or upto)
            ids = [row async for row in rows]
        limit = asyncio.Semaphore(_CONCURRENT_DELETES)
        batches = [ids[start : start + _BATCH_OPERATIONS] for start in range(0, len(ids), _BATCH_OPERATIONS)]
        await asyncio.gather(*(self._delete(project_id, batch, limit) for batch in batches))
        return len(ids)

    async def older_than(self, moment: str) -> AsyncIterator[Leftover]:
        """Yield the versions that hold chunks written before ``moment`` (UTC, ISO 8601), each once."""
        query = "SELECT DISTINCT c.projectId, c.name, c.version, c.runId FROM c WHERE c.createdAt < @moment"
        seen: set[Leftover] = set()
        with translated(_SERVICE):
            async for row in self._query(query, None, moment=moment):
                leftover = Leftover(row["projectId"], row["name"], row["version"], row["runId"])
                if leftover not in seen:
                    seen.add(leftover)
                    yield leftover

    def _query(self, query: str, project_id: str | None, **fields: object) -> AsyncIterator[Any]:
        parameters: list[dict[str, object]] = [{"name": f"@{name}", "value": value} for name, value in fields.items()]
        if project_id is None:
            return self._container.query_items(query, parameters=parameters)
        return self._container.query_items(query, parameters=parameters, partition_key=project_id)

    async def _execute(self, project_id: str, operations: list[tuple[str, tuple[Any, ...]]]) -> None:
        with translated(_SERVICE):
            try:
                await self._container.execute_item_batch(operations, partition_key=project_id)
            except CosmosBatchOperationError as error:
                raise Unavailable(f"Cosmos DB refused a batch: {error.message}") from error

    async def _delete(self, project_id: str, ids: list[str], limit: asyncio.Semaphore) -> None:
        async with limit:
            try:
                await self._execute(project_id, [("delete", (chunk_id,)) for chunk_id in ids])
            except Unavailable:
                # One that is already gone fails the whole batch; another run may be deleting the same versions.
                await self._delete_one_by_one(project_id, ids)

    async def _delete_one_by_one(self, project_id: str, ids: list[str]) -> None:
        with translated(_SERVICE):
            for chunk_id in ids:
                try:
                    await self._container.delete_item(chunk_id, partition_key=project_id)
                except ResourceNotFoundError:
                    continue


def _batches(documents: Sequence[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    size = 0
    for document in documents:
        weight = len(document["embedding"]) * _BYTES_PER_FLOAT + len(document["text"]) * _BYTES_PER_CHARACTER + 4096
        if batch and (len(batch) == _BATCH_OPERATIONS or size + weight > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(document)
        size += weight
    if batch:
        yield batch
