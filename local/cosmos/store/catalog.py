"""Databases and containers: what there is, in memory for every request and in tables for the next start."""

import sqlite3
import struct
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson

from local.cosmos.definitions import ContainerDefinition, read_definition
from local.cosmos.errors import conflict, not_found
from local.cosmos.store import schema
from local.cosmos.store.documents import etag_of
from local.cosmos.store.memory_index import MemoryIndex
from local.cosmos.store.texts import TextIndex
from local.cosmos.store.vectors import VectorIndex
from local.cosmos.store.writer import WriteTransaction


def rid(*parts: int) -> str:
    """A resource id such as the service makes: base64 of the numbers, with ``-`` for ``/``."""
    packed = b"".join(struct.pack(">I" if place < 2 else ">Q", part) for place, part in enumerate(parts))
    return b64encode(packed).decode().replace("/", "-")


@dataclass(slots=True)
class Container:
    """A container as requests use it.

    ``spilled``: properties that some item keeps in its tail. ``indexed``: paths with an index of their own.
    Both only grow, and before the write that needs them is visible.
    """

    number: int
    database: "Database"
    definition: ContainerDefinition
    ts: int
    spilled: set[str] = field(default_factory=set[str])
    indexed: set[tuple[str, ...]] = field(default_factory=set[tuple[str, ...]])
    vectors: dict[str, VectorIndex] = field(default_factory=dict[str, VectorIndex])
    texts: dict[str, TextIndex] = field(default_factory=dict[str, TextIndex])

    def memory_indexes(self) -> Iterator[tuple[str, MemoryIndex]]:
        """Each index in memory with the path of what it holds."""
        yield from self.vectors.items()
        yield from self.texts.items()

    @property
    def rid(self) -> str:
        return rid(self.database.number, self.number)

    @property
    def link(self) -> str:
        return f"{self.database.link}colls/{self.rid}/"

    def resource(self) -> dict[str, Any]:
        return {
            **self.definition.body,
            "_rid": self.rid,
            "_self": self.link,
            "_etag": etag_of(self.ts),
            "_ts": self.ts,
            "_docs": "docs/",
            "_sprocs": "sprocs/",
            "_triggers": "triggers/",
            "_udfs": "udfs/",
            "_conflicts": "conflicts/",
        }


@dataclass(slots=True)
class Database:
    number: int
    id: str
    ts: int
    containers: dict[str, Container] = field(default_factory=dict[str, Container])

    @property
    def rid(self) -> str:
        return rid(self.number)

    @property
    def link(self) -> str:
        return f"dbs/{self.rid}/"

    def resource(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "_rid": self.rid,
            "_self": self.link,
            "_etag": etag_of(self.ts),
            "_colls": "colls/",
            "_users": "users/",
            "_ts": self.ts,
        }


