"""``python -m local.github``: serve GitHub's REST API until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
from pathlib import Path

from aiohttp import web
from pydantic import ValidationError

from local.github.credentials import INSTALLATION_TOKEN_S, App, Credentials
from local.github.faults import Faults
from local.github.fixture import FOLDER, load_directory
from local.github.server import Endpoint
from local.processes.listening import address_of, is_loopback, listening_socket
from local.processes.ready_file import write_ready_file

SHUTDOWN_TIMEOUT_S = 2.0


class CannotServe(Exception):
    """The endpoint cannot start; the text says why."""


def arguments(argv: list[str]) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m local.github", description="GitHub's REST API for PyGithub.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8084, help="0 takes a free one (default: 8084)")
    parser.add_argument("--data", type=Path, default=FOLDER, help="folder of the accounts (default: those of Fanwise)")
    parser.add_argument("--token", help="token that callers may send (default: GITHUB_TOKEN, else any is accepted)")
    parser.add_argument("--app", metavar="ID:INSTALLATION:FILE", help="a GitHub App; the file holds its public key")
    parser.add_argument(
        "--app-token-s",
        type=int,
        default=INSTALLATION_TOKEN_S,
        help=f"seconds for which a token of its installation is good (default: {INSTALLATION_TOKEN_S})",
    )
    parser.add_argument("--ready-file", type=Path, help='gets {"url", "pid"} once the endpoint serves')
    parser.add_argument("--latency-ms", type=float, default=0, help="added to every request")
    parser.add_argument("--rate-500", type=float, default=0, help="share of requests answered with 500, 0 to 1")
    return parser.parse_args(argv)


def endpoint_of(options: argparse.Namespace) -> Endpoint:
    """Return the endpoint that the command line asks for.

    Raises:
        CannotServe: An option is not what it must be.
    """
    try:
        faults = Faults(latency_ms=options.latency_ms, rate_500=options.rate_500)
        app = None if options.app is None else App.of(options.app)
        directory = load_directory(options.data)
    except ValidationError as error:
        wrong = "; ".join(f"{e['loc'][0]} {e['input']}: {e['msg']}" for e in error.errors())
        raise CannotServe(wrong) from error
    except ValueError as error:
        raise CannotServe(str(error)) from error
    token = options.token or os.environ.get("GITHUB_TOKEN") or None
    if token is None and not is_loopback(options.host):
        raise CannotServe(f"--host {options.host} is reachable from other machines: name a --token")
    return Endpoint(directory, Credentials(token, app), faults, options.app_token_s)


async def serve(options: argparse.Namespace) -> None:
    """Serve until a signal comes.

    Raises:
        CannotServe: The port is busy, or an option is not what it must be.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    listener = _listen(options.host, options.port)
    # A caller that gave up waiting is one request less.
    runner = web.AppRunner(
        endpoint_of(options).application(),
        access_log=None,
        handler_cancellation=True,
        shutdown_timeout=SHUTDOWN_TIMEOUT_S,
    )
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        url = address_of(listener)
        if options.ready_file:
            write_ready_file(options.ready_file, {"url": url, "pid": os.getpid()})
        print(f"GitHub on {url}", flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return listening_socket(host, port)
    except OSError as error:
        raise CannotServe(str(error)) from error


def main() -> None:
    """Run the command line."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        asyncio.run(serve(arguments(sys.argv[1:])))
    except CannotServe as error:
        sys.exit(f"local.github: {error}")


if __name__ == "__main__":
    main()
