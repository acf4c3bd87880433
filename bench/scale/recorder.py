"""A proxy between the app and one service that notes every exchange: what was asked, how large, what was answered."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import aiohttp
from aiohttp import web
from yarl import URL

LOOPBACK = "127.0.0.1"
_LARGEST_BODY = 64 * 1024 * 1024
# Of one connection, not of the message.
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "upgrade"}
# What the client would add by itself breaks a signature that covers it.
_NEVER_ADDED = ("Content-Type", "User-Agent", "Accept", "Accept-Encoding")


@dataclass(frozen=True)
class Exchange:
    """A request and its answer. ``sent`` and ``answered`` are JSON where the bodies are, else None."""

    method: str
    path: str
    headers: dict[str, str]
    sent_bytes: int
    answered_bytes: int
    status: int
    sent: Any = None
    answered: Any = None


@dataclass
class Recorder:
    """``url``: where the app finds the service; ``exchanges``: those since the last ``clear``."""

    target: str
    url: str = ""
    exchanges: list[Exchange] = field(default_factory=list)

    def clear(self) -> None:
        self.exchanges.clear()

    async def pass_on(self, session: aiohttp.ClientSession, request: web.Request) -> web.Response:
        """Ask the service what the app asks, note it and hand the answer back."""
        body = await request.read()
        kept = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
        # The answer is read here as well.
        headers = kept | {"Accept-Encoding": "identity"}
        url = URL(f"{self.target}{request.rel_url.raw_path_qs}", encoded=True)
        async with session.request(
            request.method, url, data=body or None, headers=headers, skip_auto_headers=_NEVER_ADDED
        ) as answer:
            content = await answer.read()
            back = [(name, value) for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP]
        named = {name.lower(): value for name, value in request.headers.items()}
        path = unquote(request.path)
        self.exchanges.append(
            Exchange(request.method, path, named, len(body), len(content), answer.status, _json(body), _json(content))
        )
        response = web.Response(status=answer.status, body=content)
        for name, value in back:
            response.headers.add(name, value) if name.lower() != "content-type" else response.headers.update(
                {name: value}
            )
        return response


def _json(body: bytes) -> Any:
    if body[:1] not in (b"{", b"["):
        return None
    try:
        return json.loads(body)
    except ValueError:
        return None


@asynccontextmanager
async def recording(target: str) -> AsyncGenerator[Recorder]:
    """Serve on a free port and pass everything on to the service at ``target``, the root of its address."""
    recorder = Recorder(target)
    async with aiohttp.ClientSession(
        auto_decompress=False, connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar()
    ) as session:

        async def handle(request: web.Request) -> web.Response:
            return await recorder.pass_on(session, request)

        app = web.Application(client_max_size=_LARGEST_BODY)
        app.router.add_route("*", "/{path:.*}", handle)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, LOOPBACK, 0)
            await site.start()
            port = runner.addresses[0][1]
            recorder.url = f"http://{LOOPBACK}:{port}"
            yield recorder
        finally:
            await runner.cleanup()
