"""The HTTP side: routes, keys, switches, and the way of a request from its bytes to its answer."""

import asyncio
import hmac
import logging
import uuid
from collections.abc import Awaitable, Callable, Collection, Generator, Iterable
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web

from local.openai.chat.answers import events, render
from local.openai.chat.bad_answers import prompt_filtered
from local.openai.chat.completing import complete
from local.openai.chat.requests import ChatRequest, parse_chat
from local.openai.embeddings_wire import embed, parse_request
from local.openai.faults import BadAnswer, FaultBoard, FaultInjector, Faults
from local.openai.models.vectors import EmbeddingModel
from local.openai.refusals import Refusal
from local.openai.rules.answering import SCHEMAS
from local.openai.stats import Request, Stats
from local.processes.control import Control

log = logging.getLogger(__name__)

# 2,048 chunks of 8,000 code points, three bytes each, fit; more than that no client of this service sends.
MAX_BODY = 64 * 1024 * 1024
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Route:
    """``scope``: under which its switches and counters stand; ``operation``: how the service names it."""

    scope: str
    operation: str


EMBEDDINGS = Route("embeddings", "Embeddings_Create")
CHAT = Route("chat", "ChatCompletions_Create")
SCOPES = (EMBEDDINGS.scope, CHAT.scope, *(f"{CHAT.scope}/{name}" for name in SCHEMAS))


