"""The queues on disk. What changes while a commit runs goes into the next one, so a thousand sends cost few commits.

Everything is in memory too (``Namespace``); the file is read once, at the start. A change is kept when the callback
given to ``after_commit`` runs. Kept means: survives the end of this process, however it ends (WAL with
synchronous=NORMAL). A power cut may take the last moments, never consistency. Locks are not kept: who had a message
when the process ended has lost it, and it is delivered again.
"""

import logging
import queue
import sqlite3
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.processes.folder_lock import FolderLock
from local.servicebus.broker.messages import Message, State
from local.servicebus.broker.namespace import Namespace
from local.servicebus.message import parse

log = logging.getLogger(__name__)

FILE_NAME = "servicebus.sqlite"
_SCHEMA_VERSION = 1
_TABLES = """
CREATE TABLE messages (
  queue TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  dead INTEGER NOT NULL,
  state INTEGER NOT NULL,
  enqueued REAL NOT NULL,
  ttl_s REAL,
  scheduled REAL,
  delivery_count INTEGER NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (queue, sequence)
) WITHOUT ROWID;
CREATE TABLE numbers (queue TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE message_ids (
  queue TEXT NOT NULL,
  message_id TEXT NOT NULL,
  until REAL NOT NULL,
  PRIMARY KEY (queue, message_id)
) WITHOUT ROWID;
CREATE TABLE sessions (
  queue TEXT NOT NULL,
  session_id TEXT NOT NULL,
  state BLOB NOT NULL,
  updated REAL NOT NULL,
  PRIMARY KEY (queue, session_id)
) WITHOUT ROWID;
"""
_Row = tuple[Any, ...]


@dataclass(slots=True)
class _Group:
    """Changes of one commit; of several to one row the last counts. None: the row goes."""

    messages: dict[tuple[str, int], _Row | None] = field(default_factory=dict[tuple[str, int], _Row | None])
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    message_ids: dict[tuple[str, str], float | None] = field(default_factory=dict[tuple[str, str], float | None])
    sessions: dict[tuple[str, str], _Row | None] = field(default_factory=dict[tuple[str, str], _Row | None])
    done: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])

    def __bool__(self) -> bool:
        return bool(self.messages or self.numbers or self.message_ids or self.sessions or self.done)


