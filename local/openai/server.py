"""The HTTP side: routes, keys, and the way of a request from its bytes to its vectors."""

import asyncio
import hmac
import logging
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor

import orjson
from aiohttp import web
from pydantic import ValidationError

from local.openai.faults import FaultInjector, Faults
from local.openai.model import EmbeddingModel
from local.openai.stats import Stats
from local.openai.wire import EmbeddingsRequest, Refusal, check_lengths, check_tokens, parse_request, render

log = logging.getLogger(__name__)

# 2,048 chunks of 8,000 code points, three bytes each, fit; more than that no client of this service sends.
MAX_BODY = 64 * 1024 * 1024
CONTROL_ROUTES = ("/_faults", "/_stats")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Endpoint:
    """The embeddings service. ``model`` may still be loading; ``executor`` does the work that would block the loop."""

    def __init__(
        self, model: Awaitable[EmbeddingModel], executor: Executor, faults: Faults, key: str | None = None
    ) -> None:
        self._model = asyncio.ensure_future(model)
        self._executor = executor
        self._injector = FaultInjector(faults)
        self._stats = Stats()
        self._key = key

    def application(self) -> web.Application:
        """Return the application with every route."""
        app = web.Application(client_max_size=MAX_BODY, middlewares=[_in_service_shape])
        app.router.add_post("/openai/deployments/{model}/embeddings", self.deployment_embeddings)
        app.router.add_post("/openai/v1/embeddings", self.embeddings)
        app.router.add_post("/api/projects/{project}/openai/v1/embeddings", self.embeddings)
        app.router.add_get("/_faults", self.read_faults)
        app.router.add_put("/_faults", self.set_faults)
        app.router.add_delete("/_faults", self.reset_faults)
        app.router.add_get("/_stats", self.read_stats)
        app.router.add_delete("/_stats", self.reset_stats)
        return app

    async def deployment_embeddings(self, request: web.Request) -> web.Response:
        """Answer Azure's route, on which the path names the model."""
        if not request.query.get("api-version"):
            raise Refusal(
                404, "Resource not found: the query parameter 'api-version' is missing", kind=None, code="404"
            )
        return await self._counted(request, request.match_info["model"])

    async def embeddings(self, request: web.Request) -> web.Response:
        """Answer the v1 routes, on which the body names the model."""
        return await self._counted(request, None)

    async def _counted(self, request: web.Request, deployment: str | None) -> web.Response:
        with self._stats.request():
            try:
                body, inputs = await self._answer(request, deployment)
            except Refusal as refusal:
                self._stats.answered(refusal.status)
                raise
            self._stats.answered(200, inputs)
            return web.Response(body=body, content_type="application/json")

    async def _answer(self, request: web.Request, deployment: str | None) -> tuple[bytes, int]:
        self._authorize(request)
        raw = await request.read()
        await asyncio.sleep(self._injector.faults.latency_ms / 1000)
        self._injector.before_reading()
        loop = asyncio.get_running_loop()
        asked = await loop.run_in_executor(self._executor, parse_request, raw, deployment)
        self._injector.after_reading(asked.inputs)
        return await loop.run_in_executor(self._executor, embed, await self._model, asked), len(asked.inputs)

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

    async def read_faults(self, _request: web.Request) -> web.Response:
        """Answer with the switches as they are."""
        return _json(self._injector.faults.model_dump())

    async def set_faults(self, request: web.Request) -> web.Response:
        """Replace every switch; those that the body does not name are off."""
        try:
            self._injector.set(Faults.model_validate_json(await request.read()))
        except ValidationError as error:
            faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors())
            raise Refusal(400, f"Invalid switches: {faults}") from error
        return _json(self._injector.faults.model_dump())

    async def reset_faults(self, _request: web.Request) -> web.Response:
        """Go back to the switches of the command line."""
        self._injector.reset()
        return _json(self._injector.faults.model_dump())

    async def read_stats(self, _request: web.Request) -> web.Response:
        """Answer with the counters."""
        return _json(self._stats.document())

    async def reset_stats(self, _request: web.Request) -> web.Response:
        """Set the counters to zero."""
        self._stats.reset()
        return _json(self._stats.document())


def embed(model: EmbeddingModel, asked: EmbeddingsRequest) -> bytes:
    """Return the answer to a request; the part that takes the time, for a thread of its own.

    Raises:
        Refusal: An input is too long.
    """
    check_lengths(asked.inputs, model.longest_token)
    tokens = model.tokenize(asked.inputs)
    check_tokens(tokens)
    return render(asked, model.embed(tokens, asked.dimensions), sum(map(len, tokens)))


def _json(document: object) -> web.Response:
    return web.Response(body=orjson.dumps(document), content_type="application/json")


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
