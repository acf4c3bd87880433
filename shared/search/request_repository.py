"""Searches in Cosmos DB: one document each, in a partition of its own."""

from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

from shared.clients.azure_errors import translated
from shared.clients.cosmos import ContainerProxy
from shared.search.request_documents import QUEUED, UNDER_WAY, Document

_SERVICE = "Cosmos DB"
_CHANGED_IN_BETWEEN = 412
# As many searches as one process works on at a time, by far; a document under way is small.
_REMEMBERED = 1_000


class SearchRequests:
    """The container ``search-requests``. Every method raises ``Unavailable`` while Cosmos DB cannot answer."""

    def __init__(self, container: ContainerProxy) -> None:
        self._container = container
        self._under_way: OrderedDict[str, Document] = OrderedDict()

    async def create(self, document: Document) -> bool:
        """Store a new search; return False where there is one with this id already."""
        with translated(_SERVICE):
            try:
                await self._container.create_item(document)
            except ResourceExistsError:
                return False
            return True

    async def read(self, request_id: str) -> Document | None:
        """Return the document of a search, or None."""
        with translated(_SERVICE):
            try:
                document = await self._container.read_item(request_id, partition_key=request_id)
            except ResourceNotFoundError:
                return None
        self._remember(document)
        return document

    async def last_seen(self, request_id: str) -> Document | None:
        """Return the document as this process saw it last, which saves reading it before each step of a search.

        It may have changed since: ``replace`` finds out.
        """
        return self._under_way.get(request_id) or await self.read(request_id)

    async def replace(self, document: Document, seen: Document) -> bool:
        """Store ``document`` in place of ``seen``; return False when somebody else has changed it in between."""
        self._under_way.pop(seen["id"], None)
        with translated(_SERVICE):
            try:
                stored = await self._container.replace_item(
                    document["id"], document, etag=seen["_etag"], match_condition=MatchConditions.IfNotModified
                )
            except ResourceNotFoundError:
                return False
            except HttpResponseError as error:
                if error.status_code == _CHANGED_IN_BETWEEN:
                    return False
                raise
        # Writes are asked to answer without the document.
        if etag := stored.get_response_headers().get("etag"):
            self._remember(document | {"_etag": etag})
        return True

    async def stamp_enqueued(self, request_id: str, moment: str) -> None:
        """Note when a search was handed to the queue. One that is gone meanwhile needs no note."""
        operations = [{"op": "set", "path": "/enqueued_at", "value": moment}]
        with translated(_SERVICE):
            try:
                await self._container.patch_item(request_id, partition_key=request_id, patch_operations=operations)
            except ResourceNotFoundError:
                return

    async def unsent(self, before: str, limit: int) -> list[Document]:
        """Return up to ``limit`` searches that were accepted before ``before`` and not sent, oldest first."""
        query = (
            "SELECT c.id, c.session_id, c.user_id, c.request_payload, c.created_at FROM c "
            "WHERE c.status = @queued AND IS_NULL(c.enqueued_at) AND c.created_at < @before "
            "ORDER BY c.created_at OFFSET 0 LIMIT @limit"
        )
        rows = self._rows(query, queued=QUEUED, before=before, limit=limit)
        return [row async for row in rows]

    def stalled(self, before: str, limit: int) -> AsyncIterator[Document]:
        """Yield up to ``limit`` searches that are neither finished nor unsent and were last changed before ``before``.

        The one that has waited longest comes first. They come without what was asked for: id, status and times.
        """
        query = (
            "SELECT c.id, c.status, c.created_at, c.enqueued_at FROM c "
            "WHERE c.status IN (@queued, @processing, @scoring) AND c.updated_at < @before "
            "AND NOT (c.status = @queued AND IS_NULL(c.enqueued_at)) ORDER BY c.updated_at OFFSET 0 LIMIT @limit"
        )
        return self._rows(query, **{status: status for status in UNDER_WAY}, before=before, limit=limit)

    async def waiting(self) -> int:
        """Return how many searches were sent to the queue and not taken up yet."""
        query = "SELECT VALUE COUNT(1) FROM c WHERE c.status = @queued AND NOT IS_NULL(c.enqueued_at)"
        counts: list[Any] = [row async for row in self._rows(query, queued=QUEUED)]
        return sum(counts)

    def _remember(self, document: Document) -> None:
        if document["status"] not in UNDER_WAY:
            self._under_way.pop(document["id"], None)
            return
        self._under_way[document["id"]] = document
        self._under_way.move_to_end(document["id"])
        if len(self._under_way) > _REMEMBERED:
            self._under_way.popitem(last=False)

    async def _rows(self, query: str, **parameters: Any) -> AsyncIterator[Any]:
        named: list[dict[str, Any]] = [{"name": f"@{name}", "value": value} for name, value in parameters.items()]
        with translated(_SERVICE):
            async for row in self._container.query_items(query, parameters=named):
                yield row
