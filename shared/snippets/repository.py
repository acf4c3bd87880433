"""Snippets in Cosmos DB: the documents that say which version of a snippet readers see."""

from collections.abc import Sequence
from typing import Any, cast

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from shared.clients.azure_errors import translated
from shared.clients.cosmos import ContainerProxy
from shared.snippets.documents import Document
from shared.snippets.identifiers import snippet_id

_SERVICE = "Cosmos DB"
_CHANGED_IN_BETWEEN = frozenset({409, 412})


class Snippets:
    """The container ``code-snippets``. Every method raises ``Unavailable`` while Cosmos DB cannot answer."""

    def __init__(self, container: ContainerProxy) -> None:
        self._container = container

    async def read(self, project_id: str, name: str) -> Document | None:
        """Return the document of a snippet, a tombstone included, or None."""
        with translated(_SERVICE):
            try:
                return await self._container.read_item(snippet_id(name), partition_key=project_id)
            except ResourceNotFoundError:
                return None

    async def replace(self, document: Document, seen: Document | None) -> bool:
        """Store ``document`` in place of ``seen``; return False when somebody else has changed it in between."""
        with translated(_SERVICE):
            try:
                if seen is None:
                    await self._container.create_item(document)
                else:
                    await self._container.replace_item(
                        document["id"], document, etag=seen["_etag"], match_condition=MatchConditions.IfNotModified
                    )
            except ResourceNotFoundError:
                return False
            except HttpResponseError as error:
                if error.status_code in _CHANGED_IN_BETWEEN:
                    return False
                raise
            return True

    async def page(self, project_id: str, after: str, limit: int) -> list[Document]:
        """Return up to ``limit`` snippets of a project whose names come after ``after``, by name, without vectors."""
        query = (
            "SELECT c.name, c.version, c.chunks, c.characters, c.model, c.dimensions, c.createdAt, c.updatedAt FROM c "
            "WHERE c.projectId = @project AND c.name > @after AND NOT IS_DEFINED(c.deleted) "
            "ORDER BY c.name OFFSET 0 LIMIT @limit"
        )
        parameters: list[dict[str, Any]] = [
            {"name": "@project", "value": project_id},
            {"name": "@after", "value": after},
            {"name": "@limit", "value": limit},
        ]
        with translated(_SERVICE):
            rows = self._container.query_items(query, parameters=parameters, partition_key=project_id)
            return [row async for row in rows]

    async def versions(self, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Return the version that readers see for each ``(project_id, name)`` that exists."""
        keys = [(snippet_id(name), project_id) for project_id, name in names]
        with translated(_SERVICE):
            found = cast("list[Document]", await self._container.read_items(keys))
        return {(row["projectId"], row["name"]): row["version"] for row in found if "deleted" not in row}

    async def ping(self) -> None:
        """Raise ``Unavailable`` or ``Rejected`` unless the container answers."""
        with translated(_SERVICE):
            await self._container.read()
