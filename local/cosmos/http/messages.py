"""A request with what its path, headers and body say; answers with the headers the SDK reads."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import orjson
from aiohttp import web

from local.cosmos import limits
from local.cosmos.errors import CosmosError, bad_request
from local.cosmos.store.items import Precondition


@dataclass(frozen=True, slots=True)
class Request:
    """``segments``: the unescaped parts of the path. ``activity_id``: quoted in every answer."""

    method: str
    segments: tuple[str, ...]
    headers: Mapping[str, str]
    body: bytes
    host: str
    activity_id: str = field(default_factory=lambda: str(uuid4()))

    def flag(self, name: str) -> bool:
        return self.headers.get(name, "").lower() == "true"

    @property
    def precondition(self) -> Precondition:
        return Precondition(self.headers.get("If-Match"), self.headers.get("If-None-Match"))

    @property
    def page_items(self) -> int:
        """``x-ms-max-item-count``; -1 leaves the number to the endpoint."""
        text = self.headers.get("x-ms-max-item-count", "-1").strip()
        try:
            count = int(text)
        except ValueError:
            count = 0
        if count < -1 or count == 0 or len(text) > 9:
            raise bad_request(f"x-ms-max-item-count: -1 or a positive number is expected, not {text[:50]!r}.")
        return limits.PAGE_ITEMS if count == -1 else count


async def decode(request: web.Request) -> Request:
    """Raises: CosmosError: 413 for a body over the limit, 400 for a path that is no UTF-8."""
    try:
        segments = tuple(unquote(part, errors="strict") for part in request.rel_url.raw_path.strip("/").split("/"))
    except UnicodeDecodeError:
        raise bad_request("The path is not valid UTF-8.") from None
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise CosmosError(413, "Request size is too large") from None
    return Request(request.method, () if segments == ("",) else segments, request.headers, body, request.host)


def answer(
    status: int,
    body: Any = None,
    *,
    charge: float = 1.0,
    etag: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """``body``: bytes of JSON, or a value to encode; None for an empty answer."""
    data = body if isinstance(body, bytes) or body is None else orjson.dumps(body)
    response = web.Response(status=status, body=data, headers=headers)
    if data is not None:
        response.content_type = "application/json"
    response.headers["x-ms-request-charge"] = f"{charge:.2f}"
    if etag is not None:
        response.headers["etag"] = etag
    return response


def failure(error: CosmosError, activity_id: str) -> web.Response:
    """The service's error document."""
    body = {"code": error.code, "message": f"Message: {error.message}\r\nActivityId: {activity_id}"}
    response = answer(error.status, body)
    if error.substatus:
        response.headers["x-ms-substatus"] = str(error.substatus)
    return response


def feed(name: str, rid: str, rows: list[bytes]) -> bytes:
    """``{"_rid", name: [...], "_count"}``, with rows that are JSON already."""
    start = orjson.dumps({"_rid": rid})[:-1] + b',"' + name.encode() + b'":['
    return start + b",".join(rows) + b'],"_count":' + str(len(rows)).encode() + b"}"


def write_charge(size: int) -> float:
    """Request units of a write, about what the service takes for an item of ``size`` bytes with default indexing."""
    return round(5 + math.ceil(size / 1024) * 0.6, 2)


def read_charge(size: int) -> float:
    """One request unit for the first KB of a point read, and a tenth for each further."""
    return round(1 + max(0, math.ceil(size / 1024) - 1) * 0.1, 2)
