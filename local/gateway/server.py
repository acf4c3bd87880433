"""The gateway over HTTP: every request through the policies of its operation."""

import json
import logging
import time
from collections.abc import Mapping

from aiohttp import web
from multidict import CIMultiDict

from local.gateway.errors import PolicyFailure
from local.gateway.exchange import Exchange, Request, Response, Returned
from local.gateway.operations import Operations
from local.gateway.policies.documents import Pipeline
from local.gateway.policies.flow import run_all
from local.gateway.services import Services
from local.processes.control import json_answer

_log = logging.getLogger("local.gateway")
_UNKNOWN = "none"


class Gateway:
    """``pipelines``: by the name of an operation."""

    def __init__(self, operations: Operations, pipelines: Mapping[str, Pipeline], services: Services) -> None:
        self._operations = operations
        self._pipelines = pipelines
        self._services = services

    def application(self) -> web.Application:
        """Return what serves the API, the issuer, and the counters under ``/_stats``."""
        # Policies say how large a body may be; it is read when it is forwarded, and not before.
        application = web.Application(client_max_size=0)
        application.add_routes(self._services.issuer.routes())
        application.add_routes([
            web.get("/_stats", self._show_stats),
            web.delete("/_stats", self._reset_stats),
            web.route("*", "/{path:.*}", self._handle),
        ])  # fmt: skip
        return application

    async def _handle(self, request: web.Request) -> web.Response:
        began = time.monotonic()
        found = self._operations.find(request.method, request.rel_url.raw_path)
        name = _UNKNOWN if found is None else found[0].name
        with self._services.stats.request(name):
            if found is None:
                # As API Management answers where no operation fits: no policy runs.
                response = _default_answer(404, "Resource not found")
            else:
                exchange = Exchange(_request_of(request, found[1]), name, self._services)
                response = await self._run(exchange, self._pipelines[name])
            self._services.stats.answered(response.status)
        elapsed_ms = (time.monotonic() - began) * 1000
        # No body, no query and no user: what a log may hold.
        _log.info("%s %s -> %d in %.0f ms", request.method, name, response.status, elapsed_ms)
        return _sent(response)

    async def _run(self, at: Exchange, pipeline: Pipeline) -> Response:
        try:
            for section in ("inbound", "backend", "outbound"):
                at.section = section
                await run_all(pipeline[section], at)
            return at.answer()
        except Returned as returned:
            return returned.response
        except PolicyFailure as failure:
            return await self._failed(at, pipeline, failure)

    async def _failed(self, at: Exchange, pipeline: Pipeline, failure: PolicyFailure) -> Response:
        _log.info(
            "%s failed in %s: %s, %s: %s", at.operation, at.section, failure.source, failure.reason, failure.message
        )
        at.section = "on-error"
        at.last_error = failure
        at.response = _default_answer(failure.status_code, failure.message)
        try:
            await run_all(pipeline["on-error"], at)
        except Returned as returned:
            return returned.response
        except PolicyFailure as again:
            _log.warning("on-error of %s failed: %s", at.operation, again.message)
            return _default_answer(500, "Internal server error")
        return at.response

    async def _show_stats(self, _: web.Request) -> web.Response:
        return json_answer(self._services.stats.document())

    async def _reset_stats(self, _: web.Request) -> web.Response:
        self._services.stats.reset()
        return json_answer(self._services.stats.document())


def _request_of(request: web.Request, matched: dict[str, str]) -> Request:
    url = request.url
    return Request(
        method=request.method,
        scheme=url.scheme,
        host=url.host or "",
        port=url.port or 0,
        path=request.rel_url.raw_path,
        query=list(request.rel_url.query.items()),
        headers=CIMultiDict(request.headers),
        address=request.remote or "",
        read=request.read,
        matched=matched,
    )


def _default_answer(status: int, message: str) -> Response:
    body = json.dumps({"statusCode": status, "message": message}).encode()
    return Response(status, None, CIMultiDict({"Content-Type": "application/json"}), body)


def _sent(response: Response) -> web.Response:
    return web.Response(
        status=response.status, reason=response.reason or None, headers=response.headers, body=response.body
    )
