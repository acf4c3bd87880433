"""Requests taken apart, and answers as the SDK reads them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import orjson
from aiohttp import web

from local.processes.json_bodies import NestedTooDeep, read_json
from local.search import limits
from local.search.errors import SearchError, bad_request, not_found

JSON = "application/json; odata.metadata=minimal"
# indexes('name') as the SDK writes it, indexes/name as REST clients may.
_INDEX = re.compile(r"/indexes(?:\('(?P<quoted>[^'/]*)'\)|/(?P<plain>[^'/()]+))(?P<rest>/.*)?")
_DOCUMENT = re.compile(r"/docs(?:\('(?P<quoted>.*)'\)|/(?P<plain>[^$.]+))")


@dataclass(frozen=True, slots=True)
class Request:
    """``index``: the one that the path names, or None. ``rest``: the path behind it, ``/docs(key)`` for a ``key``."""

    method: str
    index: str | None
    rest: str
    key: str | None
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    address: str

    def json(self) -> Any:
        """The body.

        Raises:
            SearchError: 400 for a body that is no JSON or is nested too deep.
        """
        try:
            return read_json(self.body, limits.JSON_NESTING)
        except orjson.JSONDecodeError as error:
            raise bad_request(f"The request is invalid. Details: the body is no valid JSON: {error}") from None
        except NestedTooDeep as error:
            raise bad_request(f"The body is {error}.") from None


async def decode(raw: web.Request) -> Request:
    """Raises: SearchError: 404 for a path that is none, 413 for a body over the limit."""
    try:
        path = unquote(raw.rel_url.raw_path, errors="strict")
    except UnicodeDecodeError:
        raise bad_request("The path is not valid UTF-8.") from None
    try:
        body = await raw.read()
    except web.HTTPRequestEntityTooLarge:
        raise SearchError(413, f"The request is larger than {limits.BATCH_BYTES} bytes.") from None
    index, rest, key = None, path.rstrip("/") or "/", None
    if (match := _INDEX.fullmatch(path)) is not None:
        index, rest = match["quoted"] or match["plain"], (match["rest"] or "").rstrip("/")
        if index is None:
            raise not_found("The path names no index.")
        if rest not in ("", "/docs") and (found := _DOCUMENT.fullmatch(rest)) is not None:
            key, rest = found["quoted"] if found["quoted"] is not None else found["plain"], "/docs(key)"
    address = f"{raw.scheme}://{raw.host}{raw.rel_url.raw_path}"
    return Request(raw.method, index, rest, key, raw.query, raw.headers, body, address)


def answer(status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> web.Response:
    """``body`` as JSON; None for an empty answer."""
    if body is None:
        return web.Response(status=status, headers=headers)
    return web.Response(
        status=status,
        body=orjson.dumps(body),
        headers={"Content-Type": JSON, "OData-Version": "4.0", **(headers or {})},
    )


def failure(error: SearchError) -> web.Response:
    """The service's error document."""
    return answer(error.status, error.body, error.headers)
