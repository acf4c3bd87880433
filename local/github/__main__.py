"""``python -m local.github``: serve GitHub's REST API until SIGTERM or Ctrl-C."""

import argparse
import os
import sys
from pathlib import Path

from local.github.credentials import INSTALLATION_TOKEN_S, App, Credentials
from local.github.faults import Faults
from local.github.fixture import load_directory
from local.github.server import Endpoint
from local.processes.serving import (
    CannotServe,
    add_address_options,
    announce,
    check_secret,
    listen,
    run,
    served,
    stop_signal,
)
from local.processes.switches import from_options


def arguments(argv: list[str]) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m local.github", description="GitHub's REST API for PyGithub.")
    add_address_options(parser, 8084)
    parser.add_argument("--data", type=Path, help="folder of the accounts (default: those of Fanwise)")
    parser.add_argument("--token", help="token that callers may send (default: GITHUB_TOKEN, else any is accepted)")
    parser.add_argument("--app", metavar="ID:INSTALLATION:FILE", help="a GitHub App; the file holds its public key")
    parser.add_argument(
        "--app-token-s",
        type=int,
        default=INSTALLATION_TOKEN_S,
        help=f"seconds for which a token of its installation is good (default: {INSTALLATION_TOKEN_S})",
    )
    parser.add_argument("--latency-ms", type=float, default=0, help="added to every request")
    parser.add_argument("--rate-500", type=float, default=0, help="share of requests answered with 500, 0 to 1")
    return parser.parse_args(argv)


def endpoint_of(options: argparse.Namespace) -> Endpoint:
    """Return the endpoint that the command line asks for.

    Raises:
        CannotServe: An option is not what it must be.
    """
    faults = from_options(Faults, latency_ms=options.latency_ms, rate_500=options.rate_500)
    try:
        app = None if options.app is None else App.of(options.app)
        directory = load_directory(options.data)
    except ValueError as error:
        raise CannotServe(str(error)) from error
    token = options.token or os.environ.get("GITHUB_TOKEN") or None
    check_secret(options.host, token, "--token")
    return Endpoint(directory, Credentials(token, app), faults, options.app_token_s)


async def serve(options: argparse.Namespace) -> None:
    """Serve until a signal comes.

    Raises:
        CannotServe: The port is busy, or an option is not what it must be.
    """
    stop = stop_signal()
    listener = listen(options.host, options.port)
    async with served(endpoint_of(options).application(), listener, cancels_handlers=True) as url:
        announce(options.ready_file, {"url": url}, f"GitHub on {url}")
        await stop.wait()


if __name__ == "__main__":
    sys.exit(run("local.github", serve(arguments(sys.argv[1:]))))
