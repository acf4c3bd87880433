"""``GitHubCache``: what was gathered of each account, in the Cosmos DB container ``github-cache``.

A cache saves time and quota and nothing else: while Cosmos DB does not answer, ``get`` finds nothing and ``set`` keeps
nothing, and whoever asked goes on without.
"""

import asyncio
import json
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterable, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from azure.core.exceptions import ResourceNotFoundError

from shared.clients.cosmos import ContainerProxy
from shared.clients.cosmos_batch import batches, execute, upserts
from shared.coalescing import Coalescer
from shared.errors import Rejected, Unavailable
from shared.repo_context.accounts import CachedAccount, account_of
from shared.repo_context.kept import (
    INDEX,
    LISTING,
    REPOSITORY,
    VECTOR,
    Document,
    Index,
    KeptBundle,
    ListingPage,
    context_size,
    fitting,
    item,
    lean,
    listing_id,
    repository_id,
    vector_id,
)
from shared.repo_context.listed import Listed
from shared.repo_context.reachability import Reachability
from shared.repo_context.statistics import statistics_of

# Repositories are read and written side by side: what comes within a moment shares a request. Reads come all at once
# when a segment starts; writes trickle in as GitHub answers.
_BATCH_SIZE = 25
_READ_WAIT_S = 0.005
_WRITE_WAIT_S = 0.025
_KEPT_ACCOUNTS = 16
# Of all repositories of an account together, in memory and in an answer; those beyond go without.
_MAX_CONTEXT_CHARACTERS = 32 * 1024 * 1024
# What a batch says of each of its documents.
_BYTES_BESIDE_DOCUMENT = 1024
_BY_IDS = "SELECT c.id, c.content FROM c WHERE ARRAY_CONTAINS(@ids, c.id)"
_CONTENTS = "SELECT c.id, c.content FROM c WHERE c.kind = @kind"

Result = TypeVar("Result")


