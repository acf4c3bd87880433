"""Writes of items. Each function runs in the writer thread, inside a transaction."""

import sqlite3
from dataclasses import dataclass
from typing import Any

import orjson

from local.cosmos.errors import CosmosError, bad_request, conflict, not_found, precondition_failed, too_large
from local.cosmos.limits import ITEM_BYTES
from local.cosmos.store.catalog import Container, rid
from local.cosmos.store.documents import (
    Document,
    check_depth,
    etag_of,
    expiry,
    make_document,
    whole,
    with_system_properties,
)
from local.cosmos.store.memory_index import GONE
from local.cosmos.store.writer import WriteTransaction

_INSERT = "INSERT INTO items_{n} (lsn, etag, written, expires, head, id, pk, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_UPDATE = "UPDATE items_{n} SET lsn = ?, etag = ?, written = ?, expires = ?, head = ?, id = ?, pk = ? WHERE seq = ?"


@dataclass(frozen=True, slots=True)
class Stored:
    """An item as it is answered. ``json``: the whole of it."""

    json: bytes
    etag: str
    created: bool = False


@dataclass(frozen=True, slots=True)
class Precondition:
    """``if_match``: only when the item has this ETag (``*``: any); ``if_none_match``: only when it has not."""

    if_match: str | None = None
    if_none_match: str | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    seq: int
    etag: str
    expires: float | None
    head: str


def live(transaction: WriteTransaction, container: Container, key: str, identity: str) -> _Row | None:
    """The item's row, unless it has expired."""
    row = _row(transaction, container, key, identity)
    return None if row is None or (row.expires is not None and row.expires <= transaction.now) else row


def read(transaction: WriteTransaction, container: Container, key: str, identity: str) -> Stored:
    """The item inside a batch, with what the batch has written so far."""
    row = live(transaction, container, key, identity)
    if row is None:
        raise not_found()
    return Stored(whole(row.head.encode(), _tail(transaction, container, row.seq)), row.etag)


def create(transaction: WriteTransaction, container: Container, document: Document) -> Stored:
    if live(transaction, container, document.key, document.id) is not None:
        raise conflict()
    return _insert(transaction, container, document)


def upsert(
    transaction: WriteTransaction, container: Container, document: Document, precondition: Precondition
) -> Stored:
    row = live(transaction, container, document.key, document.id)
    if row is None:
        if precondition.if_match is not None:
            raise precondition_failed()
        return _insert(transaction, container, document)
    _check(precondition, row.etag)
    return _update(transaction, container, row.seq, document)


def replace(
    transaction: WriteTransaction,
    container: Container,
    identity: str,
    document: Document,
    precondition: Precondition,
) -> Stored:
    row = live(transaction, container, document.key, identity)
    if row is None:
        raise not_found()
    _check(precondition, row.etag)
    if document.id != identity:
        raise bad_request(f"Replace cannot change the id of an item: {identity!r} to {document.id!r}.")
    return _update(transaction, container, row.seq, document)


def delete(
    transaction: WriteTransaction, container: Container, key: str, identity: str, precondition: Precondition
) -> None:
    row = live(transaction, container, key, identity)
    if row is None:
        raise not_found()
    _check(precondition, row.etag)
    _remove(transaction, container, row.seq, key)


def replace_changed(
    transaction: WriteTransaction, container: Container, key: str, changed: dict[str, Any], row_seq: int
) -> Stored:
    """Store what a patch made of an item; it must stay in its partition."""
    check_depth(changed)
    document = make_document(changed, container.definition.partition_key)
    if document.key != key:
        raise bad_request("Patch cannot change the value of a partition key path.")
    if len(document.head) + len(document.tail or b"") > ITEM_BYTES:
        raise too_large()
    return _update(transaction, container, row_seq, document)


def load(
    transaction: WriteTransaction, container: Container, key: str, identity: str, precondition: Precondition
) -> tuple[dict[str, Any], int]:
    """The item to be patched, and its row."""
    row = live(transaction, container, key, identity)
    if row is None:
        raise not_found()
    _check(precondition, row.etag)
    return orjson.loads(whole(row.head.encode(), _tail(transaction, container, row.seq))), row.seq


def delete_partition(transaction: WriteTransaction, container: Container, key: str) -> None:
    table = f"items_{container.number}"
    rows = transaction.connection.execute(f"SELECT seq FROM {table} WHERE pk = ?", (key,)).fetchall()  # noqa: S608
    for (seq,) in rows:
        _remove(transaction, container, seq, key)


