"""HTTP triggers: from a request to the function's HttpRequest, from its answer to a response."""

import asyncio
import logging
import traceback
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from aiohttp import web
from azure.functions.meta import Datum
from multidict import CIMultiDict

from local.host import worker_rules
from local.host.invocation import Invocation, Invoker
from local.host.management.api import error_response
from local.host.routes import Route, Router

log = logging.getLogger("local.host.http")

T = TypeVar("T")


class FunctionTimeout(Exception):
    """A function ran longer than host.json's functionTimeout."""


def _text(values: Mapping[str, str]) -> dict[str, Datum]:
    return {name: Datum(value, "string") for name, value in values.items()}


def _joined(pairs: Any) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def request_datum(request: web.Request, body: bytes, route_values: Mapping[str, str]) -> Datum:
    """Return a request as the azure-functions converter reads it."""
    return Datum(
        {
            "method": Datum(request.method, "string"),
            "url": Datum(f"{request.scheme}://{request.host}{request.raw_path}", "string"),
            "headers": _text(_joined((name.lower(), value) for name, value in request.headers.items())),
            "query": _text(_joined(request.query.items())),
            "params": _text(route_values),
            "body": Datum(body, "bytes"),
        },
        "http",
    )


def response_of(datum: Datum) -> web.Response:
    """Return the response that an encoded return value stands for."""
    if datum.type == "string":
        return web.Response(text=datum.value)
    value = datum.value
    headers: CIMultiDict[str] = CIMultiDict({name: item.value for name, item in value["headers"].items()})
    for jar in value["cookies"] or ():
        for morsel in jar.values():
            headers.add("Set-Cookie", morsel.OutputString())
    return web.Response(status=int(value["status_code"].value), headers=headers, body=value["body"].value)


class HttpTrigger:
    """Answers requests with the app's HTTP-triggered functions."""

    def __init__(self, router: Router, invoker: Invoker, timeout_s: float | None) -> None:
        self._router = router
        self._invoker = invoker
        self._timeout_s = timeout_s
        self._decoder: Any = worker_rules.converter("httpTrigger")
        self._encoder: Any = worker_rules.converter("http")

    async def handle(self, request: web.Request, raw_path: str) -> web.Response:
        """Answer one request; 404 when no function takes its method and path."""
        found = self._router.find(request.method, raw_path)
        if found is None and request.method == "HEAD":
            found = self._router.find("GET", raw_path)  # the server leaves out the body
        if found is None:
            methods = self._router.methods(raw_path)
            if request.method == "OPTIONS" and methods:
                return web.Response(status=204, headers={"Allow": ", ".join(sorted(methods | {"OPTIONS"}))})
            return web.Response(status=404)
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge as error:
            return error_response(413, f"The request's body is too large: {error.text}")
        return await self._invoke(*found, request, body)

    async def _invoke(self, route: Route, values: Mapping[str, str], request: web.Request, body: bytes) -> web.Response:
        function, invocation = route.function, Invocation(route.function.name)
        outcome = "Failed"
        try:
            argument = self._decoder.decode(request_datum(request, body, values), trigger_metadata=None)
            returned, outs = await self._within_time(self._invoker.call(function, argument, invocation), function.name)
            if function.return_type is None and outs:  # the response is an Out parameter
                returned = next(iter(outs.values()))
            response = response_of(self._encode(returned))
            outcome = "Succeeded"
        except FunctionTimeout as error:
            log.error("%s", error, extra={"invocation": invocation.invocation_id})  # noqa: TRY400 - its trace is the host's
            return web.Response(status=500)
        except asyncio.CancelledError:
            outcome = "Cancelled"  # the caller hung up, or the host stops
            raise
        except Exception:  # noqa: BLE001 - whatever the app raises is a 500 with an empty body
            fields = {"function": function.name, "invocation": invocation.invocation_id}
            log.error("The function raised an exception.\n%s", traceback.format_exc().rstrip(), extra=fields)  # noqa: TRY400 - one record
            return web.Response(status=500)
        else:
            return response
        finally:
            self._invoker.finished(invocation, outcome)

    async def _within_time(self, call: Coroutine[Any, Any, T], name: str) -> T:
        # Whoever sent the request waits.
        with self._invoker.user_loop.answering():
            future = asyncio.wrap_future(self._invoker.user_loop.submit(call))
            try:
                # Not wait_for: the function's own TimeoutError is not the host's.
                ended, _ = await asyncio.wait({future}, timeout=self._timeout_s)
            except asyncio.CancelledError:
                future.cancel()
                raise
        if not ended:
            future.cancel()
            raise FunctionTimeout(f"Timeout value of {self._timeout_s:g} s was exceeded by function: {name}")
        return future.result()

    def _encode(self, returned: Any) -> Datum:
        try:
            return self._encoder.encode(returned, expected_type=None)
        except NotImplementedError as error:
            message = (
                f"an HTTP function returned a {type(returned).__name__}; expected azure.functions.HttpResponse or str"
            )
            raise TypeError(message) from error
