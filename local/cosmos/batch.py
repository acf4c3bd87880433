"""Transactional batches: up to a hundred operations on one partition, all done or none."""

from dataclasses import dataclass
from typing import Any

import orjson

from local.cosmos import limits
from local.cosmos.errors import CosmosError, bad_request
from local.cosmos.patch import apply_patch, read_patch
from local.cosmos.store import items
from local.cosmos.store.catalog import Container
from local.cosmos.store.documents import Document, item_id, make_document
from local.cosmos.store.items import Precondition, Stored
from local.cosmos.store.writer import WriteTransaction

_KINDS = ("Create", "Upsert", "Replace", "Delete", "Read", "Patch")
_FAILED_DEPENDENCY = 424
READ_CHARGE = 1.0
WRITE_CHARGE = 6.0


@dataclass(frozen=True, slots=True)
class _Operation:
    kind: str
    id: str
    body: Any
    document: Document | None
    precondition: Precondition


@dataclass(frozen=True, slots=True)
class BatchResult:
    """``entries``: one for each operation, ready for JSON. ``charge``: request units in all."""

    failed: bool
    entries: list[dict[str, Any]]
    charge: float


class _BatchFailedError(Exception):
    """Undoes the transaction of a batch."""

    def __init__(self, place: int, error: CosmosError) -> None:
        super().__init__(str(error))
        self.place = place
        self.error = error


def read_batch(body: Any, container: Container, key: str) -> list[_Operation]:
    """Check the operations of a batch on the partition ``key``.

    Raises:
        CosmosError: 400 naming the operation and what is wrong with it.
    """
    if not isinstance(body, list) or not body:
        raise bad_request("A batch is a non-empty array of operations.")
    if len(body) > limits.BATCH_OPERATIONS:
        raise bad_request(
            f"Batch request has more operations than what is supported: {len(body)}, but at most "
            f"{limits.BATCH_OPERATIONS}."
        )
    return [_operation(entry, place, container, key) for place, entry in enumerate(body)]


def _operation(entry: Any, place: int, container: Container, key: str) -> _Operation:
    kind = entry.get("operationType") if isinstance(entry, dict) else None
    if kind not in _KINDS:
        raise bad_request(
            f"Batch operation {place}: operationType is one of {', '.join(_KINDS)}, not {str(kind)[:50]!r}."
        )
    body, if_match, if_none_match = entry.get("resourceBody"), entry.get("ifMatch"), entry.get("ifNoneMatch")
    for name, etag in (("ifMatch", if_match), ("ifNoneMatch", if_none_match)):
        if etag is not None and not isinstance(etag, str):
            raise bad_request(f"Batch operation {place}: {name} must be a string.")
    document = None
    if kind in ("Create", "Upsert", "Replace"):
        if not isinstance(body, dict):
            raise bad_request(f"Batch operation {place}: resourceBody must be an object.")
        document = make_document(body, container.definition.partition_key)
        if document.key != key:
            raise bad_request(f"Batch operation {place}: the item's partition key is not the one of the batch.", 1001)
    identity = document.id if document and kind != "Replace" else item_id(entry.get("id"))
    return _Operation(kind, identity, body, document, Precondition(if_match, if_none_match))


def run_batch(
    transaction: WriteTransaction, container: Container, key: str, operations: list[_Operation], *, minimal: bool
) -> BatchResult:
    """Do all operations in order, or none. ``minimal``: what was written is not sent back."""

    def work(inner: WriteTransaction) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = []
        for place, operation in enumerate(operations):
            try:
                entries.append(_run(inner, container, key, operation))
            except CosmosError as error:
                raise _BatchFailedError(place, error) from None
        return entries

    try:
        entries = transaction.savepoint(work)
    except _BatchFailedError as failure:
        return BatchResult(failed=True, entries=_failed(len(operations), failure), charge=WRITE_CHARGE)
    if minimal:
        for operation, entry in zip(operations, entries, strict=True):
            if operation.kind != "Read":
                entry.pop("resourceBody", None)
    return BatchResult(failed=False, entries=entries, charge=sum(entry["requestCharge"] for entry in entries))


def _failed(count: int, failure: _BatchFailedError) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = [{"statusCode": _FAILED_DEPENDENCY, "requestCharge": 0} for _ in range(count)]
    entries[failure.place] = {
        "statusCode": failure.error.status,
        "subStatusCode": failure.error.substatus,
        "requestCharge": 1.0,
        "message": failure.error.message,
    }
    return entries


def _run(transaction: WriteTransaction, container: Container, key: str, operation: _Operation) -> dict[str, Any]:
    match operation:
        case _Operation(kind="Read", id=identity, precondition=precondition):
            stored = items.read(transaction, container, key, identity)
            if precondition.if_none_match in ("*", stored.etag):
                return {"statusCode": 304, "eTag": stored.etag, "requestCharge": READ_CHARGE}
            return _entry(200, stored, READ_CHARGE)
        case _Operation(kind="Delete", id=identity, precondition=precondition):
            items.delete(transaction, container, key, identity, precondition)
            return {"statusCode": 204, "requestCharge": WRITE_CHARGE}
        case _Operation(kind="Patch", id=identity, body=body, precondition=precondition):
            patch = read_patch(body, container.definition.partition_key.paths)
            item, seq = items.load(transaction, container, key, identity, precondition)
            return _entry(200, items.replace_changed(transaction, container, key, apply_patch(item, patch), seq))
        case _Operation(kind="Create", document=Document() as document):
            return _entry(201, items.create(transaction, container, document))
        case _Operation(kind="Upsert", document=Document() as document, precondition=precondition):
            stored = items.upsert(transaction, container, document, precondition)
            return _entry(201 if stored.created else 200, stored)
        case _Operation(kind="Replace", id=identity, document=Document() as document, precondition=precondition):
            return _entry(200, items.replace(transaction, container, identity, document, precondition))
        case _:
            raise bad_request(f"The batch operation {operation.kind} cannot be done.")


def _entry(status: int, stored: Stored, charge: float = WRITE_CHARGE) -> dict[str, Any]:
    return {
        "statusCode": status,
        "eTag": stored.etag,
        "requestCharge": charge,
        "resourceBody": orjson.Fragment(stored.json),
    }
