"""Accounts ready for questions: worked out once for each version of what the cache holds."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from shared.repo_context.accounts import CachedAccount
from shared.repo_scoring.embedding import EmbeddingModel
from shared.repo_scoring.index import RepoIndex
from shared.repo_scoring.vectors import FIELD

_KEPT_ACCOUNTS = 16
# Vectors may follow the bundles: where some are missing they are looked for again after so many seconds.
_INCOMPLETE_S = 30.0

Vectors = Mapping[str, Mapping[str, Any]]


class VectorStore(Protocol):
    """The cache, as far as it is needed here."""

    async def vectors(self, username: str) -> Mapping[str, dict[str, Any]]:
        """Return what is kept of vectors, by repository in lower case."""
        ...


@dataclass(frozen=True)
class _Ready:
    """``until``: when missing vectors are looked for again, in seconds of the clock; None when none is missing."""

    version: str
    index: RepoIndex
    vector_keys: frozenset[tuple[str, str]]
    until: float | None


class RepoIndexes:
    """Indexes of the accounts last asked about. ``now``: seconds of a clock that never goes back."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._ready: OrderedDict[tuple[str, str], _Ready] = OrderedDict()
        self._making: dict[tuple[str, str, str], asyncio.Task[_Ready]] = {}

    async def index_of(self, account: CachedAccount, store: VectorStore, model: EmbeddingModel | None) -> RepoIndex:
        """Return the account's index with the vectors that ``model`` made; without a model, with none.

        Callers who come at the same time wait for one and the same.
        """
        key = (account.username, model.model if model else "")
        ready = self._ready.get(key)
        if (
            ready is None
            or ready.version != account.version
            or (ready.until is not None and ready.until <= self._now())
        ):
            ready = await self._made(key, account, store, model)
        self._ready[key] = ready
        self._ready.move_to_end(key)
        while len(self._ready) > _KEPT_ACCOUNTS:
            self._ready.popitem(last=False)
        return ready.index

    async def _made(
        self, key: tuple[str, str], account: CachedAccount, store: VectorStore, model: EmbeddingModel | None
    ) -> _Ready:
        place = (*key, account.version)
        if place not in self._making:
            self._making[place] = asyncio.create_task(self._make(self._ready.get(key), account, store, model))
            self._making[place].add_done_callback(lambda _: self._making.pop(place, None))
        # Shielded, so that one who gives up does not end it for the others.
        return await asyncio.shield(self._making[place])

    async def _make(
        self, before: _Ready | None, account: CachedAccount, store: VectorStore, model: EmbeddingModel | None
    ) -> _Ready:
        vectors: Vectors = await store.vectors(account.username) if model is not None else {}
        keys = frozenset((name, str(each.get("key"))) for name, each in vectors.items())
        if before is not None and (before.version, before.vector_keys) == (account.version, keys):
            index = before.index
        else:
            # A tenth of a second for 120 repositories, which the worker's only event loop should not spend on it.
            index = await asyncio.to_thread(_index, account, vectors, model)
        missing = model is not None and index.vectors(model.dimensions) < len(account.repos)
        return _Ready(account.version, index, keys, self._now() + _INCOMPLETE_S if missing else None)


def _index(account: CachedAccount, vectors: Vectors, model: EmbeddingModel | None) -> RepoIndex:
    repos = [_with_vector(repo, vectors) for repo in account.repos]
    index = RepoIndex(repos, model.model if model else None)
    if model is not None:
        index.vectors(model.dimensions)
    return index


def _with_vector(repo: dict[str, Any], vectors: Vectors) -> dict[str, Any]:
    vector = vectors.get(str(repo["metadata"]["name"]).lower())
    return repo | {FIELD: vector} if vector is not None else repo
