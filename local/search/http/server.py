"""The HTTP server: routes, key, faults, and every refusal in the service's shape."""

import hmac
import logging
import uuid

from aiohttp import web

from local.processes.control import Control
from local.processes.counters import OperationCounts
from local.search import limits
from local.search.engine import Engine
from local.search.errors import SearchError, bad_request, not_found, unsupported
from local.search.execution.semantic import SemanticRanker
from local.search.faults import FaultInjector, Faults
from local.search.http import documents, indexes
from local.search.http.messages import Request, decode, failure

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
        self._stats = OperationCounts()
        self._ranker = SemanticRanker()

    def application(self) -> web.Application:
        """Return the application with every route."""
        app = web.Application(client_max_size=limits.BATCH_BYTES)
        Control(Faults, lambda _raw: self._injector, self._stats, _refuse).add_routes(app)
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
        await self._injector.take_latency()
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


def _refuse(reason: str) -> web.Response:
    return failure(bad_request(reason))


def _operation(raw: web.Request) -> str:
    path = raw.path
    for end, name in _OPERATIONS.items():
        if path.endswith(end):
            return name
    return "get" if "/docs" in path else "manage"
