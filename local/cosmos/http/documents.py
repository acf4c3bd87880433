"""Items: create, upsert, read, replace, patch, delete, batch, and the deletion of a partition."""

import orjson
from aiohttp import web

from local.cosmos import limits
from local.cosmos.batch import read_batch, run_batch
from local.cosmos.engine import Engine
from local.cosmos.errors import CosmosError, bad_request, not_found, precondition_failed, too_large
from local.cosmos.http.messages import Request, answer, read_charge, write_charge
from local.cosmos.patch import apply_patch, read_patch
from local.cosmos.store import items
from local.cosmos.store.catalog import Container
from local.cosmos.store.documents import Document, make_document, parse_item, parse_json
from local.cosmos.store.items import Stored
from local.cosmos.store.writer import WriteTransaction

_MULTI_STATUS = 207


def partition_of(container: Container, request: Request) -> str:
    """The partition that the request's header names.

    Raises:
        CosmosError: 400, it is missing or does not fit the container.
    """
    header = request.headers.get("x-ms-documentdb-partitionkey")
    if header is None:
        raise bad_request("PartitionKey value must be supplied for this operation.", substatus=1001)
    return container.definition.partition_key.from_header(header)


async def create(engine: Engine, container: Container, request: Request) -> web.Response:
    """POST to ``docs``: create, or upsert with its header."""
    document = _document(container, request)
    if request.flag("x-ms-documentdb-is-upsert"):
        precondition = request.precondition
        stored = await engine.write(lambda transaction: items.upsert(transaction, container, document, precondition))
    else:
        stored = await engine.write(lambda transaction: items.create(transaction, container, document))
    return _written(201 if stored.created else 200, stored, request)


async def item(engine: Engine, container: Container, request: Request, identity: str) -> web.Response:
    """``docs/id``: read, replace, patch, delete."""
    key = partition_of(container, request)
    match request.method:
        case "GET":
            return await _read(engine, container, request, key, identity)
        case "PUT":
            return await _replace(engine, container, request, identity)
        case "PATCH":
            return await _patch(engine, container, request, key, identity)
        case "DELETE":
            precondition = request.precondition
            await engine.write(lambda transaction: items.delete(transaction, container, key, identity, precondition))
            return answer(204, charge=write_charge(0))
        case _:
            raise CosmosError(405, f"{request.method} is not allowed on an item.")


async def _read(engine: Engine, container: Container, request: Request, key: str, identity: str) -> web.Response:
    stored = await engine.item(container, key, identity)
    if stored is None:
        raise not_found()
    precondition = request.precondition
    if precondition.if_match is not None and precondition.if_match not in ("*", stored.etag):
        raise precondition_failed()
    if precondition.if_none_match in ("*", stored.etag):
        return answer(304, etag=stored.etag)
    return answer(200, stored.json, charge=read_charge(len(stored.json)), etag=stored.etag)


async def _replace(engine: Engine, container: Container, request: Request, identity: str) -> web.Response:
    document, precondition = _document(container, request), request.precondition
    stored = await engine.write(
        lambda transaction: items.replace(transaction, container, identity, document, precondition)
    )
    return _written(200, stored, request)


async def _patch(engine: Engine, container: Container, request: Request, key: str, identity: str) -> web.Response:
    if len(request.body) > limits.ITEM_BYTES:
        raise too_large()
    patch = read_patch(parse_json(request.body), container.definition.partition_key.paths)
    precondition = request.precondition

    def work(transaction: WriteTransaction) -> Stored:
        found, seq = items.load(transaction, container, key, identity, precondition)
        return items.replace_changed(transaction, container, key, apply_patch(found, patch), seq)

    return _written(200, await engine.write(work), request)


async def batch(engine: Engine, container: Container, request: Request) -> web.Response:
    """POST to ``docs`` with the batch header."""
    if len(request.body) > limits.ITEM_BYTES:
        raise too_large()
    key = partition_of(container, request)
    operations = read_batch(parse_json(request.body), container, key)
    result = await engine.write(
        lambda transaction: run_batch(transaction, container, key, operations, minimal=_minimal(request))
    )
    return answer(_MULTI_STATUS if result.failed else 200, orjson.dumps(result.entries), charge=result.charge)


async def delete_partition(engine: Engine, container: Container, request: Request) -> web.Response:
    """POST to ``operations/partitionkeydelete``. The service does it in the background; here it is done at once."""
    key = partition_of(container, request)
    await engine.write(lambda transaction: items.delete_partition(transaction, container, key))
    return answer(200, charge=write_charge(0))


def _document(container: Container, request: Request) -> Document:
    key = partition_of(container, request)
    document = make_document(parse_item(request.body), container.definition.partition_key)
    if document.key != key:
        raise bad_request(
            "PartitionKey extracted from document doesn't match the one specified in the header. Learn more: "
            "https://aka.ms/CosmosDB/sql/errors/wrong-pk-value",
            substatus=1001,
        )
    return document


def _written(status: int, stored: Stored, request: Request) -> web.Response:
    minimal = _minimal(request)
    return answer(status, None if minimal else stored.json, charge=write_charge(len(stored.json)), etag=stored.etag)


def _minimal(request: Request) -> bool:
    """Whether the caller wants no item back from a write."""
    return request.headers.get("Prefer", "").lower() == "return=minimal"
