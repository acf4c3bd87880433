"""The engine's database: one writer thread that commits in groups, and readers of their own.

Whatever is queued when the writer comes round goes into one transaction, so that a thousand completions cost one
commit. A change is durable when its ``done`` runs. Durable here means: survives the end of this process, however it
ends (WAL with synchronous=NORMAL). A power cut may take the last moments, never consistency; ``synchronous="FULL"``
closes that gap at the price of one fsync per group.
"""

import queue
import sqlite3
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from local.host.engine.schema import SCHEMA_VERSION, TABLES
from local.host.errors import HostError

Synchronous = Literal["NORMAL", "FULL"]


class Statement(NamedTuple):
    """One SQL statement and the rows to run it for."""

    sql: str
    rows: Sequence[Sequence[Any]]


class _Work(NamedTuple):
    statements: Sequence[Statement]
    done: Callable[[], None] | None
    at_once: Callable[[], None] | None


class Store:
    """Open the database in ``folder``; ``on_fault`` is called on ``loop`` when a commit fails."""

    def __init__(self, folder: Path, loop: AbstractEventLoop, on_fault: Callable[[Exception], None],
                 synchronous: Synchronous = "NORMAL") -> None:  # fmt: skip
        self._file = folder / "durable.db"
        self._loop = loop
        self._on_fault = on_fault
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        try:
            self._writer = self._connect()
            self._writer.execute(f"PRAGMA synchronous={synchronous}")
            self._create_tables()
        except sqlite3.Error as error:
            raise HostError(f"{self._file} cannot be used: {error}") from error
        self._readers = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._thread = threading.Thread(target=self._write_loop, name="durable-writer", daemon=True)
        self._thread.start()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA busy_timeout=5000")
        return connection

    def _create_tables(self) -> None:
        version = self._writer.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            self._writer.executescript(f"BEGIN; {TABLES} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;")
        elif version != SCHEMA_VERSION:
            raise HostError(
                f"{self._file} was written by another version of the host (schema {version}, expected "
                f"{SCHEMA_VERSION}); move it away or name another folder with --data"
            )

    def submit(
        self,
        statements: Sequence[Statement],
        done: Callable[[], None] | None = None,
        at_once: Callable[[], None] | None = None,
    ) -> None:
        """Queue a change; changes commit in the order of submission.

        Args:
            statements: What to write, in one transaction.
            done: Runs on the loop when the change is committed.
            at_once: Runs on the writer's thread then, before anything else; it must only hand work on.
        """
        self._queue.put(_Work(statements, done, at_once))

    def _write_loop(self) -> None:
        while (work := self._queue.get()) is not None:
            group = [work]
            stop = False
            while not self._queue.empty():
                if (work := self._queue.get()) is None:
                    stop = True
                    break
                group.append(work)
            try:
                self._commit(group)
            except Exception as error:  # noqa: BLE001 - handed to the host, which stops
                self._loop.call_soon_threadsafe(self._on_fault, error)
                return
            for work in group:
                if work.at_once is not None:
                    work.at_once()
            finished = [work.done for work in group if work.done is not None]
            if finished:
                self._loop.call_soon_threadsafe(_run_all, finished)
            if stop:
                return

    def _commit(self, group: list[_Work]) -> None:
        writer = self._writer
        writer.execute("BEGIN IMMEDIATE")
        for work in group:
            for sql, rows in work.statements:
                if len(rows) == 1:
                    writer.execute(sql, rows[0])
                else:
                    writer.executemany(sql, rows)
        writer.execute("COMMIT")

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the committed rows of a query, on the calling thread's own connection."""
        connection: sqlite3.Connection | None = getattr(self._readers, "connection", None)
        if connection is None:
            connection = self._readers.connection = self._connect()
            connection.execute("PRAGMA query_only=ON")
            self._open.append(connection)
        return connection.execute(sql, parameters).fetchall()

    def close(self) -> None:
        """Commit what is queued and close the database."""
        self._queue.put(None)
        self._thread.join(timeout=10)
        for connection in (*self._open, self._writer):
            connection.close()


def _run_all(callbacks: list[Callable[[], None]]) -> None:
    for callback in callbacks:
        callback()
