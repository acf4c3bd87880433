"""Vectors in Cosmos DB by content key: what was asked for once is not asked for again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from shared.clients.azure_errors import translated
from shared.clients.cosmos import ContainerProxy
from shared.clients.cosmos_batch import upsert_all
from shared.snippets.documents import ChunkRecord, Document, vector_document
from shared.snippets.vectors import from_base64, rounded

# Written again when it is reused after so long, so that what is in use never expires.
_REFRESH_AFTER = timedelta(days=30)


@dataclass(frozen=True)
class KnownVector:
    """``paid_by``: id of the chunk for which the vector was asked; ``stale``: it is time to write it again."""

    vector: list[float]
    paid_by: str
    stale: bool


class Vectors:
    """The container ``chunk-vectors``. Every method raises ``Unavailable`` while Cosmos DB cannot answer."""

    def __init__(self, container: ContainerProxy) -> None:
        self._container = container

    async def known(self, project_id: str, keys: Sequence[str]) -> dict[str, KnownVector]:
        """Return the vectors that the project already has for these content keys."""
        with translated("Cosmos DB"):
            found = await self._container.read_items([(key, project_id) for key in dict.fromkeys(keys)])
        refresh_before = (datetime.now(UTC) - _REFRESH_AFTER).isoformat()
        return {
            row["id"]: KnownVector(
                vector=rounded(from_base64(row["vector"])),
                paid_by=row["paidBy"],
                stale=row["createdAt"] < refresh_before,
            )
            for row in cast("list[Document]", found)
        }

    async def store(self, project_id: str, vectors: Sequence[tuple[ChunkRecord, list[float]]]) -> None:
        """Keep the vectors of these chunks; storing one twice changes nothing."""
        await upsert_all(self._container, project_id, [vector_document(*each) for each in vectors])
