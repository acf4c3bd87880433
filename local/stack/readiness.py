"""Waiting until a part answers, with a deadline and an eye on the process that should."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from local.processes.ready_file import read_ready_file
from local.stack.errors import NotReady
from local.stack.process import Child

READY_S = 60.0
REACHABLE_S = 10.0
POLL_S = 0.02
# A Service Bus address without a port on this machine is an emulator's, which speaks AMQP without TLS.
_DEFAULT_PORTS = {"http": 80, "https": 443, "sb": 5672}


async def served(child: Child, ready_file: Path | None, url: str) -> None:
    """Return when ``child`` serves: its ready file is there, or without one its ``url`` answers HTTP.

    Raises:
        ChildEnded: It ended instead.
        NotReady: It has done neither in time.
    """
    try:
        async with asyncio.timeout(READY_S):
            while not (await answers(url) if ready_file is None else read_ready_file(ready_file)):
                if not child.running:
                    raise await child.ended()
                await asyncio.sleep(POLL_S)
    except TimeoutError as error:
        raise NotReady(
            f"{child.name} did not answer within {READY_S:g} s. The end of {child.log}:\n{child.tail()}"
        ) from error


async def reachable(name: str, url: str) -> None:
    """Return when something accepts connections at ``url``.

    Raises:
        NotReady: Nothing does.
    """
    parts = urlsplit(url)
    port = parts.port or _DEFAULT_PORTS[parts.scheme]
    try:
        async with asyncio.timeout(REACHABLE_S):
            _, writer = await asyncio.open_connection(parts.hostname, port)
            writer.close()
    except (OSError, TimeoutError) as error:
        raise NotReady(f"{name} at {url}, which the settings name, does not answer: {error or 'timed out'}") from error


async def answers(url: str) -> bool:
    """Tell whether an HTTP server at ``url`` answers a request, whatever its status."""
    parts = urlsplit(url)
    try:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    except OSError:
        return False
    try:
        writer.write(f"GET / HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        return (await reader.readline()).startswith(b"HTTP/")
    except OSError:
        return False
    finally:
        writer.close()
