"""The engine's database: changes are committed in groups, one at a time, and readers have connections of their own.

Whatever is queued when a commit begins goes into one transaction, so that a thousand completions cost one commit. A
thread that can wait commits what it submitted itself, and what others submitted meanwhile (``committing_here``): a hop
to another thread costs more than a small commit. For all others there is the writer thread.

A change is durable when its ``done`` runs. Durable here means: survives the end of this process, however it
ends (WAL with synchronous=NORMAL). A power cut may take the last moments, never consistency; ``synchronous="FULL"``
closes that gap at the price of one fsync per group.
"""

import queue
import sqlite3
import threading
from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

from local.host.engine.schema import SCHEMA_VERSION, TABLES
from local.host.errors import HostError

Synchronous = Literal["NORMAL", "FULL"]

#: How long a change waits at most for another that it can share a commit with.
SOON_S = 0.02


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
        self._queue: deque[_Work] = deque()
        self._committing = threading.Lock()
        self._closed = False
        self._wake_writer: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._this_thread = threading.local()
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
            at_once: Runs on the committing thread then, before anything else; it must only hand work on.
        """
        self._queue.append(_Work(statements, done, at_once))
        if not getattr(self._this_thread, "commits", False):
            self._wake_writer.put(True)

    def submit_soon(self, statements: Sequence[Statement]) -> None:
        """Queue a change, on the loop, that may wait up to ``SOON_S`` for another to be committed with."""
        self._queue.append(_Work(statements, None, None))
        self._loop.call_later(SOON_S, self._wake_writer.put, True)

    @contextmanager
    def committing_here(self) -> Generator[None]:
        """Commit at the end of the block, on this thread, what it submitted inside; not for an event loop's thread."""
        self._this_thread.commits = True
        try:
            yield
        finally:
            self._this_thread.commits = False
            self._commit_queued()

    def _write_loop(self) -> None:
        while self._wake_writer.get():
            self._commit_queued()

    def _commit_queued(self) -> None:
        # Nobody waits for the lock: who holds it looks at the queue again after giving it back.
        while self._queue and self._committing.acquire(blocking=False):
            try:
                if self._closed:
                    return
                self._commit_group([self._queue.popleft() for _ in range(len(self._queue))])
            finally:
                self._committing.release()

    def _commit_group(self, group: list[_Work]) -> None:
        try:
            self._commit(group)
        except Exception as error:  # noqa: BLE001 - handed to the host, which stops
            self._closed = True  # nothing may be stored after what was lost
            self._loop.call_soon_threadsafe(self._on_fault, error)
            return
        for work in group:
            if work.at_once is not None:
                work.at_once()
        finished = [work.done for work in group if work.done is not None]
        if finished:
            self._loop.call_soon_threadsafe(_run_all, finished)

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
        self._wake_writer.put(False)
        self._thread.join(timeout=10)
        self._commit_queued()
        with self._committing:
            self._closed = True
            for connection in (*self._open, self._writer):
                connection.close()


def _run_all(callbacks: list[Callable[[], None]]) -> None:
    for callback in callbacks:
        callback()
