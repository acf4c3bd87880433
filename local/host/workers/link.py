"""The wire between the host and a worker process: lists of JSON over a socket pair, many in one frame.

A frame is four bytes of length, most significant first, and a JSON array of messages; a message is an array whose first
item names it. Both ends are this program, so nothing here is checked.

Host to worker: ``["call", id, function, input, invocation id, instance id]``, ``["cancel", id]``, ``["stop"]``.
Worker to host: ``["ready"]``, ``["refused", reason]``, ``["result", id, output]``, ``["fault", id, reason, details]``,
``["log", text]``.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from local.host.engine.json_text import dumps, loads

_LENGTH_BYTES = 4

Message = list[Any]


class Link(asyncio.Protocol):
    """One end. ``on_message`` is called with each message, ``on_lost`` once when the other end is gone.

    Everything happens on the loop that the socket is connected on; what is sent in one turn of it travels together.
    """

    def __init__(self, on_message: Callable[[Message], None], on_lost: Callable[[], None]) -> None:
        self._on_message = on_message
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._unsent: list[Message] = []
        self._received = bytearray()

    def send(self, message: Message) -> None:
        """Send a message; to nobody once the other end is gone."""
        if self._loop is None:
            return
        self._unsent.append(message)
        if len(self._unsent) == 1:
            self._loop.call_soon(self.flush)

    def send_from_thread(self, message: Message) -> None:
        """Send a message, from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.send, message)

    def flush(self) -> None:
        """Hand over what waits, before the turn ends."""
        messages, self._unsent = self._unsent, []
        if self._transport is None or not messages:
            return
        body = dumps(messages).encode()
        self._transport.write(len(body).to_bytes(_LENGTH_BYTES) + body)

    def close(self) -> None:
        """Hang up after what was sent."""
        self.flush()
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._loop = asyncio.get_running_loop()

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._frame_end()) is not None:
            body = bytes(memoryview(self._received)[_LENGTH_BYTES:end])
            del self._received[:end]
            for message in loads(body.decode()):
                self._on_message(message)

    def _frame_end(self) -> int | None:
        if len(self._received) < _LENGTH_BYTES:
            return None
        end = _LENGTH_BYTES + int.from_bytes(self._received[:_LENGTH_BYTES])
        return end if len(self._received) >= end else None

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        self._transport = None
        self._on_lost()