class Endpoint:
    """The service. ``model`` may still be loading; ``executor`` does the work that would block the loop.

    ``deployments``: names of those that exist; without any, every name is one.
    """

    def __init__(
        self,
        model: Awaitable[EmbeddingModel],
        executor: Executor,
        faults: Faults,
        key: str | None = None,
        deployments: Collection[str] = (),
    ) -> None:
        self._model = asyncio.ensure_future(model)
        self._executor = executor
        self._faults = FaultBoard(faults)
        self._stats = Stats()
        self._key = key
        self._deployments = frozenset(deployments)

    def application(self) -> web.Application:
        """Return the application with every route."""
        app = web.Application(client_max_size=MAX_BODY, middlewares=[_in_service_shape])
        for handler, operation in ((self.embeddings, "embeddings"), (self.chat, "chat/completions")):
            app.router.add_post(f"/openai/deployments/{{model}}/{operation}", handler)
            app.router.add_post(f"/openai/v1/{operation}", handler)
            app.router.add_post(f"/api/projects/{{project}}/openai/v1/{operation}", handler)
        Control(Faults, self._switches, self._stats, _refuse).add_routes(app, "/_faults/{scope:.+}")
        return app

    async def embeddings(self, request: web.Request) -> web.Response:
        """Answer with the vectors of the inputs."""
        with self._counted(EMBEDDINGS.scope) as counted:
            raw = await self._accepted(request, EMBEDDINGS)
            asked = await self._in_thread(parse_request, raw, self._deployment(request))
            self._check_deployment(asked.model)
            for injector in self._injectors(EMBEDDINGS):
                injector.after_reading(asked.inputs)
            body = await self._in_thread(embed, await self._model, asked)
            counted.answered(200, len(asked.inputs))
        return web.Response(body=body, content_type="application/json")

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """Answer the last message of a conversation."""
        with self._counted(CHAT.scope) as counted:
            raw = await self._accepted(request, CHAT)
            asked = await self._in_thread(parse_chat, raw, self._deployment(request), request.query.get("api-version"))
            self._check_deployment(asked.model)
            bad = await self._bad_answer(asked, counted)
            answer = await self._in_thread(complete, asked, bad)
            counted.answered(200)
        if not asked.stream:
            return web.Response(body=render(answer), content_type="application/json")
        return await _streamed(request, events(answer, include_usage=asked.include_usage))

    async def _bad_answer(self, asked: ChatRequest, counted: Request) -> BadAnswer | None:
        """Apply the switches that depend on what is asked; return what is to be wrong with the answer."""
        texts = [turn.text for turn in asked.turns]
        injectors = self._injectors(CHAT)
        for injector in injectors:
            injector.after_reading(texts)
        if asked.form.name in SCHEMAS:
            scope = f"{CHAT.scope}/{asked.form.name}"
            counted.also(self._stats.at(scope))
            own = self._faults.at(scope)
            await own.delay()
            own.before_reading(CHAT.operation)
            own.after_reading(texts)
            injectors.insert(0, own)
        bad: BadAnswer | None = None
        for injector in injectors:
            bad = bad or injector.bad_answer()
        if bad == "prompt_filter":
            raise prompt_filtered()
        return bad

    @contextmanager
    def _counted(self, scope: str) -> Generator[Request]:
        with self._stats.request(scope) as counted:
            try:
                yield counted
            except Refusal as refusal:
                counted.answered(refusal.status)
                raise

    async def _accepted(self, request: web.Request, route: Route) -> bytes:
        """Return the body of a request that is let in, after what the switches of its route do to it."""
        if "model" in request.match_info and not request.query.get("api-version"):
            raise Refusal(
                404, "Resource not found: the query parameter 'api-version' is missing", kind=None, code="404"
            )
        self._authorize(request)
        raw = await request.read()
        for injector in self._injectors(route):
            await injector.delay()
            injector.before_reading(route.operation)
        return raw

    def _injectors(self, route: Route) -> list[FaultInjector]:
        return [self._faults.at(route.scope), self._faults.general]

    async def _in_thread(self, work: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *arguments)

    def _deployment(self, request: web.Request) -> str | None:
        """The deployment that the path names, on Azure's route; on the v1 routes the body names it."""
        return request.match_info.get("model")

    def _check_deployment(self, name: str) -> None:
        if self._deployments and name not in self._deployments:
            raise Refusal(
                404,
                "The API deployment for this resource does not exist. If you created the deployment within the last 5 "
                "minutes, please wait a moment and try again.",
                kind=None,
                code="DeploymentNotFound",
            )

    def _authorize(self, request: web.Request) -> None:
        """Check the key, which both kinds of client send in their own header; without one any caller is let in."""
        if self._key is None:
            return
        sent = request.headers.get("api-key") or request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(sent.encode(errors="surrogateescape"), self._key.encode()):
            raise Refusal(
                401,
                "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key "
                "for an active subscription and use a correct regional API endpoint for your resource.",
                kind=None,
                code="401",
            )

    def _switches(self, request: web.Request) -> FaultInjector | FaultBoard:
        scope = request.match_info.get("scope")
        if scope is None:
            return self._faults
        if scope not in SCOPES:
            raise Refusal(404, f"There are no switches for {scope[:80]!r}, only for {', '.join(SCOPES)}", code="404")
        return self._faults.at(scope)


def _refuse(reason: str) -> web.Response:
    raise Refusal(400, reason)


async def _streamed(request: web.Request, pieces: Iterable[bytes]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    for piece in pieces:
        await response.write(piece)
    await response.write_eof()
    return response


@web.middleware
async def _in_service_shape(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every refusal and failure in the service's error shape."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return web.Response(
            status=refusal.status, body=refusal.body, headers=refusal.headers, content_type="application/json"
        )
    except web.HTTPException as error:
        refusal = Refusal(error.status, f"{error.reason}: {request.method} {request.path}", code=str(error.status))
        allowed = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return web.Response(status=error.status, body=refusal.body, headers=allowed, content_type="application/json")
    except Exception:
        # The boundary: whatever failed, the caller gets an answer in the service's shape and an id to quote.
        error_id = uuid.uuid4().hex
        log.exception("request failed", extra={"error_id": error_id, "path": request.path})
        refusal = Refusal(500, f"Internal server error; quote {error_id}", kind="server_error")
        return web.Response(status=500, body=refusal.body, content_type="application/json")
