"""The broker as a server: its sockets, its queues and what becomes of them."""

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from local.processes.listening import listening_socket
from local.servicebus.broker.definition import QueueDefinition
from local.servicebus.broker.namespace import Namespace
from local.servicebus.errors import CONNECTION_FORCED, INTERNAL_ERROR, AmqpError
from local.servicebus.faults import FaultInjector, Faults
from local.servicebus.limits import Bounds
from local.servicebus.protocol.connection import Connection
from local.servicebus.sas import KEY_NAME, Signatures
from local.servicebus.service import Service
from local.servicebus.store import Store

log = logging.getLogger(__name__)

# How long peers get to answer a close.
_GOODBYE_S = 0.2


class Broker:
    """Queues in a folder, served on a socket. ``key`` None: no token is checked.

    Raises:
        OSError: The folder cannot be used, or another broker has it.
    """

    def __init__(
        self,
        folder: Path,
        queues: Iterable[QueueDefinition],
        key: str | None = None,
        key_name: str = KEY_NAME,
        faults: Faults | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.failed: asyncio.Future[None] = loop.create_future()
        """Done with the reason when the store has failed and nothing can be kept any more."""
        self._store = Store(folder, loop, self._on_fault)
        namespace = Namespace(queues, self._store)
        signatures = Signatures(key, key_name) if key else None
        injector = FaultInjector(faults or Faults())
        self.service = Service(namespace, self._store, loop, injector, signatures, bounds or Bounds())
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self._store.load(namespace, self.service.now())

    @property
    def port(self) -> int:
        """The port it listens on."""
        if self._server is None:
            raise RuntimeError("the broker does not listen")
        return self._server.sockets[0].getsockname()[1]

    async def start(self, listener: socket.socket) -> None:
        """Serve on a listening socket."""
        self.service.namespace.advance(self.service.now())
        self.service.set_timer()
        self._server = await self.service.loop.create_server(self._accept, sock=listener)

    async def stop(self) -> None:
        """Tell every peer, keep what is in memory, close the folder."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.fail(AmqpError(CONNECTION_FORCED, "The broker is shutting down."))
        if self._connections:
            await asyncio.sleep(_GOODBYE_S)
        self.cut_connections()
        self.service.stop()
        await asyncio.to_thread(self._store.close)

    def cut_connections(self) -> None:
        """Cut every connection, as a failing network does."""
        for connection in list(self._connections):
            connection.abort()

    def _accept(self) -> asyncio.Protocol:
        if self.service.injector.faults.refuse_connections:
            return _Refused()
        full = len(self._connections) >= self.service.bounds.connections
        connection = Connection(self.service, self._left, full=full)
        self._connections.add(connection)
        self.service.stats.connections = len(self._connections)
        return connection

    def _left(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self.service.stats.connections = len(self._connections)

    def _on_fault(self, error: Exception) -> None:
        for connection in list(self._connections):
            connection.fail(AmqpError(INTERNAL_ERROR, "The broker cannot keep messages any more."))
        if not self.failed.done():
            self.failed.set_exception(error)
            # Whoever does not wait for it finds the reason in the log.
            self.failed.exception()


class _Refused(asyncio.Protocol):
    """A connection that is closed at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).abort()


@asynccontextmanager
async def running_broker(
    folder: Path,
    queues: Iterable[QueueDefinition],
    key: str | None = None,
    faults: Faults | None = None,
    bounds: Bounds | None = None,
) -> AsyncGenerator[Broker]:
    """A broker in this process, on a free port of 127.0.0.1, stopped with the block."""
    listener = listening_socket("127.0.0.1", 0)
    try:
        broker = Broker(folder, queues, key, faults=faults, bounds=bounds)
    except BaseException:
        listener.close()
        raise
    try:
        await broker.start(listener)
        yield broker
    finally:
        await broker.stop()
