"""The HTTP server: routes, key, faults, and every refusal in the service's shape."""

import asyncio
import hmac
import logging
import uuid

import orjson
from aiohttp import web
from pydantic import ValidationError

from local.search import limits
from local.search.engine import Engine
from local.search.errors import SearchError, bad_request, not_found, unsupported
from local.search.execution.semantic import SemanticRanker
from local.search.faults import FaultInjector, Faults
from local.search.http import documents, indexes
from local.search.http.messages import Request, answer, decode, failure
from local.search.stats import Stats

log = logging.getLogger(__name__)
_OPERATIONS = {"/docs/search.index": "index", "/docs/search.post.search": "search", "/docs/$count": "count"}
_COLLECTIONS = {
    "/synonymmaps": "synonym maps",
    "/aliases": "aliases",
    "/indexers": "indexers",
    "/datasources": "data sources",
    "/skillsets": "skillsets",
    "/knowledgebases": "knowledge bases",
    "/knowledgesources": "knowledge sources",
}


class Server:
    """The service on ``engine``. ``key`` None answers every caller."""

    def __init__(self, engine: Engine, key: str | None, faults: Faults) -> None:
        self._engine = engine
        self._key = key
        self._injector = FaultInjector(faults)
        self._stats = Stats()
        self._ranker = SemanticRanker()

    def application(self) -> web.Application:
        """Return the application with every route."""
        app = web.Application(client_max_size=limits.BATCH_BYTES)
        app.router.add_get("/_faults", self._read_faults)
        app.router.add_put("/_faults", self._set_faults)
        app.router.add_delete("/_faults", self._reset_faults)
        app.router.add_get("/_stats", self._read_stats)
        app.router.add_delete("/_stats", self._reset_stats)
        app.router.add_route("*", "/{path:.*}", self._handle)
        return app

    async def _handle(self, raw: web.Request) -> web.StreamResponse:
        request_id = raw.headers.get("x-ms-client-request-id", "")[:64]
        with self._stats.request(_operation(raw)):
            try:
                response = await self._answer(raw)
            except SearchError as error:
                response = failure(error)
            except Exception:
                # The boundary: whatever failed, the caller gets an answer in the service's shape and an id to quote.
                error_id = uuid.uuid4().hex
                log.exception("a request failed error_id=%s method=%s path=%s", error_id, raw.method, raw.path[:200])
                response = failure(SearchError(500, f"An error has occurred; quote {error_id}."))
            self._stats.answered(response.status)
        response.headers["request-id"] = request_id if request_id.isprintable() and request_id else str(uuid.uuid4())
        return response

    async def _answer(self, raw: web.Request) -> web.Response:
        self._authorize(raw)
        request = await decode(raw)
        if self._injector.faults.latency_ms:
            await asyncio.sleep(self._injector.faults.latency_ms / 1000)
        self._injector.check(request.body)
        if not request.query.get("api-version"):
            raise bad_request("The query parameter 'api-version' is missing.", "MissingApiVersionParameter")
        if request.index is not None:
            return await self._on_index(request, request.index)
        if request.rest == "/servicestats" and request.method == "GET":
            return await indexes.service_statistics(self._engine)
        if request.rest == "/indexes":
            return await indexes.collection(self._engine, request)
        for path, what in _COLLECTIONS.items():
            if request.rest.startswith(path):
                raise unsupported(what)
        raise not_found(f"There is nothing at {request.rest[:200]}.")

    async def _on_index(self, request: Request, name: str) -> web.Response:
        match request.method, request.rest:
            case _, "":
                return await indexes.one(self._engine, request, name)
            case "GET", "/search.stats":
                return await indexes.statistics(self._engine, name)
            case "POST", "/docs/search.index":
                return await documents.index(self._engine, request, name)
            case "POST", "/docs/search.post.search" | "/docs/search":
                return await documents.find(self._engine, request, name, self._ranker)
            case "GET", "/docs/$count":
                return await documents.count(self._engine, name)
            case "GET", "/docs(key)" if request.key is not None:
                return await documents.lookup(self._engine, request, name, request.key)
            case _:
                raise documents.other(request)

    def _authorize(self, raw: web.Request) -> None:
        if self._key is None:
            return
        sent = raw.headers.get("api-key", "")
        if not hmac.compare_digest(sent.encode(errors="surrogateescape"), self._key.encode()):
            raise SearchError(
                403,
                "Access denied: the header 'api-key' is missing or is not a key of this service.",
            )

    async def _read_faults(self, _raw: web.Request) -> web.Response:
        return answer(200, self._injector.faults.model_dump())

    async def _set_faults(self, raw: web.Request) -> web.Response:
        """Replace every switch; those that the body does not name are off."""
        try:
            self._injector.set(Faults.model_validate_json(await raw.read()))
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors())
            return failure(bad_request(f"Invalid switches: {wrong}"))
        return answer(200, self._injector.faults.model_dump())

    async def _reset_faults(self, _raw: web.Request) -> web.Response:
        self._injector.reset()
        return answer(200, self._injector.faults.model_dump())

    async def _read_stats(self, _raw: web.Request) -> web.Response:
        return web.Response(body=orjson.dumps(self._stats.document()), content_type="application/json")

    async def _reset_stats(self, _raw: web.Request) -> web.Response:
        self._stats.reset()
        return answer(200, self._stats.document())


def _operation(raw: web.Request) -> str:
    path = raw.path
    for end, name in _OPERATIONS.items():
        if path.endswith(end):
            return name
    return "get" if "/docs" in path else "manage"
