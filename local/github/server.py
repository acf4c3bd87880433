"""The HTTP side: credentials, limits, switches, and the way of a request to its answer."""

import logging
import uuid
from collections.abc import Awaitable, Callable

import orjson
from aiohttp import web

from local.github.accounts import Directory
from local.github.conditions import entity_tag, last_modified, unchanged
from local.github.control import Control
from local.github.credentials import APPS_DOCS, INSTALLATION_TOKEN_S, Caller, Credentials
from local.github.faults import FaultInjector, Faults
from local.github.memory import Memory
from local.github.quotas import AUTHENTICATED, Quotas
from local.github.refusals import DOCS, Refusal, not_found
from local.github.routes import JSON, ROUTES, Answer, Asked, Route
from local.github.secondary import SecondaryLimit, refused
from local.github.stats import Stats

log = logging.getLogger(__name__)

# A change of the fixture may bring a file of 100 MB in base64; no other request has a body to speak of.
MAX_BODY = 160 * 1024 * 1024
API_VERSION = "2022-11-28"
# Where callers are not the API's concern: the routes that tests and benchmarks steer it with.
CONTROL = "/_"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Endpoint:
    """The service over ``directory``. ``token_lifetime_s``: how long a token of an installation is good for."""

    def __init__(
        self,
        directory: Directory,
        credentials: Credentials,
        faults: Faults,
        token_lifetime_s: int = INSTALLATION_TOKEN_S,
    ) -> None:
        self._directory = directory
        self._credentials = credentials
        self._token_lifetime_s = token_lifetime_s
        self._injector = FaultInjector(faults)
        self._quotas = Quotas()
        self._secondary = SecondaryLimit()
        self._stats = Stats()
        self._memory = Memory()
        self._control = Control(directory, self._injector, self._quotas, self._secondary, self._stats)

    def application(self) -> web.Application:
        """Return the application with every route."""
        app = web.Application(client_max_size=MAX_BODY, middlewares=[self._in_github_s_shape])
        for route in ROUTES:
            handler = self._handler(route)
            for path in route.paths:
                app.router.add_get(path, handler)
        app.router.add_get("/rate_limit", self._rate_limit)
        app.router.add_post("/app/installations/{installation}/access_tokens", self._installation_token)
        self._control.add_routes(app)
        app.router.add_route("*", "/{path:.*}", self._unknown)
        return app

    def _handler(self, route: Route) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            return await self._handle(request, route)

        return handle

    async def _handle(self, request: web.Request, route: Route) -> web.Response:
        """Answer a request that costs quota."""
        request_id = _request_id(request)
        with self._stats.request(route.name, request.path):
            caller: Caller | None = None
            try:
                caller = self._caller(request)
                await self._admit(request, caller, request_id)
                asked = _asked(request, caller)
                try:
                    answer = self._memory.answer(self._directory, route, asked)
                except Refusal:
                    self._charge(caller)
                    raise
                response = self._conditional(request, caller, answer)
            except Refusal as refusal:
                response = _refused(refusal, route.documentation)
            return self._sealed(response, request_id, caller)

    def _caller(self, request: web.Request) -> Caller:
        return self._credentials.caller(request.headers.get("Authorization"), request.remote or "")

    async def _admit(self, request: web.Request, caller: Caller, request_id: str) -> None:
        """Return once the limits and switches have let the request pass."""
        await self._injector.delay(request.path)
        if not request.headers.get("User-Agent"):
            raise Refusal(
                403,
                "Request forbidden by administrative rules. Please make sure your request has a User-Agent header "
                "(https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required).",
            )
        bucket = self._quotas.of(caller)
        if self._secondary.told or (bucket.told and not bucket.remaining):
            self._stats.too_early += 1
        if self._stats.in_flight > self._injector.faults.max_concurrent:
            raise refused(request_id)
        self._secondary.check(request_id)
        self._quotas.check(caller, request_id)
        self._injector.check(request.path)

    def _conditional(self, request: web.Request, caller: Caller, answer: Answer) -> web.Response:
        tag = entity_tag(answer.body, answer.links, caller)
        headers = {
            "ETag": tag,
            "Cache-Control": f"{'private' if caller.authenticated else 'public'}, max-age=60, s-maxage=60",
            "Vary": "Accept, Authorization, Cookie, X-GitHub-OTP,Accept-Encoding, Accept, X-Requested-With",
        }
        if answer.links:
            headers["Link"] = answer.links
        if answer.modified_at is not None:
            headers["Last-Modified"] = last_modified(answer.modified_at)
        if unchanged(request.headers, tag, answer.modified_at):
            # Free for those who say who they are, and only for them.
            if not caller.authenticated:
                self._charge(caller)
            return web.Response(status=304, headers=headers)
        self._charge(caller)
        return web.Response(body=answer.body, headers=headers | {"Content-Type": answer.content_type})

    def _charge(self, caller: Caller) -> None:
        self._quotas.charge(caller)
        self._stats.charged += 1

    def _sealed(self, response: web.Response, request_id: str, caller: Caller | None) -> web.Response:
        """Add what every answer carries, and count it."""
        response.headers.update(
            {"X-GitHub-Request-Id": request_id, "X-GitHub-Media-Type": "github.v3; format=json", "Server": "github.com"}
        )
        response.headers["X-GitHub-Api-Version-Selected"] = API_VERSION
        if caller is not None:
            response.headers.update(self._quotas.of(caller).headers())
        self._stats.answered(response.status)
        return response

    async def _rate_limit(self, request: web.Request) -> web.Response:
        """Answer with the caller's quota, which costs none of it."""
        request_id = _request_id(request)
        with self._stats.request("rate_limit", request.path):
            caller: Caller | None = None
            try:
                await self._injector.delay(request.path)
                caller = self._caller(request)
                core = self._quotas.of(caller).document()
                full = {"limit": AUTHENTICATED, "used": 0, "remaining": AUTHENTICATED, "reset": core["reset"]}
                search = {"limit": 30, "used": 0, "remaining": 30, "reset": core["reset"]}
                body = {"resources": {"core": core, "search": search, "graphql": full}, "rate": core}
                response = web.Response(body=orjson.dumps(body), headers={"Content-Type": JSON})
            except Refusal as refusal:
                response = _refused(refusal, f"{DOCS}/rate-limit/rate-limit")
            return self._sealed(response, request_id, caller)

    async def _installation_token(self, request: web.Request) -> web.Response:
        """Answer a GitHub App with a token of its installation."""
        request_id = _request_id(request)
        with self._stats.request("installation_token", request.path):
            try:
                await self._injector.delay(request.path)
                self._injector.check(request.path)
                body = self._credentials.installation_token(
                    request.headers.get("Authorization"), request.match_info["installation"], self._token_lifetime_s
                )
                response = web.Response(status=201, body=orjson.dumps(body), headers={"Content-Type": JSON})
            except Refusal as refusal:
                response = _refused(refusal, APPS_DOCS)
            return self._sealed(response, request_id, None)

    async def _unknown(self, request: web.Request) -> web.Response:
        """Answer what GitHub answers where it has nothing, or nothing that this endpoint has."""
        request_id = _request_id(request)
        with self._stats.request("unknown", request.path):
            return self._sealed(_refused(not_found(), DOCS), request_id, None)

    @web.middleware
    async def _in_github_s_shape(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer refusals of the control routes, and every failure, in GitHub's error shape."""
        try:
            return await handler(request)
        except Refusal as refusal:
            return _refused(refusal, DOCS)
        except web.HTTPException as error:
            return _refused(Refusal(error.status, f"{error.reason}: {request.method} {request.path[:200]}"), DOCS)
        except Exception:
            # The boundary: whatever failed, the caller gets an answer in the service's shape and an id to quote.
            error_id = uuid.uuid4().hex
            log.exception("request failed", extra={"error_id": error_id, "path": request.path})
            return _refused(Refusal(500, f"Server Error; quote {error_id}"), DOCS)


def _asked(request: web.Request, caller: Caller) -> Asked:
    names = request.match_info
    rest = ""
    if "repo" in names:
        # Empty, owner's route, owner, name, and what comes after it.
        after = request.rel_url.raw_path.split("/", 4)[4:]
        rest = "".join(f"/{part}" for part in after) + (f"?{request.query_string}" if request.query_string else "")
    return Asked(
        base=f"{request.scheme}://{request.host}",
        names=dict(names),
        query=dict(request.query),
        caller=caller,
        accept=request.headers.get("Accept", ""),
        rest=rest,
    )


def _refused(refusal: Refusal, documentation: str) -> web.Response:
    headers = {"Content-Type": JSON, **refusal.headers}
    return web.Response(status=refusal.status, body=refusal.body(documentation), headers=headers)


def _request_id(_request: web.Request) -> str:
    return ":".join(part.upper() for part in str(uuid.uuid4()).split("-"))
