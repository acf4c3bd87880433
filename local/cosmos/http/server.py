"""The HTTP server: finds the handler of a path, checks the signature, and turns every fault into an answer."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web

from local.cosmos import limits
from local.cosmos.engine import Engine
from local.cosmos.errors import CosmosError, bad_request, not_found
from local.cosmos.http import documents, feeds, resources
from local.cosmos.http.messages import Request, decode, failure
from local.cosmos.signature import Signatures
from local.cosmos.store.catalog import Container

log = logging.getLogger(__name__)
Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
_UNSUPPORTED = {
    "sprocs": "stored procedures",
    "triggers": "triggers",
    "udfs": "user-defined functions",
    "conflicts": "the conflicts feed",
    "users": "users",
    "permissions": "permissions",
    "clientencryptionkeys": "client encryption keys",
    "attachments": "attachments",
}
_CONTAINER_REPLACED = 1024


def make_app(engine: Engine, signatures: Signatures | None, *, query_plans: bool = False) -> web.Application:
    """The application; ``signatures`` None answers every request.

    ``query_plans``: queries with ORDER BY RANK are not answered whole; the SDK fuses them by a plan.
    """
    # A little over the largest item, so that its refusal can be worded; a batch may not be larger either.
    app = web.Application(client_max_size=limits.ITEM_BYTES + 64 * 1024)
    app.router.add_route("*", "/{path:.*}", _handler(engine, signatures, query_plans=query_plans))
    return app


def _handler(engine: Engine, signatures: Signatures | None, *, query_plans: bool) -> Handler:
    async def handle(raw: web.Request) -> web.StreamResponse:
        activity_id = raw.headers.get("x-ms-activity-id", "")[:64]
        try:
            request = await decode(raw)
            activity_id = activity_id or request.activity_id
            if signatures is not None:
                _authenticate(signatures, request)
            response = await _dispatch(engine, request, query_plans=query_plans)
        except CosmosError as error:
            response = failure(error, activity_id)
        except Exception:
            log.exception("a request failed method=%s path=%s activity_id=%s", raw.method, raw.path[:200], activity_id)
            response = failure(CosmosError(500, "Internal Server Error"), activity_id)
        if activity_id.isprintable():
            response.headers["x-ms-activity-id"] = activity_id
        return response

    return handle


def _authenticate(signatures: Signatures, request: Request) -> None:
    segments, headers = request.segments, request.headers
    if segments[4:] == ("operations", "partitionkeydelete"):
        # Every SDK signs this one as an operation on the container.
        kind, link = "colls", "/".join(segments[:4])
    elif len(segments) % 2:
        kind, link = segments[-1], "/".join(segments[:-1])
    else:
        kind, link = (segments[-2], "/".join(segments)) if segments else ("", "")
    signatures.check(request.method, kind, link, headers.get("x-ms-date"), headers.get("authorization"))


async def _dispatch(engine: Engine, request: Request, *, query_plans: bool) -> web.Response:
    match request.segments:
        case ():
            return resources.account(request)
        case ("dbs",):
            return await resources.databases(engine, request)
        case ("dbs", database):
            return await resources.database(engine, request, database)
        case ("dbs", database, "colls"):
            return await resources.containers(engine, request, database)
        case ("dbs", database, "colls", container):
            return await resources.container(engine, request, database, container)
        case ("dbs", database, "colls", container, *rest):
            found = engine.catalog.container(database, container)
            _check_generation(found, request)
            return await _in_container(engine, found, request, rest, query_plans=query_plans)
        case ("offers", *_):
            return resources.offers(request)
        case _:
            raise _unsupported(request)


async def _in_container(
    engine: Engine, container: Container, request: Request, rest: list[str], *, query_plans: bool
) -> web.Response:
    match rest:
        case ["docs"]:
            return await _items(engine, container, request, query_plans=query_plans)
        case ["docs", identity]:
            return await documents.item(engine, container, request, identity)
        case ["pkranges"]:
            return feeds.ranges(container, request)
        case ["operations", "partitionkeydelete"] if request.method == "POST":
            return await documents.delete_partition(engine, container, request)
        case _:
            raise _unsupported(request)


async def _items(engine: Engine, container: Container, request: Request, *, query_plans: bool) -> web.Response:
    if request.method == "GET":
        read = feeds.changes if "A-IM" in request.headers else feeds.read_all
        return await read(engine, container, request)
    if request.method != "POST":
        raise CosmosError(405, f"{request.method} is not allowed on docs; GET, POST are.")
    if request.flag("x-ms-cosmos-is-query-plan-request"):
        if not query_plans:
            raise bad_request("Query plans are not made by this endpoint: it answers every query whole.")
        return feeds.plan(request)
    if request.flag("x-ms-documentdb-isquery"):
        return await feeds.query(engine, container, request, query_plans=query_plans)
    if request.flag("x-ms-cosmos-is-batch-request"):
        return await documents.batch(engine, container, request)
    return await documents.create(engine, container, request)


def _check_generation(container: Container, request: Request) -> None:
    """Tell a client that knows an earlier container of this name, so that it reads the new one's keys."""
    intended = request.headers.get("x-ms-cosmos-intended-collection-rid")
    if intended is not None and intended != container.rid:
        raise bad_request("The container was deleted and made anew since the client read it.", _CONTAINER_REPLACED)


def _unsupported(request: Request) -> CosmosError:
    for segment in request.segments:
        if segment in _UNSUPPORTED:
            return bad_request(f"This endpoint does not support {_UNSUPPORTED[segment]}.")
    return not_found(f"There is no resource at /{'/'.join(request.segments)[:200]}.")
