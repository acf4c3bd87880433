"""Chunks in Cosmos DB: written by runs under their version, read only in the version that a snippet names."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from shared.clients.azure_errors import translated
from shared.clients.cosmos import ContainerProxy
from shared.clients.cosmos_batch import MAX_OPERATIONS, execute, upsert_all
from shared.errors import Unavailable
from shared.snippets.documents import RUN_MARKER, Document
from shared.snippets.identifiers import run_marker_id

_SERVICE = "Cosmos DB"
_CONCURRENT_DELETES = 8


@dataclass(frozen=True)
class RunMarker:
    """A run that has stored chunks and was not persisted, or not to the end."""

    project_id: str
    name: str
    version: str
    run_id: str


class Chunks:
    """The container ``code-chunks``. Every method raises ``Unavailable`` while Cosmos DB cannot answer.

    Beside the chunks of a run lies its marker, until the run is persisted.
    """

    def __init__(self, container: ContainerProxy) -> None:
        self._container = container

    async def store(self, project_id: str, documents: Sequence[Document]) -> None:
        """Write chunks and markers of one project; writing one twice changes nothing.

        Raises:
            Rejected: Cosmos DB refused a document for good.
        """
        await upsert_all(self._container, project_id, documents)

    async def count(self, project_id: str, name: str, version: str) -> tuple[int, int]:
        """Return how many chunks of a version are stored, and how many of those reused a vector."""
        count = (
            "SELECT VALUE COUNT(1) FROM c WHERE c.projectId = @project AND c.name = @name AND c.version = @version "
            "AND IS_DEFINED(c.chunkIndex)"
        )
        fields = {"project": project_id, "name": name, "version": version}
        with translated(_SERVICE):
            stored = [n async for n in self._query(count, project_id, **fields)]
            reused = [n async for n in self._query(count + " AND c.reused = true", project_id, **fields)]
        return sum(stored), sum(reused)

    async def texts(self, project_id: str, name: str, version: str) -> list[Document]:
        """Return a version's chunks in order: chunkIndex, startLine, endLine, text."""
        query = (
            "SELECT c.chunkIndex, c.startLine, c.endLine, c.text FROM c WHERE c.projectId = @project "
            "AND c.name = @name AND c.version = @version AND IS_DEFINED(c.chunkIndex) ORDER BY c.chunkIndex"
        )
        with translated(_SERVICE):
            rows = self._query(query, project_id, project=project_id, name=name, version=version)
            return [row async for row in rows]

    async def nearest(self, vector: list[float], model: str, project_id: str | None, limit: int) -> list[Document]:
        """Return the ``limit`` chunks with the smallest cosine distance, nearest first, of any version.

        Vectors of another model lie in another space, whatever their dimensions, and are left out.
        """
        query = (
            "SELECT TOP @limit c.projectId, c.name, c.version, c.chunkIndex, c.startLine, c.endLine, c.text, "
            "VectorDistance(c.embedding, @vector) AS score FROM c WHERE c.model = @model "
        )
        query += "AND c.projectId = @project " if project_id else ""
        query += "ORDER BY VectorDistance(c.embedding, @vector)"
        fields: dict[str, Any] = {"limit": limit, "vector": vector, "model": model}
        fields |= {"project": project_id} if project_id else {}
        with translated(_SERVICE):
            return [row async for row in self._query(query, project_id, **fields)]

    async def delete_versions(self, project_id: str, name: str, *, before: str = "", only: str = "") -> int:
        """Delete what a snippet's runs have stored, of the versions ``before`` one or of one; return how much."""
        query = "SELECT VALUE c.id FROM c WHERE c.projectId = @project AND c.name = @name AND c.version "
        query += "= @version" if only else "< @version"
        with translated(_SERVICE):
            rows = self._query(query, project_id, project=project_id, name=name, version=only or before)
            ids = [row async for row in rows]
        limit = asyncio.Semaphore(_CONCURRENT_DELETES)
        batches = [ids[start : start + MAX_OPERATIONS] for start in range(0, len(ids), MAX_OPERATIONS)]
        await asyncio.gather(*(self._delete(project_id, batch, limit) for batch in batches))
        return len(ids)

    async def delete_marker(self, project_id: str, name: str, version: str) -> None:
        """Say that a run needs no sweep."""
        await self._delete_each(project_id, [run_marker_id(name, version)])

    async def markers(self, before: str) -> AsyncIterator[RunMarker]:
        """Yield the runs that began to store chunks before a time (UTC, ISO 8601) and still have their marker."""
        query = "SELECT c.projectId, c.name, c.version, c.runId FROM c WHERE c.kind = @kind AND c.createdAt < @before"
        with translated(_SERVICE):
            async for row in self._query(query, None, kind=RUN_MARKER, before=before):
                yield RunMarker(row["projectId"], row["name"], row["version"], row["runId"])

    def _query(self, query: str, project_id: str | None, **fields: object) -> AsyncIterator[Any]:
        parameters: list[dict[str, object]] = [{"name": f"@{name}", "value": value} for name, value in fields.items()]
        if project_id is None:
            return self._container.query_items(query, parameters=parameters)
        return self._container.query_items(query, parameters=parameters, partition_key=project_id)

    async def _delete(self, project_id: str, ids: list[str], limit: asyncio.Semaphore) -> None:
        async with limit:
            try:
                await execute(self._container, project_id, [("delete", (document_id,)) for document_id in ids])
            except Unavailable:
                # One that is already gone fails the whole batch; another run may be deleting the same versions. In an
                # outage the first delete fails too and ends this.
                await self._delete_each(project_id, ids)

    async def _delete_each(self, project_id: str, ids: list[str]) -> None:
        with translated(_SERVICE):
            for document_id in ids:
                try:
                    await self._container.delete_item(document_id, partition_key=project_id)
                except ResourceNotFoundError:
                    continue
