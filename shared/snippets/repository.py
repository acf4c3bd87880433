"""Snippets in Cosmos DB: the documents that say which version of a snippet readers see."""

import asyncio
import time
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from shared.clients.azure_errors import translated
from shared.clients.cosmos import ContainerProxy
from shared.snippets.chunk_repository import ChunkFilter
from shared.snippets.documents import Document, latest_version
from shared.snippets.identifiers import snippet_id

_SERVICE = "Cosmos DB"
_CHANGED_IN_BETWEEN = frozenset({409, 412})

_MODELS_KEPT_S = 60.0
_PROJECTS_KEPT = 1000
# A question to all projects finds chunks of up to 100 of them.
_CONCURRENT_PROJECTS = 16


@dataclass(frozen=True)
class Visible:
    """The version of a snippet that readers see, and how many chunks it has."""

    version: str
    chunks: int


class Snippets:
    """The container ``code-snippets``. Every method raises ``Unavailable`` while Cosmos DB cannot answer."""

    def __init__(self, container: ContainerProxy) -> None:
        self._container = container
        self._models: OrderedDict[str | None, tuple[float, frozenset[str]]] = OrderedDict()

    async def read(self, project_id: str, name: str) -> Document | None:
        """Return the document of a snippet, a tombstone included, or None."""
        with translated(_SERVICE):
            try:
                return await self._container.read_item(snippet_id(name), partition_key=project_id)
            except ResourceNotFoundError:
                return None

    async def replace(self, document: Document, seen: Document | None) -> bool:
        """Store ``document`` in place of ``seen``; return False when somebody else has changed it in between."""
        if seen is None:
            return await _unless_changed(self._container.create_item(document))
        return await _unless_changed(
            self._container.replace_item(
                document["id"], document, etag=seen["_etag"], match_condition=MatchConditions.IfNotModified
            )
        )

    async def confirm(self, seen: Document, version: str) -> bool:
        """Say that a run of ``version`` found the snippet's text unchanged; False when it has changed in between."""
        if version <= latest_version(seen):
            return True
        return await _unless_changed(
            self._container.patch_item(
                seen["id"],
                seen["projectId"],
                [{"op": "set", "path": "/confirmed", "value": version}],
                etag=seen["_etag"],
                match_condition=MatchConditions.IfNotModified,
            )
        )

    async def models(self, project_id: str | None) -> frozenset[str]:
        """Return the embedding models that made a project's snippets, or any, as of a minute ago at most.

        More than one while it is being reindexed after the model has changed, or until that is done.
        """
        now = time.monotonic()
        known = self._models.get(project_id)
        if known is None or known[0] < now:
            # Within a project the partition says which one.
            query = "SELECT DISTINCT VALUE c.model FROM c WHERE NOT IS_DEFINED(c.deleted)"
            known = now + _MODELS_KEPT_S, frozenset(await self._rows(query, project_id, {}))
            self._models[project_id] = known
            while len(self._models) > _PROJECTS_KEPT:
                self._models.popitem(last=False)
        return known[1]

    async def nearest(self, vector: list[float], model: str, where: ChunkFilter, limit: int) -> list[tuple[str, str]]:
        """Return project and name of the ``limit`` snippets whose mean vectors are nearest, nearest first."""
        condition, fields = where.condition(model)
        select, order = "SELECT TOP @limit c.projectId, c.name FROM c", "ORDER BY VectorDistance(c.embedding, @vector)"
        query = f"{select} WHERE {condition} {order}"
        rows = await self._rows(query, where.project_id, fields | {"limit": limit, "vector": vector})
        return [(row["projectId"], row["name"]) for row in rows]

    async def outdated(self, project_id: str, recipe: str, after: str, limit: int) -> list[str]:
        """Return up to ``limit`` names after ``after``, in order, of snippets that another recipe made."""
        query = (
            "SELECT VALUE c.name FROM c WHERE c.projectId = @project AND c.name > @after "
            "AND NOT IS_DEFINED(c.deleted) AND (NOT IS_DEFINED(c.recipe) OR c.recipe != @recipe) "
            "ORDER BY c.name OFFSET 0 LIMIT @limit"
        )
        fields = {"project": project_id, "after": after, "recipe": recipe, "limit": limit}
        return await self._rows(query, project_id, fields)

    async def below(self, project_id: str, prefix: str) -> list[Document]:
        """Return the snippets whose names begin with ``prefix``, tombstones included, without vectors, by name."""
        query = (
            "SELECT c.name, c.version, c.confirmed, c.deleted FROM c WHERE c.projectId = @project "
            "AND STARTSWITH(c.name, @prefix) ORDER BY c.name"
        )
        return await self._rows(query, project_id, {"project": project_id, "prefix": prefix})

    async def states(self, project_id: str, names: Sequence[str]) -> dict[str, Document]:
        """Return of what text and recipe the snippets of these names are, tombstones included, by name."""
        rows = await self._of_names(project_id, names, "c.name, c.textHash, c.recipe, c.deleted")
        return {row["name"]: row for row in rows}

    async def _of_names(self, project_id: str, names: Sequence[str], fields: str) -> list[Document]:
        """Return fields of the documents of these names, without their vectors."""
        if not names:
            return []
        ids = {f"id{place}": snippet_id(name) for place, name in enumerate(names)}
        wanted = ", ".join(f"@{each}" for each in ids)
        query = " ".join(("SELECT", fields, f"FROM c WHERE c.projectId = @project AND c.id IN ({wanted})"))
        return await self._rows(query, project_id, {"project": project_id} | ids)

    async def _rows(self, query: str, project_id: str | None, fields: Mapping[str, object]) -> list[Any]:
        """Return the rows of a query in one project, or in all of them. ``fields``: its parameters."""
        parameters: list[dict[str, object]] = [{"name": f"@{name}", "value": value} for name, value in fields.items()]
        partition: dict[str, Any] = {} if project_id is None else {"partition_key": project_id}
        with translated(_SERVICE):
            return [row async for row in self._container.query_items(query, parameters=parameters, **partition)]

    async def page(self, project_id: str, after: str, limit: int) -> list[Document]:
        """Return up to ``limit`` snippets of a project whose names come after ``after``, by name, without vectors."""
        query = (
            "SELECT c.name, c.version, c.chunks, c.characters, c.model, c.dimensions, c.createdAt, c.updatedAt FROM c "
            "WHERE c.projectId = @project AND c.name > @after AND NOT IS_DEFINED(c.deleted) "
            "ORDER BY c.name OFFSET 0 LIMIT @limit"
        )
        return await self._rows(query, project_id, {"project": project_id, "after": after, "limit": limit})

    async def versions(self, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Return the version that readers see for each ``(project_id, name)`` that exists."""
        keys = [(snippet_id(name), project_id) for project_id, name in names]
        with translated(_SERVICE):
            found = cast("list[Document]", await self._container.read_items(keys))
        return {(row["projectId"], row["name"]): row["version"] for row in found if "deleted" not in row}

    async def visible(self, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], Visible]:
        """Return what readers see for each ``(project_id, name)`` that exists: one query a project, without vectors."""
        by_project: defaultdict[str, list[str]] = defaultdict(list)
        for project_id, name in sorted(names):
            by_project[project_id].append(name)
        limit = asyncio.Semaphore(_CONCURRENT_PROJECTS)

        async def of_project(project_id: str, wanted: list[str]) -> list[Document]:
            async with limit:
                return await self._of_names(project_id, wanted, "c.projectId, c.name, c.version, c.chunks, c.deleted")

        found = await asyncio.gather(*(of_project(*each) for each in by_project.items()))
        rows = [row for of_one in found for row in of_one if "deleted" not in row]
        return {(row["projectId"], row["name"]): Visible(row["version"], row["chunks"]) for row in rows}

    async def ping(self) -> None:
        """Raise ``Unavailable`` or ``Rejected`` unless the container answers."""
        with translated(_SERVICE):
            await self._container.read()


async def _unless_changed(write: Awaitable[object]) -> bool:
    """Do a write that holds only for what was seen; return False when somebody else has changed it in between."""
    with translated(_SERVICE):
        try:
            await write
        except ResourceNotFoundError:
            return False
        except HttpResponseError as error:
            if error.status_code in _CHANGED_IN_BETWEEN:
                return False
            raise
        return True
