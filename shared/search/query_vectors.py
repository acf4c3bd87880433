"""Vectors of queries: the base search and its synonyms start at once, and share one request to the model."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from shared.coalescing import Coalescer
from shared.errors import Rejected, Unavailable

# Four searches, of a few requests at a time. They start within a few milliseconds of each other.
_BATCH_SIZE = 16
_BATCH_WAIT_S = 0.005

Vector = list[float]


class QueryModel(Protocol):
    """The embedding model."""

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return one vector per text, in order."""
        ...


class QueryVectors:
    """Gathers queries that are embedded at the same time in this process."""

    def __init__(self, model: QueryModel) -> None:
        self._model = model
        self._coalescer = Coalescer[str, Vector](self._embed, _BATCH_SIZE, _BATCH_WAIT_S)

    async def vector_of(self, query: str) -> Vector:
        """Return the vector of a query.

        Raises:
            Unavailable: The model throttled, failed or could not be reached.
            Rejected: The model refused this query.
        """
        return await self._coalescer.submit(query)

    async def _embed(self, queries: Sequence[str]) -> Sequence[Vector | BaseException]:
        unique = list(dict.fromkeys(queries))
        try:
            vectors = dict(zip(unique, await self._model.embed(unique), strict=True))
        except Rejected:
            if len(unique) == 1:
                raise
            # One of them is refused; it must not take the searches of others with it.
            vectors = dict(zip(unique, await asyncio.gather(*map(self._embed_alone, unique)), strict=True))
        return [vectors[query] for query in queries]

    async def _embed_alone(self, query: str) -> Vector | BaseException:
        try:
            (vector,) = await self._model.embed([query])
        except (Rejected, Unavailable) as error:
            return error
        return vector
