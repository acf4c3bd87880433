"""The command line and the life of the process: opened, ready, stopped by a signal."""

import argparse
import asyncio
import os
import sqlite3
from pathlib import Path

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
from local.search.engine import Engine
from local.search.faults import Faults
from local.search.http.server import Server
from local.search.odata.parser import parse_filter


def main() -> int:
    """Run the command line; returns the exit code."""
    return run("local.search", _serve(_arguments()))


def _arguments() -> argparse.Namespace:
    description = "Serve an Azure AI Search endpoint from a folder until SIGTERM or Ctrl-C."
    parser = argparse.ArgumentParser(prog="python -m local.search", description=description)
    add_address_options(parser, 8083)
    parser.add_argument("--data", type=Path, required=True, help="folder of the database")
    parser.add_argument("--key", help="callers must send it as api-key (default: AI_SEARCH_KEY, else none)")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="added to every request")
    parser.add_argument("--rate-429", type=float, default=0.0, help="share of requests answered with 429, 0 to 1")
    parser.add_argument("--rate-503", type=float, default=0.0, help="share of requests answered with 503, 0 to 1")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    stop = stop_signal()
    key: str | None = arguments.key or os.environ.get("AI_SEARCH_KEY") or None
    check_secret(arguments.host, key, "--key")
    faults = from_options(
        Faults, latency_ms=arguments.latency_ms, rate_429=arguments.rate_429, rate_503=arguments.rate_503
    )
    try:
        listener = listen(arguments.host, arguments.port)
        engine = Engine(arguments.data)
    except (OSError, sqlite3.DatabaseError) as error:
        raise CannotServe(str(error)) from error
    try:
        await engine.start()
        async with served(Server(engine, key, faults).application(), listener) as url:
            # The grammar takes a while to read; better now than in the first filter.
            await asyncio.to_thread(parse_filter, "true")
            announce(arguments.ready_file, {"url": url}, f"Azure AI Search at {url}, data in {engine.folder}")
            await stop.wait()
    finally:
        await engine.stop()
    print("Azure AI Search has stopped", flush=True)