class GitHubCache:
    """Reads and writes by account, whose name is given in lower case. ``ttl_s``: how long an item lives."""

    def __init__(self, container: ContainerProxy, ttl_s: int) -> None:
        self._container = container
        self._ttl_s = ttl_s
        self._reach = Reachability()
        self._accounts: OrderedDict[str, tuple[str, CachedAccount]] = OrderedDict()
        self._reads: Coalescer[tuple[str, str], KeptBundle | None] = Coalescer(self._read, _BATCH_SIZE, _READ_WAIT_S)
        self._writes: Coalescer[tuple[str, Document], bool] = Coalescer(self._write, _BATCH_SIZE, _WRITE_WAIT_S)
        self.listed = Listed(self.listing)
        self._hits = 0
        self._misses = 0

    async def get(self, username: str) -> CachedAccount | None:
        """Return the account's index and bundles; None where there are none or Cosmos DB does not answer."""
        try:
            return await self.read(username)
        except Unavailable:
            return None

    async def read(self, username: str) -> CachedAccount | None:
        """Return the account's index and bundles; None where there are none.

        What this process has read before is read again only once the index has changed.

        Raises:
            Unavailable: Cosmos DB does not answer.
        """
        found = await self._reach.call(lambda: self._item(username, INDEX))
        if found is None:
            self._misses += 1
            self._accounts.pop(username, None)
            return None
        self._hits += 1
        kept = self._accounts.get(username)
        if kept is None or kept[0] != found["_etag"]:
            kept = found["_etag"], await self._reach.call(lambda: self._account(username, found))
            self._accounts[username] = kept
        self._accounts.move_to_end(username)
        while len(self._accounts) > _KEPT_ACCOUNTS:
            self._accounts.popitem(last=False)
        return kept[1]

    async def status(self, username: str) -> Index | None:
        """Return what one read tells of an account; None where nothing is kept.

        Raises:
            Unavailable: Cosmos DB does not answer.
        """
        found = await self._reach.call(lambda: self._item(username, INDEX))
        return Index.model_validate(found["content"]) if found else None

    async def known(self, username: str, name: str) -> KeptBundle | None:
        """Return the bundle of a repository as the last run left it; None where there is none or nobody answers."""
        try:
            return await self._reads.submit((username, name))
        except Unavailable:
            return None

    async def listing(self, username: str) -> dict[int, ListingPage]:
        """Return the kept pages of the account's listing by number; none where Cosmos DB does not answer."""
        try:
            rows = await self._reach.call(lambda: self._contents(username, LISTING))
        except Unavailable:
            return {}
        pages = [ListingPage.model_validate(row["content"]) for row in rows]
        return {page.page: page for page in pages}

    async def vectors(self, username: str, names: Sequence[str] | None = None) -> dict[str, dict[str, Any]]:
        """Return what ``set_vectors`` kept, of all repositories or those named, by name in lower case.

        There are none where Cosmos DB does not answer.
        """
        try:
            rows = await self._reach.call(
                lambda: (
                    self._contents(username, VECTOR)
                    if names is None
                    else self._rows(_BY_IDS, username, ids=[vector_id(name) for name in names])
                )
            )
        except Unavailable:
            return {}
        return {str(row["id"]).removeprefix(f"{VECTOR}-"): row["content"] for row in rows}

    async def set(self, username: str, kept: KeptBundle) -> bool:
        """Keep a bundle, trimmed where it is larger than an item may be; return whether the cache took it."""
        whole = fitting(kept)
        document = item(username, REPOSITORY, repository_id(whole.bundle.name), whole.to_json(), self._ttl_s)
        return await self._kept(lambda: self._writes.submit((username, document)))

    async def set_listing(self, username: str, pages: Sequence[ListingPage]) -> bool:
        """Keep pages of the account's listing; return whether the cache took them."""
        documents = [item(username, LISTING, listing_id(page.page), page.to_json(), self._ttl_s) for page in pages]
        return await self._kept(lambda: self._store(username, documents))

    async def set_vectors(self, username: str, vectors: Mapping[str, dict[str, Any]]) -> bool:
        """Keep a document beside the bundle of each repository named; return whether the cache took them."""
        documents = [item(username, VECTOR, vector_id(name), content, self._ttl_s) for name, content in vectors.items()]
        return await self._kept(lambda: self._store(username, documents))

    async def set_index(self, username: str, index: Index, ttl_s: int | None = None) -> bool:
        """Make what was kept the account's result; return whether the cache took it."""
        document = item(username, INDEX, INDEX, index.to_json(), ttl_s or self._ttl_s)
        return await self._kept(lambda: self._store(username, [document]))

    async def ids(self, username: str) -> list[str]:
        """Return the ids of everything that is kept of an account.

        Raises:
            Unavailable: Cosmos DB does not answer.
        """
        query = "SELECT VALUE c.id FROM c"
        return await self._reach.call(lambda: self._rows(query, username))

    async def remove(self, username: str, ids: Sequence[str]) -> int:
        """Delete items of an account; return how many there were.

        Raises:
            Unavailable: Cosmos DB does not answer.
        """
        results = await asyncio.gather(*(self._reach.call(lambda i=i: self._delete(username, i)) for i in ids))
        self._accounts.pop(username, None)
        return sum(results)

    async def invalidate(self, username: str) -> int:
        """Forget everything about an account, its index first; return how many items there were.

        Raises:
            Unavailable: Cosmos DB does not answer.
        """
        found = await self.ids(username)
        first = await self.remove(username, [each for each in found if each == INDEX])
        return first + await self.remove(username, [each for each in found if each != INDEX])

    async def stats(self) -> dict[str, Any]:
        """Return what the cache holds by kind and account, and how often this process found what it looked for.

        Raises:
            Unavailable: Cosmos DB does not answer.
        """
        return statistics_of(await self.items()) | {"reads": {"hits": self._hits, "misses": self._misses}}

    async def items(self) -> list[Document]:
        """Return account, kind, id and last change of every item; of an index also what it says of its run.

        Raises:
            Unavailable: Cosmos DB does not answer.
        """
        query = "SELECT c.id, c.username, c.kind, c._ts, c.content.refreshed_at, c.content.names FROM c"
        return await self._reach.call(lambda: self._rows(query))

    async def _item(self, username: str, item_id: str) -> Document | None:
        try:
            return await self._container.read_item(item_id, partition_key=username)
        except ResourceNotFoundError:
            return None

    async def _account(self, username: str, index: Document) -> CachedAccount:
        rows: list[Document] = []
        held = 0
        async for row in self._query(_CONTENTS, username, kind=REPOSITORY):
            held += context_size(row)
            rows.append(row if held <= _MAX_CONTEXT_CHARACTERS else lean(row))
        # Parsing a megabyte takes longer than the worker's only event loop should be kept.
        return await asyncio.to_thread(account_of, username, index, rows)

    async def _contents(self, username: str, kind: str) -> list[Document]:
        return await self._rows(_CONTENTS, username, kind=kind)

    async def _rows(self, query: str, username: str | None = None, **parameters: Any) -> list[Any]:
        return [row async for row in self._query(query, username, **parameters)]

    def _query(self, query: str, username: str | None, **parameters: Any) -> AsyncIterable[Any]:
        named: list[dict[str, Any]] = [{"name": f"@{name}", "value": value} for name, value in parameters.items()]
        partition: dict[str, Any] = {} if username is None else {"partition_key": username}
        return self._container.query_items(query, parameters=named, **partition)

    async def _delete(self, username: str, item_id: str) -> bool:
        try:
            await self._container.delete_item(item_id, partition_key=username)
        except ResourceNotFoundError:
            return False
        return True

    async def _read(self, wanted: Sequence[tuple[str, str]]) -> Sequence[KeptBundle | BaseException | None]:
        names = _by_account((username, repository_id(name)) for username, name in wanted)
        found: dict[tuple[str, str], KeptBundle] = {}
        for username, ids in names.items():
            rows = await self._reach.call(lambda u=username, i=ids: self._rows(_BY_IDS, u, ids=i))
            found |= {(username, row["id"]): KeptBundle.model_validate(row["content"]) for row in rows}
        return [found.get((username, repository_id(name))) for username, name in wanted]

    async def _write(self, wanted: Sequence[tuple[str, Document]]) -> Sequence[bool | BaseException]:
        for username, documents in _by_account(wanted).items():
            await self._store(username, documents)
        return [True] * len(wanted)

    async def _store(self, username: str, documents: Sequence[Document]) -> bool:
        for batch in batches(documents, _written_bytes):
            await self._reach.call(lambda b=batch: execute(self._container, username, upserts(b)))
        return True

    async def _kept(self, store: Callable[[], Awaitable[bool]]) -> bool:
        try:
            return await store()
        except (Unavailable, Rejected):
            return False


def _by_account(pairs: "Iterator[tuple[str, Result]] | Sequence[tuple[str, Result]]") -> dict[str, list[Result]]:
    accounts: dict[str, list[Result]] = defaultdict(list)
    for username, each in pairs:
        accounts[username].append(each)
    return accounts


def _written_bytes(document: Document) -> int:
    return len(json.dumps(document)) + _BYTES_BESIDE_DOCUMENT