class Store:
    """The journal of a namespace, in a folder. ``on_fault`` is called on the loop when a commit fails.

    Raises:
        OSError: The folder cannot be used, or another broker has it.
    """

    def __init__(self, folder: Path, loop: AbstractEventLoop, on_fault: Callable[[Exception], None]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = FolderLock(folder, "servicebus.lock", "broker")
        self._loop = loop
        self._on_fault = on_fault
        self._group = _Group()
        self._writing: list[Callable[[], None]] | None = None
        self._scheduled = False
        self._work: queue.SimpleQueue[_Group | None] = queue.SimpleQueue()
        try:
            self._connection = _connect(folder / FILE_NAME)
        except sqlite3.Error as error:
            self._lock.release()
            raise OSError(f"{folder / FILE_NAME} cannot be used: {error}") from error
        except OSError:
            self._lock.release()
            raise
        self._thread = threading.Thread(target=self._write, name="servicebus-writer", daemon=True)
        self._thread.start()

    def load(self, namespace: Namespace, now: float) -> None:
        """Give ``namespace`` what the file holds of its queues. Before anything is told to this journal."""
        for name, sequence in self._connection.execute("SELECT queue, sequence FROM numbers"):
            if (entity := namespace.queues.get(name.lower())) is not None:
                entity.restore_number(sequence)
        for name, message_id, until in self._connection.execute("SELECT * FROM message_ids ORDER BY until"):
            if (entity := namespace.queues.get(name.lower())) is not None:
                entity.duplicates.restore(message_id, until)
        for name, session_id, state, updated in self._connection.execute("SELECT * FROM sessions"):
            entity = namespace.queues.get(name.lower())
            if entity is not None and entity.sessions is not None:
                entity.sessions.restore(session_id, state, updated)
        for name, *row in self._connection.execute("SELECT * FROM messages ORDER BY queue, sequence"):
            entity = namespace.queues.get(name.lower())
            if entity is None:
                continue
            dead, message = _message(row)
            (entity.dead_letters if dead and entity.dead_letters is not None else entity).restore(message, now)

    def put(self, queue: str, dead: bool, message: Message) -> None:
        self._group.messages[queue, message.sequence] = (
            queue,
            message.sequence,
            dead,
            int(message.state),
            message.enqueued,
            message.ttl_s,
            message.scheduled,
            message.delivery_count,
            message.content.to_bytes(),
        )
        self._schedule()

    def remove(self, queue: str, sequence: int) -> None:
        self._group.messages[queue, sequence] = None
        self._schedule()

    def numbered(self, queue: str, sequence: int) -> None:
        self._group.numbers[queue] = sequence
        self._schedule()

    def remember(self, queue: str, message_id: str, until: float) -> None:
        self._group.message_ids[queue, message_id] = until
        self._schedule()

    def forget(self, queue: str, message_id: str) -> None:
        self._group.message_ids[queue, message_id] = None
        self._schedule()

    def session(self, queue: str, session_id: str, state: bytes | None, updated: float) -> None:
        self._group.sessions[queue, session_id] = None if state is None else (queue, session_id, state, updated)
        self._schedule()

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` on the loop once everything told so far is kept."""
        self._group.done.append(callback)
        self._schedule()

    def close(self) -> None:
        """Keep what was told and close the file."""
        if self._group:
            self._work.put(self._group)
            self._group = _Group()
        self._work.put(None)
        self._thread.join(timeout=30)
        self._connection.close()
        self._lock.release()

    def _schedule(self) -> None:
        if not self._scheduled and self._writing is None:
            self._scheduled = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._scheduled = False
        if self._group and self._writing is None:
            group, self._group = self._group, _Group()
            self._writing = group.done
            self._work.put(group)

    def _committed(self) -> None:
        done, self._writing = self._writing or [], None
        # What these callbacks tell goes into the next commit along with what was told meanwhile.
        for callback in done:
            callback()
        self._flush()

    def _write(self) -> None:
        while (group := self._work.get()) is not None:
            try:
                _commit(self._connection, group)
            except Exception as error:
                log.exception("a commit failed")
                self._tell(lambda error=error: self._on_fault(error))
                return
            self._tell(self._committed)

    def _tell(self, what: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what)


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version={_SCHEMA_VERSION}; COMMIT;")
    elif version != _SCHEMA_VERSION:
        connection.close()
        raise OSError(
            f"{file} was written by another version of the broker (schema {version}, expected {_SCHEMA_VERSION}); "
            "move it away or name another folder with --data"
        )
    return connection


def _commit(connection: sqlite3.Connection, group: _Group) -> None:
    if not (group.messages or group.numbers or group.message_ids or group.sessions):
        return
    connection.execute("BEGIN IMMEDIATE")
    gone = [key for key, row in group.messages.items() if row is None]
    connection.executemany("DELETE FROM messages WHERE queue = ? AND sequence = ?", gone)
    rows = [row for row in group.messages.values() if row is not None]
    connection.executemany("INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    connection.executemany("INSERT OR REPLACE INTO numbers VALUES (?, ?)", group.numbers.items())
    for (name, message_id), until in group.message_ids.items():
        if until is None:
            connection.execute("DELETE FROM message_ids WHERE queue = ? AND message_id = ?", (name, message_id))
        else:
            connection.execute("INSERT OR REPLACE INTO message_ids VALUES (?, ?, ?)", (name, message_id, until))
    for key, row in group.sessions.items():
        if row is None:
            connection.execute("DELETE FROM sessions WHERE queue = ? AND session_id = ?", key)
        else:
            connection.execute("INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?)", row)
    connection.execute("COMMIT")


def _message(row: list[Any]) -> tuple[bool, Message]:
    sequence, dead, state, enqueued, ttl_s, scheduled, delivery_count, content = row
    incoming = parse(content)
    return bool(dead), Message(
        sequence,
        incoming.content,
        enqueued,
        incoming.message_id,
        incoming.session_id,
        ttl_s,
        scheduled,
        State(state),
        delivery_count,
    )
