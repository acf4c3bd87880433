"""Indexes that queries ask for: of a scalar property in SQLite, of a vector path in memory.

Both are made in the writer thread.
"""

from functools import partial
from typing import Any

import orjson

from local.cosmos.errors import bad_request
from local.cosmos.store import schema
from local.cosmos.store.catalog import Container
from local.cosmos.store.documents import whole
from local.cosmos.store.vectors import VectorIndex
from local.cosmos.store.writer import WriteTransaction

MOST_PROPERTY_INDEXES = 12
"""Each costs every write a little; what a twelfth query filters by can be scanned."""

WORTH_INDEXING = 256
"""Fewer items than this are scanned as fast."""


def add_property_index(transaction: WriteTransaction, container: Container, path: tuple[str, ...]) -> None:
    """Index the items by the scalar at ``path``, from now on."""
    if path in container.indexed or len(container.indexed) >= MOST_PROPERTY_INDEXES:
        return
    schema.create_property_index(transaction.connection, container.number, path)
    # Without figures SQLite takes an index that everything shares for as good as one that singles items out.
    transaction.connection.execute("PRAGMA analysis_limit=1000")
    transaction.connection.execute(f"ANALYZE items_{container.number}")
    transaction.connection.execute(
        "INSERT INTO property_indexes VALUES (?, ?)", (container.number, orjson.dumps(path).decode())
    )
    container.indexed.add(path)
    transaction.undo.append(lambda: container.indexed.discard(path))


def build_vector_index(transaction: WriteTransaction, container: Container, path: str) -> None:
    """Read every vector at ``path`` into memory, unless that is done."""
    present = container.vectors.get(path)
    if present is not None and not present.discarded:
        return
    policy = container.definition.vectors.get(path)
    if policy is None:
        raise bad_request(f"The container has no vector policy for the path {path}.")
    n = container.number
    (count,) = transaction.connection.execute(f"SELECT count(*) FROM items_{n}").fetchone()  # noqa: S608
    index = VectorIndex(policy.dimensions, count)
    rows = transaction.connection.execute(
        f"SELECT i.seq, i.pk, i.lsn, i.head, t.json FROM items_{n} i LEFT JOIN tails_{n} t ON t.seq = i.seq"  # noqa: S608
    )
    names = path[1:].split("/")
    while batch := rows.fetchmany(512):
        index.apply([(seq, key, lsn, _vector(head, tail, names)) for seq, key, lsn, head, tail in batch])
    # What this very transaction wrote before is in the rows already and must not be applied once more.
    container.vectors[path] = index
    transaction.undo.append(partial(container.vectors.__delitem__, path))


def _vector(head: str, tail: bytes | None, names: list[str]) -> Any:
    value: Any = orjson.loads(tail) if tail is not None and b'"' + names[0].encode() + b'"' in tail[:4096] else None
    if value is None or names[0] not in value:
        value = orjson.loads(whole(head.encode(), tail))
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