def purge(transaction: WriteTransaction, container: Container, most: int) -> bool:
    """Delete up to ``most`` expired items; whether there may be more."""
    table = f"items_{container.number}"
    rows = transaction.connection.execute(
        f"SELECT seq, pk FROM {table} WHERE expires <= ? LIMIT ?",  # noqa: S608
        (transaction.now, most),
    ).fetchall()
    for seq, key in rows:
        _remove(transaction, container, seq, key)
    return len(rows) == most


def _row(transaction: WriteTransaction, container: Container, key: str, identity: str) -> _Row | None:
    row = transaction.connection.execute(
        f"SELECT seq, etag, expires, head FROM items_{container.number} WHERE pk = ? AND id = ?",  # noqa: S608
        (key, identity),
    ).fetchone()
    return None if row is None else _Row(*row)


def _tail(transaction: WriteTransaction, container: Container, seq: int) -> bytes | None:
    row = transaction.connection.execute(
        f"SELECT json FROM tails_{container.number} WHERE seq = ?",  # noqa: S608
        (seq,),
    ).fetchone()
    return None if row is None else row[0]


def _check(precondition: Precondition, etag: str) -> None:
    if precondition.if_match is not None and precondition.if_match not in ("*", etag):
        raise precondition_failed()
    if precondition.if_none_match is not None and precondition.if_none_match in ("*", etag):
        raise precondition_failed()


def _insert(transaction: WriteTransaction, container: Container, document: Document) -> Stored:
    old = _row(transaction, container, document.key, document.id)
    if old is not None:
        # Expired and not yet purged.
        _remove(transaction, container, old.seq, document.key)
    # The number of the write that makes an item is also the item's: unique, and never used again.
    return _store(transaction, container, transaction.lsn + 1, document, created=True)


def _update(transaction: WriteTransaction, container: Container, seq: int, document: Document) -> Stored:
    return _store(transaction, container, seq, document, created=False)


def _store(
    transaction: WriteTransaction, container: Container, seq: int, document: Document, *, created: bool
) -> Stored:
    number, lsn = container.number, transaction.next_lsn()
    etag, written = etag_of(lsn), transaction.now
    identity = rid(container.database.number, number, seq)
    link = f"{container.link}docs/{identity}/"
    head = with_system_properties(document.head, identity, link, etag, int(written))
    expires = expiry(document.ttl_s, container.definition.default_ttl_s, written)
    transaction.expires_at(expires)
    statement = _INSERT if created else _UPDATE
    try:
        transaction.connection.execute(
            statement.format(n=number),
            (lsn, etag, written, expires, head.decode(), document.id, document.key, seq),
        )
    except sqlite3.IntegrityError:
        raise _unique_key_violated(container) from None
    if document.tail is not None:
        _remember_spilled(transaction, container, document.long)
        transaction.connection.execute(
            f"INSERT OR REPLACE INTO tails_{number} (seq, json) VALUES (?, ?)",  # noqa: S608
            (seq, document.tail),
        )
    elif not created:
        transaction.connection.execute(f"DELETE FROM tails_{number} WHERE seq = ?", (seq,))  # noqa: S608
    for path, index in container.memory_indexes():
        transaction.index_changes.append((index, (seq, document.key, lsn, _value_at(document, path))))
    return Stored(whole(head, document.tail), etag, created)


def _value_at(document: Document, path: str) -> Any:
    """The value at a path such as ``/embedding`` or ``/meta/embedding``."""
    value: Any = document.values
    for step in path[1:].split("/"):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _remember_spilled(transaction: WriteTransaction, container: Container, names: frozenset[str]) -> None:
    for name in names - container.spilled:
        transaction.connection.execute("INSERT OR IGNORE INTO spilled VALUES (?, ?)", (container.number, name))
        container.spilled.add(name)
        transaction.undo.append(lambda name=name: container.spilled.discard(name))


def _remove(transaction: WriteTransaction, container: Container, seq: int, key: str) -> None:
    lsn = transaction.next_lsn()
    transaction.connection.execute(f"DELETE FROM items_{container.number} WHERE seq = ?", (seq,))  # noqa: S608
    transaction.connection.execute(f"DELETE FROM tails_{container.number} WHERE seq = ?", (seq,))  # noqa: S608
    for _, index in container.memory_indexes():
        transaction.index_changes.append((index, (seq, key, lsn, GONE)))


def _unique_key_violated(container: Container) -> CosmosError:
    keys = [["/" + "/".join(path) for path in paths] for paths in container.definition.unique_keys]
    return conflict(f"Unique index constraint violation: the container's unique keys are {keys}.")