class Catalog:
    """Read by every request; changed by the writer thread, through the functions below."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.databases: dict[str, Database] = {}
        by_number: dict[int, Database] = {}
        for number, identity, ts in connection.execute("SELECT number, id, ts FROM databases"):
            by_number[number] = self.databases[identity] = Database(number, identity, ts)
        rows = connection.execute("SELECT number, database, id, definition, ts FROM containers").fetchall()
        for number, database, identity, definition, ts in rows:
            container = Container(number, by_number[database], read_definition(orjson.loads(definition)), ts)
            container.spilled = {
                name for (name,) in connection.execute("SELECT property FROM spilled WHERE container = ?", (number,))
            }
            container.indexed = {
                tuple(orjson.loads(path))
                for (path,) in connection.execute("SELECT path FROM property_indexes WHERE container = ?", (number,))
            }
            by_number[database].containers[identity] = container

    def database(self, identity: str) -> Database:
        """Raises: CosmosError: 404."""
        found = self.databases.get(identity)
        if found is None:
            raise not_found()
        return found

    def container(self, database: str, identity: str) -> Container:
        """Raises: CosmosError: 404; sub-status 1003 as the service says that the parent is missing."""
        found = self.database(database).containers.get(identity)
        if found is None:
            error = not_found()
            error.substatus = 1003
            raise error
        return found

    def create_database(self, transaction: WriteTransaction, identity: str) -> Database:
        if identity in self.databases:
            raise conflict()
        now = int(time.time())
        cursor = transaction.connection.execute("INSERT INTO databases (id, ts) VALUES (?, ?)", (identity, now))
        database = Database(int(cursor.lastrowid or 0), identity, now)
        self.databases[identity] = database
        transaction.undo.append(partial(self.databases.__delitem__, identity))
        return database

    def delete_database(self, transaction: WriteTransaction, identity: str) -> None:
        database = self.database(identity)
        for name in list(database.containers):
            self.delete_container(transaction, identity, name)
        transaction.connection.execute("DELETE FROM databases WHERE number = ?", (database.number,))
        del self.databases[identity]
        transaction.undo.append(lambda: self.databases.update({identity: database}))

    def create_container(
        self, transaction: WriteTransaction, parent: str, definition: ContainerDefinition
    ) -> Container:
        database = self.database(parent)
        if definition.id in database.containers:
            raise conflict()
        now = int(time.time())
        cursor = transaction.connection.execute(
            "INSERT INTO containers (database, id, definition, ts) VALUES (?, ?, ?, ?)",
            (database.number, definition.id, orjson.dumps(definition.body).decode(), now),
        )
        container = Container(int(cursor.lastrowid or 0), database, definition, now)
        schema.create_item_tables(transaction.connection, container.number)
        for place, paths in enumerate(definition.unique_keys):
            schema.create_unique_key(transaction.connection, container.number, place, paths)
        database.containers[definition.id] = container
        transaction.undo.append(partial(database.containers.__delitem__, definition.id))
        return container

    def replace_container(
        self, transaction: WriteTransaction, parent: str, identity: str, definition: ContainerDefinition
    ) -> Container:
        """Put a new definition in force; a new default TTL counts for what is already there."""
        container = self.container(parent, identity)
        before = container.definition, container.ts
        container.definition, container.ts = definition, int(time.time())

        def restore() -> None:
            container.definition, container.ts = before

        transaction.undo.append(restore)
        transaction.connection.execute(
            "UPDATE containers SET definition = ?, ts = ? WHERE number = ?",
            (orjson.dumps(definition.body).decode(), container.ts, container.number),
        )
        for path in [path for path in container.texts if path not in definition.texts]:
            del container.texts[path]
        if definition.default_ttl_s != before[0].default_ttl_s:
            _restart_expiry(transaction, container)
        return container

    def delete_container(self, transaction: WriteTransaction, parent: str, identity: str) -> None:
        container = self.container(parent, identity)
        database = container.database
        schema.drop_item_tables(transaction.connection, container.number)
        for table, column in (("containers", "number"), ("spilled", "container"), ("property_indexes", "container")):
            transaction.connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (container.number,))  # noqa: S608
        del database.containers[identity]
        transaction.undo.append(lambda: database.containers.update({identity: container}))


def _restart_expiry(transaction: WriteTransaction, container: Container) -> None:
    table, default = f"items_{container.number}", container.definition.default_ttl_s
    if default is None:
        transaction.connection.execute(f"UPDATE {table} SET expires = NULL")  # noqa: S608
        return
    transaction.connection.execute(
        f"UPDATE {table} SET expires = CASE coalesce(json_extract(head, '$.ttl'), :ttl) WHEN -1 THEN NULL "  # noqa: S608
        "ELSE written + coalesce(json_extract(head, '$.ttl'), :ttl) END",
        {"ttl": default},
    )
    (soonest,) = transaction.connection.execute(f"SELECT min(expires) FROM {table}").fetchone()  # noqa: S608
    transaction.expires_at(soonest)
