"""The indexes of an endpoint: made, changed and deleted, filled and looked at. One thread writes, several read."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import orjson

from local.processes.folder_lock import FolderLock
from local.search import limits
from local.search.definitions import IndexDefinition, check_change, parse_definition
from local.search.errors import SearchError, bad_request, not_found
from local.search.store import actions
from local.search.store.actions import Action, Content, Outcome
from local.search.store.database import Database, StoredDocument
from local.search.store.live import LiveIndex, Snapshot

T = TypeVar("T")
log = logging.getLogger(__name__)
# NumPy and tantivy let other threads run while they compute.
_READERS = 4


class Engine:
    """Opened in a folder; everything it answers to a write survives the death of the process.

    Raises:
        OSError: The folder cannot be written, or another endpoint has it.
        sqlite3.DatabaseError: The database in it cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = FolderLock(folder, "search.lock", "endpoint")
        self._database = Database(folder)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="search-writer")
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="search-reader")
        self._indexes: dict[str, LiveIndex] = {}
        self._loading: dict[str, asyncio.Future[None]] = {}

    async def start(self) -> None:
        """Read the definitions; the documents follow in the background, and requests wait for those of their index."""
        for number, name, etag, body in self._database.indexes():
            index = LiveIndex(number, parse_definition(name, orjson.loads(body)), etag)
            self._indexes[name] = index
            self._loading[name] = self._write(self._load, index)

    async def stop(self) -> None:
        await asyncio.gather(*self._loading.values(), return_exceptions=True)
        await asyncio.to_thread(self._writer.shutdown)
        await asyncio.to_thread(self._readers.shutdown)
        self._database.close()
        self._lock.release()

    @property
    def names(self) -> list[str]:
        """Names of the indexes, in order."""
        return sorted(self._indexes)

    def definition(self, name: str) -> tuple[IndexDefinition, str]:
        """The definition of an index and its etag."""
        index = self._found(name)
        return index.definition, index.etag

    async def put_index(
        self, name: str, body: Any, *, only_new: bool = False, if_match: str | None = None
    ) -> tuple[bool, IndexDefinition, str]:
        """Make or change an index; returns whether it is new, its definition and its etag.

        Args:
            only_new: Refuse to change one that exists.
            if_match: The etag that it must have; ``*`` for any.
        """
        definition = parse_definition(name, body)
        return await self._write(self._put_index, definition, only_new, if_match)

    async def delete_index(self, name: str, if_match: str | None = None) -> None:
        """Delete an index and its documents."""
        await self._write(self._delete_index, name, if_match)

    async def index_documents(self, name: str, batch: Any) -> list[Outcome]:
        """Do a batch of actions; returns once they survive the death of the process."""
        index = await self._ready(name)
        parsed = await self.read(lambda: actions.parse_batch(batch, index.definition))
        return await self._write(self._change, name, index, parsed)

    async def snapshot(self, name: str) -> Snapshot:
        """The index as it is now."""
        return (await self._ready(name)).snapshot

    async def document(self, name: str, key: str) -> tuple[Snapshot, int]:
        """An index and the row of one of its documents."""
        snapshot = (await self._ready(name)).snapshot
        row = snapshot.row(key)
        if row is None:
            raise not_found(f"There is no document with the key '{key[:100]}' in the index '{name}'.")
        return snapshot, row

    async def sizes(self, name: str) -> tuple[int, int, int]:
        """Documents of an index, its bytes in all and those of its vectors."""
        index = await self._ready(name)
        size, vectors = await self.read(lambda: self._database.size_of(index.number))
        return index.snapshot.document_count, size, vectors

    async def read(self, work: Callable[[], T]) -> T:
        """Do ``work`` in a reader thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    def _write(self, work: Callable[..., T], *arguments: Any) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._writer, work, *arguments)

    def _found(self, name: str) -> LiveIndex:
        index = self._indexes.get(name)
        if index is None:
            raise not_found(f"No index with the name '{name[:100]}' was found in the service.")
        return index

    async def _ready(self, name: str) -> LiveIndex:
        self._found(name)
        loading = self._loading.get(name)
        if loading is not None:
            await asyncio.shield(loading)
            self._loading.pop(name, None)
        return self._found(name)

    def _load(self, index: LiveIndex) -> None:
        started = time.perf_counter()
        index.load(self._database.documents(index.number))
        milliseconds = 1000 * (time.perf_counter() - started)
        log.info(
            "loaded an index name=%s documents=%d ms=%.0f",
            index.definition.name,
            index.snapshot.document_count,
            milliseconds,
        )

    def _put_index(
        self, definition: IndexDefinition, only_new: bool, if_match: str | None
    ) -> tuple[bool, IndexDefinition, str]:
        name, etag = definition.name, f'"0x{uuid4().hex[:16].upper()}"'
        old = self._indexes.get(name)
        if old is not None and only_new:
            raise SearchError(
                409, f"Cannot create index '{name}' because it already exists.", "ResourceNameAlreadyInUse"
            )
        _check_etag(name, old, if_match)
        body = {key: value for key, value in definition.body.items() if not key.startswith("@odata")}
        if old is None:
            if len(self._indexes) >= limits.INDEXES:
                raise bad_request(f"Index quota of {limits.INDEXES} has been exceeded for this service.")
            self._indexes[name] = LiveIndex(self._database.create_index(name, etag, body), definition, etag)
            return True, definition, etag
        check_change(old.definition, definition)
        self._database.replace_index(old.number, etag, body)
        if definition == replace(old.definition, body=definition.body):
            # Nothing that the documents in memory depend on, as at every start of the stack.
            old.redefine(definition, etag)
            return False, definition, etag
        new = LiveIndex(old.number, definition, etag)
        self._load(new)
        self._indexes[name] = new
        return False, definition, etag

    def _delete_index(self, name: str, if_match: str | None) -> None:
        index = self._indexes.get(name)
        _check_etag(name, index, if_match)
        if index is None:
            raise not_found(f"No index with the name '{name[:100]}' was found in the service.")
        self._database.delete_index(index.number)
        del self._indexes[name]

    def _change(self, name: str, index: LiveIndex, parsed: list[Action]) -> list[Outcome]:
        if self._indexes.get(name) is not index:
            # Replaced since the batch was checked.
            raise SearchError(503, f"The index '{name}' has just been changed; send the batch again.")
        outcomes, changed = actions.apply(parsed, index.content)
        stored = [_stored(key, content) for key, content in changed.items() if content is not None]
        deleted = [key for key, content in changed.items() if content is None]
        self._database.write(index.number, stored, deleted)
        index.change(stored, deleted)
        return outcomes


def _stored(key: str, content: Content) -> StoredDocument:
    return StoredDocument(key, orjson.dumps(content.fields), content.vectors)


def _check_etag(name: str, index: LiveIndex | None, if_match: str | None) -> None:
    if if_match is None:
        return
    if index is None or if_match not in ("*", index.etag):
        raise SearchError(412, f"The index '{name}' does not have the etag {if_match[:60]}; it may have been changed.")
