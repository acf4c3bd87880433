"""The SQLite file: how it is opened and what tables it has."""

import re
import sqlite3
from pathlib import Path

FILE_NAME = "cosmos.sqlite"
_BUSY_MS = 30_000
TEXTS = "->"
"""First step of what is no path: the texts of one property, looked through for a pattern. No property is so named."""
_PLAIN = re.compile(r"[\w .:-]{1,200}")

_TABLES = """
CREATE TABLE IF NOT EXISTS databases (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  ts INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS containers (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  database INTEGER NOT NULL REFERENCES databases (number),
  id TEXT NOT NULL,
  definition TEXT NOT NULL,
  ts INTEGER NOT NULL,
  UNIQUE (database, id)
);
CREATE TABLE IF NOT EXISTS spilled (
  container INTEGER NOT NULL,
  property TEXT NOT NULL,
  PRIMARY KEY (container, property)
);
CREATE TABLE IF NOT EXISTS property_indexes (
  container INTEGER NOT NULL,
  path TEXT NOT NULL,
  PRIMARY KEY (container, path)
);
CREATE TABLE IF NOT EXISTS clock (only INTEGER PRIMARY KEY CHECK (only = 1), lsn INTEGER NOT NULL);
INSERT OR IGNORE INTO clock VALUES (1, 0);
"""

# An item's `head` is its JSON without the long values (vectors above all), which lie in `tails`: a scan, an index or a
# projection of small properties never reads them.
_ITEMS = """
CREATE TABLE items_{n} (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  pk TEXT NOT NULL,
  lsn INTEGER NOT NULL,
  etag TEXT NOT NULL,
  written REAL NOT NULL,
  expires REAL,
  head TEXT NOT NULL
);
CREATE UNIQUE INDEX items_{n}_key ON items_{n} (pk, id);
CREATE UNIQUE INDEX items_{n}_lsn ON items_{n} (lsn);
CREATE INDEX items_{n}_expires ON items_{n} (expires) WHERE expires IS NOT NULL;
CREATE TABLE tails_{n} (seq INTEGER PRIMARY KEY, json BLOB NOT NULL);
"""


def connect(folder: Path, *, readonly: bool = False, fsync: bool = False) -> sqlite3.Connection:
    """A connection that answers text as bytes (items are JSON and mostly pass through) when it only reads.

    What was committed outlives the process; with ``fsync``, for which a commit waits for the disk, a power cut too.
    """
    connection = sqlite3.connect(
        folder / FILE_NAME,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
        timeout=_BUSY_MS / 1000,
    )
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={'FULL' if fsync else 'NORMAL'}")
    connection.execute("PRAGMA cache_size=-16384")
    # A vector makes an item five pages; the default of a thousand would checkpoint every two hundred items.
    connection.execute("PRAGMA wal_autocheckpoint=8000")
    connection.execute("PRAGMA temp_store=MEMORY")
    if readonly:
        connection.execute("PRAGMA query_only=ON")
        connection.text_factory = bytes
    return connection


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables that every file has."""
    connection.executescript(_TABLES)


def create_item_tables(connection: sqlite3.Connection, number: int) -> None:
    for statement in _ITEMS.format(n=number).split(";"):
        if statement.strip():
            connection.execute(statement)


def drop_item_tables(connection: sqlite3.Connection, number: int) -> None:
    connection.execute(f"DROP TABLE IF EXISTS items_{number}")
    connection.execute(f"DROP TABLE IF EXISTS tails_{number}")


def extract(path: tuple[str, ...]) -> str:
    """SQL for the value at ``path`` of an item's head, for names that ``indexable`` accepts."""
    return "json_extract(head, '$" + "".join(f'."{step}"' for step in path) + "')"


def quoted(name: str) -> str:
    """SQL for the JSON text of the property ``name`` of an item's head: unlike ``extract``, whole even with a NUL."""
    return f"head -> '$.\"{name}\"'"


def indexable(path: tuple[str | int, ...]) -> bool:
    """Whether SQLite's path syntax can name ``path``: it has no escape for quotes."""
    return 0 < len(path) <= 4 and all(isinstance(step, str) and _PLAIN.fullmatch(step) for step in path)


def create_unique_key(
    connection: sqlite3.Connection, number: int, place: int, paths: tuple[tuple[str, ...], ...]
) -> None:
    """A unique key of a container: within a partition; a missing value counts as null, and once."""
    columns = ", ".join(f"coalesce(json_quote({extract(path)}), 'null')" for path in paths)
    connection.execute(f"CREATE UNIQUE INDEX items_{number}_unique_{place} ON items_{number} (pk, {columns})")


def create_property_index(connection: sqlite3.Connection, number: int, path: tuple[str, ...]) -> None:
    (taken,) = connection.execute("SELECT count(*) FROM property_indexes WHERE container = ?", (number,)).fetchone()
    columns = f"pk, {quoted(path[1])}" if path[0] == TEXTS else f"{extract(path)}, pk"
    connection.execute(f"CREATE INDEX items_{number}_property_{taken} ON items_{number} ({columns})")
