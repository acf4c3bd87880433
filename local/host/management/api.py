"""The durable management API over HTTP, as the Durable extension serves it and its SDK calls it."""

import asyncio
import base64
import binascii
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import unquote

import orjson
from aiohttp import web

from local.host.engine import clock
from local.host.engine.instances import Instances, Query
from local.host.engine.json_text import dumps
from local.host.engine.model import Record, Status
from local.host.errors import Refused
from local.host.management.links import WEBHOOKS, management_urls
from local.host.management.status import history_events, parsed, status_document

log = logging.getLogger("local.host.management")

PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000
MAX_JSON_DEPTH = 200
MAX_WAIT_S = 600.0
CONTINUATION = "x-ms-continuation-token"
_NOT_YET = "is not supported by this host yet."

Handler = Callable[[web.Request, list[str]], Awaitable[web.Response]]


def error_response(status: int, message: str, kind: str = "System.ArgumentException") -> web.Response:
    """Return an error in the extension's shape; the SDK reads ExceptionMessage."""
    body = {"Message": message, "ExceptionMessage": message, "ExceptionType": kind, "StackTrace": ""}
    return json_response(status, body)


def json_response(status: int, document: Any, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return a JSON answer."""
    return web.Response(status=status, body=dumps(document).encode(), content_type="application/json", headers=headers)


def origin_of(request: web.Request) -> str:
    """Return scheme, host and port as the caller wrote them."""
    return f"{request.scheme}://{request.host}"


def _flag(request: web.Request, name: str, default: bool) -> bool:
    value = request.query.get(name)
    if value is None or value == "":
        return default
    if value.lower() not in ("true", "false"):
        raise Refused(400, f"The query parameter {name} is {value!r}; expected true or false.")
    return value.lower() == "true"


def _number(request: web.Request, name: str, low: float, high: float) -> float | None:
    value = request.query.get(name)
    if not value:
        return None
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not low <= number <= high:
        raise Refused(400, f"The query parameter {name} is {value!r}; expected a number from {low:g} to {high:g}.")
    return number


def _time(request: web.Request, name: str) -> str | None:
    value = request.query.get(name)
    if not value:
        return None
    try:
        return clock.timestamp(clock.parse(value.replace(" ", "+")))  # an unescaped + of the offset
    except (ValueError, OverflowError) as error:
        raise Refused(400, f"The query parameter {name} is {value!r}; expected an ISO-8601 time.") from error


def _statuses(request: web.Request) -> list[Status]:
    names = [name.strip() for value in request.query.getall("runtimeStatus", []) for name in value.split(",")]
    known = {status.value.lower(): status for status in Status}
    for name in filter(None, names):
        if name.lower() not in known:
            expected = ", ".join(status.value for status in Status)
            raise Refused(400, f"The query parameter runtimeStatus holds {name!r}; expected {expected}.")
    return [known[name.lower()] for name in names if name]


def _after(request: web.Request) -> tuple[str, str] | None:
    token = request.headers.get(CONTINUATION)
    if not token:
        return None
    try:
        created, instance_id = orjson.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError, binascii.Error) as error:
        raise Refused(400, f"The header {CONTINUATION} is {token[:80]!r}; expected a token of this host.") from error
    if not isinstance(created, str) or not isinstance(instance_id, str):
        raise Refused(400, f"The header {CONTINUATION} is {token[:80]!r}; expected a token of this host.")
    return created, instance_id


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


async def _json_body(request: web.Request) -> str | None:
    """Return the body as JSON text, None when there is none.

    Raises:
        Refused: It is encoded, no JSON, or nested deeper than 200 levels.
    """
    body = await request.read()
    if not body.strip():
        return None
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding.strip().lower() != "identity":
        raise Refused(400, f"The header Content-Encoding is {encoding[:80]!r}; expected a body that is not encoded.")
    try:
        text = body.decode("utf-8-sig").strip()
        value = json.loads(text, parse_constant=_no_constant)
    except RecursionError as error:
        raise Refused(
            400, f"The request's body is nested too deep; expected at most {MAX_JSON_DEPTH} levels."
        ) from error
    except ValueError as error:
        raise Refused(400, f"The request's body is not valid JSON: {error}") from error
    _check_depth(value)
    return text


def _check_depth(value: Any) -> None:
    level, depth = [value], 0
    while level:
        if depth > MAX_JSON_DEPTH:
            raise Refused(400, f"The request's body is nested too deep; expected at most {MAX_JSON_DEPTH} levels.")
        level = [
            child
            for item in level
            if isinstance(item, (dict, list))
            for child in (item.values() if isinstance(item, dict) else item)  # pyright: ignore[reportUnknownVariableType]
        ]
        depth += 1


class ManagementApi:
    """Serves everything under ``/runtime/webhooks/durabletask/``."""

    def __init__(self, instances: Instances, hub: str) -> None:
        self._instances = instances
        self._hub = hub

    async def handle(self, request: web.Request, raw_path: str) -> web.Response:
        """Answer one request; ``raw_path`` is its path as it came over the wire."""
        parts = [unquote(part) for part in raw_path[len(WEBHOOKS) :].strip("/").split("/") if part]
        handler = self._route(request.method, parts)
        if handler is None:
            return error_response(
                404, f"There is no {request.method} {unquote(raw_path)} in the durable management API."
            )
        try:
            return await handler(request, parts)
        except Refused as refused:
            return error_response(refused.status, refused.message, refused.kind)
        except web.HTTPRequestEntityTooLarge:
            return error_response(413, "The request's body is too large.")
        except Exception:
            log.exception("The management request %s %s failed", request.method, raw_path)
            return error_response(500, "Something went wrong in the host; its log says what.", "System.Exception")

    def _route(self, method: str, parts: list[str]) -> Handler | None:
        match method, [part.lower() if n != 1 else part for n, part in enumerate(parts)]:
            case "POST", ["orchestrators", _] | ["orchestrators", _, _]:
                return self._start
            case "GET", ["instances"]:
                return self._list
            case "DELETE", ["instances"]:
                return self._purge_all
            case "GET", ["instances", _]:
                return self._status
            case "DELETE", ["instances", _]:
                return self._purge
            case "POST", ["instances", _, "raiseevent", _]:
                return self._raise_event
            case "POST", ["instances", _, "terminate" | "suspend" | "resume"]:
                return self._change
            case "POST", ["instances", _, "rewind" | "restart"]:
                return self._not_yet
            case _, ["entities", *_]:
                return self._not_yet
            case _:
                return None

    async def _not_yet(self, _request: web.Request, parts: list[str]) -> web.Response:
        what = "Entities" if parts[0].lower() == "entities" else f"The operation {parts[2]}"
        verb = "are" if what == "Entities" else "is"
        return error_response(501, f"{what} {_NOT_YET.replace('is', verb, 1)}", "System.NotImplementedException")

    # -- starting --------------------------------------------------------------------------------------------------

    async def _start(self, request: web.Request, parts: list[str]) -> web.Response:
        timeout = _number(request, "timeout", 0, MAX_WAIT_S)
        instance_id = self._instances.begin(
            parts[1],
            parts[2] if len(parts) == 3 else None,
            await _json_body(request),
            request.query.get("version") or None,
        )
        if timeout is not None and (record := await self._wait(instance_id, timeout)) is not None:
            if record.status is Status.COMPLETED:
                return json_response(200, parsed(record.output))
            raw_input = self._instances.inputs([instance_id]).get(instance_id)
            return json_response(500 if record.status is Status.FAILED else 200, status_document(record, raw_input))
        await self._instances.saved()
        return self._check_status(request, instance_id)

    async def _wait(self, instance_id: str, timeout_s: float) -> Record | None:
        watched = self._instances.engine.watchers.watch(instance_id)
        try:
            # What is live is watched without a look at the database; what is not may have ended, or be just ending.
            live = instance_id in self._instances.engine.live
            record = None if live else self._instances.find(instance_id)
            if live or (record is not None and not record.status.is_terminal):
                record = await asyncio.wait_for(watched, timeout_s)
        except TimeoutError:
            return None
        finally:
            watched.cancel()
        return record

    def _check_status(self, request: web.Request, instance_id: str) -> web.Response:
        urls = management_urls(origin_of(request), instance_id, self._hub)
        return json_response(202, urls, {"Location": urls["statusQueryGetUri"], "Retry-After": "10"})

    # -- reading ---------------------------------------------------------------------------------------------------

    async def _status(self, request: web.Request, parts: list[str]) -> web.Response:
        instance_id = parts[1]
        show_input = _flag(request, "showInput", default=True)
        show_output = _flag(request, "showHistoryOutput", default=False)
        fail_loudly = _flag(request, "returnInternalServerErrorOnFailure", default=False)
        record = self._instances.find(instance_id)
        if record is None:
            return error_response(404, f"No instance with ID '{instance_id}' found.")
        raw_input = self._instances.inputs([instance_id]).get(instance_id) if show_input else None
        document = status_document(record, raw_input)
        if _flag(request, "showHistory", default=False):
            document["historyEvents"] = await asyncio.to_thread(
                lambda: history_events(
                    self._instances.history(instance_id), raw_input, show_input=show_input, show_output=show_output
                )
            )
        if not record.status.is_terminal:
            location = management_urls(origin_of(request), instance_id, self._hub)["statusQueryGetUri"]
            return json_response(202, document, {"Location": location, "Retry-After": "5"})
        return json_response(500 if fail_loudly and record.status is Status.FAILED else 200, document)

    async def _list(self, request: web.Request, _parts: list[str]) -> web.Response:
        show_input = _flag(request, "showInput", default=True)
        top = int(_number(request, "top", 1, MAX_PAGE_SIZE) or PAGE_SIZE)
        query = Query(
            statuses=_statuses(request),
            created_from=_time(request, "createdTimeFrom"),
            created_to=_time(request, "createdTimeTo"),
            id_prefix=request.query.get("instanceIdPrefix"),
            after=_after(request),
        )
        return await asyncio.to_thread(self._page, query, top, show_input)

    def _page(self, query: Query, top: int, show_input: bool) -> web.Response:
        records = self._instances.list(query, top + 1)
        page = records[:top]
        inputs = self._instances.inputs([r.instance_id for r in page]) if show_input else {}
        headers: dict[str, str] = {}
        if len(records) > top:
            last = orjson.dumps([page[-1].created, page[-1].instance_id])
            headers[CONTINUATION] = base64.urlsafe_b64encode(last).decode()
        return json_response(200, [status_document(r, inputs.get(r.instance_id)) for r in page], headers)

    # -- changing --------------------------------------------------------------------------------------------------

    async def _raise_event(self, request: web.Request, parts: list[str]) -> web.Response:
        if request.body_exists and request.content_type != "application/json":
            raise Refused(400, f"The content type is {request.content_type!r}; only application/json is supported.")
        await self._instances.raise_event(parts[1], parts[3], await _json_body(request))
        return web.Response(status=202)

    async def _change(self, request: web.Request, parts: list[str]) -> web.Response:
        change = {
            "terminate": self._instances.terminate,
            "suspend": self._instances.suspend,
            "resume": self._instances.resume,
        }[parts[2].lower()]
        await change(parts[1], request.query.get("reason", ""))
        return web.Response(status=202)

    async def _purge(self, _request: web.Request, parts: list[str]) -> web.Response:
        return json_response(200, {"instancesDeleted": await self._instances.purge(parts[1])})

    async def _purge_all(self, request: web.Request, _parts: list[str]) -> web.Response:
        created_from = _time(request, "createdTimeFrom")
        if created_from is None:
            raise Refused(400, "The query parameter createdTimeFrom is missing; expected an ISO-8601 time.")
        query = Query(_statuses(request), created_from, _time(request, "createdTimeTo"))
        deleted = await self._instances.purge_all(query)
        if deleted == 0:
            return error_response(404, "No instance matches the query.")
        return json_response(200, {"instancesDeleted": deleted})
