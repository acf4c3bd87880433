"""Indexes that queries ask for: of a scalar property in SQLite, of vectors or texts in memory.

Both are made in the writer thread.
"""

from functools import partial
from typing import Any, TypeVar

import orjson

from local.cosmos.errors import bad_request
from local.cosmos.store import schema
from local.cosmos.store.catalog import Container
from local.cosmos.store.documents import whole
from local.cosmos.store.memory_index import MemoryIndex
from local.cosmos.store.texts import TextIndex
from local.cosmos.store.vectors import VectorIndex
from local.cosmos.store.writer import WriteTransaction

Index = TypeVar("Index", bound=MemoryIndex)

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
    (count,) = transaction.connection.execute(f"SELECT count(*) FROM items_{container.number}").fetchone()  # noqa: S608
    _fill(transaction, container, path, container.vectors, VectorIndex(policy.dimensions, count))


def build_text_index(transaction: WriteTransaction, container: Container, path: str) -> None:
    """Read every text at ``path`` into memory, unless that is done."""
    present = container.texts.get(path)
    if present is not None and not present.discarded:
        return
    policy = container.definition.texts.get(path)
    if policy is None or not policy.indexed:
        raise bad_request(f"The container has no full-text policy and index for the path {path}.")
    _fill(transaction, container, path, container.texts, TextIndex())


def _fill(
    transaction: WriteTransaction, container: Container, path: str, indexes: dict[str, Index], index: Index
) -> None:
    n, names = container.number, path[1:].split("/")
    rows = transaction.connection.execute(
        f"SELECT i.seq, i.pk, i.lsn, i.head, t.json FROM items_{n} i LEFT JOIN tails_{n} t ON t.seq = i.seq"  # noqa: S608
    )
    while batch := rows.fetchmany(512):
        index.apply([(seq, key, lsn, _value(head, tail, names)) for seq, key, lsn, head, tail in batch])
    # What this very transaction wrote before is in the rows already and must not be applied once more.
    indexes[path] = index
    transaction.undo.append(partial(_forget, indexes, path))


def _forget(indexes: dict[str, Index], path: str) -> None:
    indexes.pop(path, None)


def _value(head: str, tail: bytes | None, names: list[str]) -> Any:
    first = names[0]
    # The property is looked for where it can be read for the least: a vector fills a tail, a text most often a head.
    if tail is not None and b'"' + first.encode() + b'":' in tail[:4096]:
        value: Any = orjson.loads(tail)
    else:
        value = orjson.loads(head)
    if first not in value and tail is not None:
        value = orjson.loads(whole(head.encode(), tail))
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
