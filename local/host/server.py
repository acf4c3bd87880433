"""The host's HTTP server: the management API under its own path, the app's functions everywhere else."""

import socket

import orjson
from aiohttp import web

from local.host.errors import HostError
from local.host.http_trigger import HttpTrigger
from local.host.management.api import ManagementApi, error_response
from local.host.management.links import WEBHOOKS
from local.processes.ports import held_by

#: Azure Functions' limit for a request.
MAX_BODY_BYTES = 100 * 1024 * 1024
BACKLOG = 1024


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to ``host`` and ``port`` (0: a free one).

    Raises:
        HostError: The port is taken; the text says by whom.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
        bound.listen(BACKLOG)
    except OSError as error:
        bound.close()
        raise HostError(f"cannot listen on {host}:{port}: {error.strerror}{held_by(port, error)}") from error
    return bound


class Server:
    """Serves HTTP on a bound socket."""

    def __init__(self, management: ManagementApi, functions: HttpTrigger, bound: socket.socket) -> None:
        self._management = management
        self._functions = functions
        self._socket = bound
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.router.add_route("*", r"/{path:[\s\S]*}", self._handle)  # a dot would not match an encoded line end
        self._runner = web.AppRunner(
            # The app gets the bytes that were sent, as on Azure, whatever their Content-Encoding.
            app,
            auto_decompress=False,
            access_log=None,
            handle_signals=False,
            shutdown_timeout=2.0,
        )

    async def start(self) -> None:
        """Begin to accept requests."""
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket, backlog=BACKLOG).start()

    async def stop(self) -> None:
        """Refuse new requests, let those in flight end within two seconds."""
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        raw_path = request.raw_path.partition("?")[0]
        lower = raw_path.lower()
        if lower == WEBHOOKS or lower.startswith(WEBHOOKS + "/"):
            return await self._management.handle(request, raw_path)
        if lower == "/admin/host/status":
            return web.Response(body=orjson.dumps({"state": "Running"}), content_type="application/json")
        if lower.startswith(("/admin/", "/runtime/")):
            return error_response(404, f"There is no {request.method} {raw_path} in this host.")
        return await self._functions.handle(request, raw_path)
