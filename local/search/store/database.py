"""The SQLite file of an endpoint: index definitions, documents as JSON, vectors as float32."""

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from local.search.store.values import Vector

FILE_NAME = "search.sqlite"
_TABLES = """
CREATE TABLE IF NOT EXISTS indexes (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  etag TEXT NOT NULL,
  body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS documents (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  index_number INTEGER NOT NULL REFERENCES indexes (number) ON DELETE CASCADE,
  key TEXT NOT NULL,
  body BLOB NOT NULL,
  UNIQUE (index_number, key)
);
CREATE TABLE IF NOT EXISTS vectors (
  seq INTEGER NOT NULL REFERENCES documents (seq) ON DELETE CASCADE,
  field TEXT NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (seq, field)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """``body``: JSON without vectors; ``vectors`` by field."""

    key: str
    body: bytes
    vectors: dict[str, Vector]


class Database:
    """One connection, used by one thread at a time. What ``transaction`` has ended survives the death of the process.

    Raises:
        sqlite3.DatabaseError: The file is no database.
    """

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / FILE_NAME, isolation_level=None, check_same_thread=False)
        self._lock = threading.RLock()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "wal_autocheckpoint=8000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def indexes(self) -> list[tuple[int, str, str, bytes]]:
        """(number, name, etag, body) of every index."""
        with self._lock:
            return self._connection.execute("SELECT number, name, etag, body FROM indexes ORDER BY name").fetchall()

    def create_index(self, name: str, etag: str, body: dict[str, object]) -> int:
        with self._lock:
            cursor = self._connection.execute(
                "INSERT INTO indexes (name, etag, body) VALUES (?, ?, ?)", (name, etag, orjson.dumps(body))
            )
            return int(cursor.lastrowid or 0)

    def replace_index(self, number: int, etag: str, body: dict[str, object]) -> None:
        with self._lock:
            self._connection.execute(
                "UPDATE indexes SET etag = ?, body = ? WHERE number = ?", (etag, orjson.dumps(body), number)
            )

    def delete_index(self, number: int) -> None:
        with self._lock:
            self._connection.execute("DELETE FROM indexes WHERE number = ?", (number,))

    def documents(self, number: int) -> Iterator[StoredDocument]:
        """The documents of an index in the order in which they were written."""
        with self._lock:
            vectors: dict[int, dict[str, Vector]] = {}
            found = self._connection.execute(
                "SELECT v.seq, v.field, v.data FROM vectors v JOIN documents d ON d.seq = v.seq "
                "WHERE d.index_number = ?",
                (number,),
            )
            for seq, field, data in found:
                vectors.setdefault(seq, {})[field] = np.frombuffer(data, "<f4")
            rows = self._connection.execute(
                "SELECT seq, key, body FROM documents WHERE index_number = ? ORDER BY seq", (number,)
            ).fetchall()
        for seq, key, body in rows:
            yield StoredDocument(key, body, vectors.pop(seq, {}))

    def write(self, number: int, stored: list[StoredDocument], deleted: list[str]) -> None:
        """Store and delete documents, all or none of them. Those stored become the last of the index."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                gone = [(number, key) for key in (*deleted, *(document.key for document in stored))]
                self._connection.executemany("DELETE FROM documents WHERE index_number = ? AND key = ?", gone)
                for document in stored:
                    self._insert(number, document)
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _insert(self, number: int, document: StoredDocument) -> None:
        cursor = self._connection.execute(
            "INSERT INTO documents (index_number, key, body) VALUES (?, ?, ?)", (number, document.key, document.body)
        )
        self._connection.executemany(
            "INSERT INTO vectors (seq, field, data) VALUES (?, ?, ?)",
            [(cursor.lastrowid, field, vector.astype("<f4").tobytes()) for field, vector in document.vectors.items()],
        )

    def size_of(self, number: int) -> tuple[int, int]:
        """Bytes of an index's documents, and of its vectors."""
        with self._lock:
            (documents,) = self._connection.execute(
                "SELECT coalesce(sum(length(body)), 0) FROM documents WHERE index_number = ?", (number,)
            ).fetchone()
            (vectors,) = self._connection.execute(
                "SELECT coalesce(sum(length(v.data)), 0) FROM vectors v JOIN documents d ON d.seq = v.seq "
                "WHERE d.index_number = ?",
                (number,),
            ).fetchone()
        return documents + vectors, vectors
