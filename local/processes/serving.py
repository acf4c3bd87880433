"""The life of a stand-in: its options are right or it says what is not, it listens, serves, and stops at a signal."""

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from local.processes.listening import address_of, is_loopback, listening_socket
from local.processes.ports import LOOPBACK
from local.processes.ready_file import write_ready_file

# What a request in flight gets to end when the process stops.
SHUTDOWN_TIMEOUT_S = 2.0


class CannotServe(Exception):
    """The stand-in cannot start, or go on; the text says why."""


def run(name: str, serve: Coroutine[None, None, None]) -> int:
    """Run ``serve``, the whole of a stand-in called ``name``; return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        asyncio.run(serve)
    except CannotServe as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    return 0


def add_address_options(parser: argparse.ArgumentParser, port: int, *, of: str = "") -> None:
    """Give a command line ``--host``, ``--port`` and ``--ready-file``; ``of`` says what is at the port."""
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int, default=port, help=f"{of}0 takes a free one (default: {port})")
    parser.add_argument("--ready-file", type=Path, help="gets addresses and pid as JSON once it serves")


def check_secret(host: str, secret: str | None, option: str) -> None:
    """See that only callers with a secret, given by ``option``, are let in from other machines.

    Raises:
        CannotServe: They are let in without.
    """
    if not secret and not is_loopback(host):
        raise CannotServe(f"--host {host} is reachable from other machines: name a {option}")


def stop_signal() -> asyncio.Event:
    """Return an event that is set by SIGTERM and Ctrl-C."""
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 takes a free one.

    Raises:
        CannotServe: The port is taken, or the host is none of this machine's.
    """
    try:
        return listening_socket(host, port)
    except OSError as error:
        raise CannotServe(str(error)) from error


@asynccontextmanager
async def served(
    application: web.Application, listener: socket.socket, *, cancels_handlers: bool = False
) -> AsyncGenerator[str]:
    """Serve ``application`` on ``listener`` inside; the value is its address.

    ``cancels_handlers``: a caller that gave up waiting is one request less. Not for what writes: half done, it would
    be neither.
    """
    runner = web.AppRunner(
        application,
        access_log=None,
        handler_cancellation=cancels_handlers,
        shutdown_timeout=SHUTDOWN_TIMEOUT_S,
    )
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        yield address_of(listener)
    finally:
        await runner.cleanup()


def announce(ready_file: Path | None, addresses: Mapping[str, str], line: str) -> None:
    """Tell who waits for the ready file, and who looks at the output, that it serves now."""
    if ready_file is not None:
        write_ready_file(ready_file, {**addresses, "pid": os.getpid()})
    print(line, flush=True)
