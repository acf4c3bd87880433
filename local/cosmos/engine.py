"""The store as request handlers use it: one writer, readers, the catalogue and the purge of what expires."""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from local.cosmos.errors import CosmosError
from local.cosmos.sql.executor import Answer, IndexWanted, Question, ask
from local.cosmos.sql.vector_search import VectorSearch
from local.cosmos.store import indexing, items
from local.cosmos.store.catalog import Catalog, Container
from local.cosmos.store.expiry import PurgeTimer
from local.cosmos.store.items import Stored
from local.cosmos.store.reads import ItemReader, Readers
from local.cosmos.store.writer import Writer, WriteTransaction
from local.processes.folder_lock import FolderLock

T = TypeVar("T")
log = logging.getLogger(__name__)
_PURGE_GROUP = 500


class Engine:
    """Opened in a folder; what it has answered to a write outlives the process, with ``fsync`` a power cut too.

    Raises:
        OSError: The folder cannot be written, or another endpoint has it.
    """

    def __init__(self, folder: Path, *, fsync: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = FolderLock(folder, "cosmos.lock", "endpoint")
        self._purge_timer = PurgeTimer(self._purge)
        self._writer = Writer(folder, self._purge_timer.expires_at, fsync=fsync)
        self.catalog = Catalog(self._writer.connection)
        self._readers = Readers(folder)

    async def start(self) -> None:
        self._writer.start()
        self._purge_timer.expires_at(time.time())

    async def stop(self) -> None:
        await self._purge_timer.stop()
        await asyncio.to_thread(self._writer.stop)
        await asyncio.to_thread(self._readers.close)
        self._lock.release()

    async def write(self, work: Callable[[WriteTransaction], T]) -> T:
        """Do ``work`` in a transaction; returns once it is committed."""
        return await self._writer.write(work)

    async def read(self, container: Container, work: Callable[[ItemReader], T]) -> T:
        """Do ``work`` on a view of ``container`` in a reader thread."""

        def run() -> T:
            with self._readers.view(container) as reader:
                return work(reader)

        return await self._in_reader(run)

    async def item(self, container: Container, key: str, identity: str) -> Stored | None:
        """A point read."""
        return await self.read(container, lambda reader: reader.item(key, identity))

    async def query(self, container: Container, question: Question) -> Answer:
        """One page of a query, after the indexes it wants are there."""
        while True:
            try:
                return await self._in_reader(lambda: ask(question, container, self._readers))
            except IndexWanted as wanted:
                await self._build(container, wanted)

    async def _build(self, container: Container, wanted: IndexWanted) -> None:
        started = time.perf_counter()
        path, search = wanted.path, wanted.search
        if isinstance(search, VectorSearch):
            await self.write(lambda transaction: indexing.build_vector_index(transaction, container, search.path))
        elif search is not None:
            await self.write(lambda transaction: indexing.build_text_index(transaction, container, search.path))
        else:
            await self.write(lambda transaction: indexing.add_property_index(transaction, container, path))
        log.info(
            "built an index container=%s path=%s ms=%.0f",
            container.definition.id,
            path if search is None else search.path,
            1000 * (time.perf_counter() - started),
        )

    async def _in_reader(self, run: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers.pool, run)

    async def _purge(self) -> float | None:
        """Delete what has expired; returns when the next item will."""
        soonest: list[float] = []
        for database in list(self.catalog.databases.values()):
            for container in list(database.containers.values()):
                if container.definition.default_ttl_s is None:
                    continue
                following = await self._purge_container(container)
                soonest += [following] if following is not None else []
        return min(soonest, default=None)

    async def _purge_container(self, container: Container) -> float | None:
        while await self.write(lambda transaction: _purge_some(transaction, self.catalog, container)):
            pass
        try:
            return await self.read(container, lambda reader: reader.next_expiry())
        except CosmosError:
            # Deleted in between.
            return None


def _purge_some(transaction: WriteTransaction, catalog: Catalog, container: Container) -> bool:
    """False when nothing is left, or when the container was deleted meanwhile."""
    if catalog.databases.get(container.database.id) is not container.database:
        return False
    if container.database.containers.get(container.definition.id) is not container:
        return False
    return items.purge(transaction, container, _PURGE_GROUP)
