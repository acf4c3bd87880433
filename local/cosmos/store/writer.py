"""The one thread that writes. Writes that arrive together are one transaction and wait for the disk once."""

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from local.cosmos.errors import CosmosError
from local.cosmos.store import schema
from local.cosmos.store.memory_index import Change, MemoryIndex

T = TypeVar("T")
log = logging.getLogger(__name__)
_GROUP = 256


class WriteTransaction:
    """What a write sees. Its effects, on tables and indexes alike, are all kept or all undone."""

    def __init__(self, connection: sqlite3.Connection, lsn: int) -> None:
        self.connection = connection
        self.lsn = lsn
        self.now = time.time()
        self.index_changes: list[tuple[MemoryIndex, Change]] = []
        """For the indexes in memory, in order."""
        self.after_commit: list[Callable[[], None]] = []
        self.undo: list[Callable[[], None]] = []
        self.next_expiry: float | None = None

    def next_lsn(self) -> int:
        self.lsn += 1
        return self.lsn

    def expires_at(self, moment: float | None) -> None:
        if moment is not None and (self.next_expiry is None or moment < self.next_expiry):
            self.next_expiry = moment

    def savepoint(self, work: Callable[["WriteTransaction"], T]) -> T:
        """Do ``work`` whole or not at all."""
        marks = len(self.index_changes), len(self.after_commit), len(self.undo), self.lsn
        self.connection.execute("SAVEPOINT work")
        try:
            result = work(self)
        except BaseException:
            self.connection.execute("ROLLBACK TO work")
            self.connection.execute("RELEASE work")
            changes, hooks, undo, self.lsn = marks
            del self.index_changes[changes:]
            del self.after_commit[hooks:]
            while len(self.undo) > undo:
                self.undo.pop()()
            raise
        self.connection.execute("RELEASE work")
        return result


class _Job:
    __slots__ = ("error", "future", "loop", "result", "work")

    def __init__(self, work: Callable[[WriteTransaction], Any], loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.result: Any = None
        self.error: BaseException | None = None


class Writer:
    """``on_expiry`` is told, in the event loop, the earliest moment at which something written expires."""

    def __init__(self, folder: Path, on_expiry: Callable[[float], None], *, fsync: bool) -> None:
        self._connection = schema.connect(folder, fsync=fsync)
        schema.prepare(self._connection)
        self._lsn: int = self._connection.execute("SELECT lsn FROM clock").fetchone()[0]
        self._on_expiry = on_expiry
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="cosmos-writer", daemon=True)

    @property
    def connection(self) -> sqlite3.Connection:
        """For reading the catalogue before ``start``."""
        return self._connection

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish what was handed in, then close."""
        self._jobs.put(None)
        if self._thread.is_alive():
            self._thread.join()
        self._connection.close()

    async def write(self, work: Callable[[WriteTransaction], T]) -> T:
        """Do ``work`` in the next transaction; returns once it is committed."""
        job = _Job(work, asyncio.get_running_loop())
        self._jobs.put(job)
        return await asyncio.shield(job.future)

    def _run(self) -> None:
        while True:
            group = self._group()
            if group is None:
                return
            self._commit(group)
            for job in group:
                job.loop.call_soon_threadsafe(_settle, job)

    def _group(self) -> list[_Job] | None:
        first = self._jobs.get()
        if first is None:
            return None
        group = [first]
        while len(group) < _GROUP:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._jobs.put(None)
                break
            group.append(job)
        return group

    def _commit(self, group: list[_Job]) -> None:
        transaction = WriteTransaction(self._connection, self._lsn)
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for job in group:
                try:
                    job.result = transaction.savepoint(job.work)
                except CosmosError as error:
                    job.error = error
                except Exception as error:
                    log.exception("a write failed")
                    job.error = error
            if transaction.lsn != self._lsn:
                self._connection.execute("UPDATE clock SET lsn = ?", (transaction.lsn,))
            # Before COMMIT: a reader that sees this transaction finds its vectors and words too. Who reads an older
            # state tells by the lsn which of them are not yet, or still, his.
            _apply_to_indexes(transaction)
            self._connection.execute("COMMIT")
        except Exception as error:
            log.exception("a commit failed")
            self._fail(group, transaction, error)
            return
        self._lsn = transaction.lsn
        for hook in transaction.after_commit:
            hook()
        if transaction.next_expiry is not None:
            group[0].loop.call_soon_threadsafe(self._on_expiry, transaction.next_expiry)

    def _fail(self, group: list[_Job], transaction: WriteTransaction, error: Exception) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        for undo in reversed(transaction.undo):
            undo()
        for index in {id(change[0]): change[0] for change in transaction.index_changes}.values():
            index.discard()
        for job in group:
            job.error = job.error or CosmosError(503, f"The write could not be stored: {error}")


def _apply_to_indexes(transaction: WriteTransaction) -> None:
    by_index: dict[int, tuple[MemoryIndex, list[Change]]] = {}
    for index, change in transaction.index_changes:
        by_index.setdefault(id(index), (index, []))[1].append(change)
    for index, changes in by_index.values():
        index.apply(changes)


def _settle(job: _Job) -> None:
    if job.future.cancelled():
        return
    if job.error is None:
        job.future.set_result(job.result)
    else:
        job.future.set_exception(job.error)
