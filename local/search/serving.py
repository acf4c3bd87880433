"""The command line and the life of the process: opened, ready, stopped by a signal."""

import argparse
import asyncio
import logging
import os
import signal
import socket
import sqlite3
import sys
from pathlib import Path

from aiohttp import web
from pydantic import ValidationError

from local.processes.listening import address_of, is_loopback, listening_socket
from local.processes.ready_file import write_ready_file
from local.search.engine import Engine
from local.search.faults import Faults
from local.search.http.server import Server
from local.search.odata.parser import parse_filter


def main() -> int:
    """Run the command line; returns the exit code."""
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    key: str | None = arguments.key or os.environ.get("AI_SEARCH_KEY") or None
    try:
        _check_key(arguments.host, key)
        faults = Faults(latency_ms=arguments.latency_ms, rate_429=arguments.rate_429, rate_503=arguments.rate_503)
        listener = listening_socket(arguments.host, arguments.port)
        engine = Engine(arguments.data)
    except ValidationError as error:
        wrong = "; ".join(f"{e['loc'][0]} {e['input']}: {e['msg']}" for e in error.errors())
        print(f"local.search: {wrong}", file=sys.stderr)
        return 1
    except (ValueError, OSError, sqlite3.DatabaseError) as error:
        print(f"local.search: {error}", file=sys.stderr)
        return 1
    asyncio.run(_serve(listener, engine, Server(engine, key, faults), arguments.ready_file))
    print("Azure AI Search has stopped", flush=True)
    return 0


def _arguments() -> argparse.Namespace:
    description = "Serve an Azure AI Search endpoint from a folder until SIGTERM or Ctrl-C."
    parser = argparse.ArgumentParser(prog="python -m local.search", description=description)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8083, help="0 takes a free one (default: 8083)")
    parser.add_argument("--data", type=Path, required=True, help="folder of the database")
    parser.add_argument("--key", help="callers must send it as api-key (default: AI_SEARCH_KEY, else none)")
    parser.add_argument("--ready-file", type=Path, help='gets {"url", "pid"} once it serves')
    parser.add_argument("--latency-ms", type=float, default=0.0, help="added to every request")
    parser.add_argument("--rate-429", type=float, default=0.0, help="share of requests answered with 429, 0 to 1")
    parser.add_argument("--rate-503", type=float, default=0.0, help="share of requests answered with 503, 0 to 1")
    return parser.parse_args()


def _check_key(host: str, key: str | None) -> None:
    if key is None and not is_loopback(host):
        raise ValueError(f"--host {host} is reachable from other machines: name a --key")


async def _serve(listener: socket.socket, engine: Engine, server: Server, ready_file: Path | None) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await engine.start()
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=2)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    url = address_of(listener)
    # The grammar takes a while to read; better now than in the first filter.
    await asyncio.to_thread(parse_filter, "true")
    if ready_file is not None:
        write_ready_file(ready_file, {"url": url, "pid": os.getpid()})
    print(f"Azure AI Search at {url}, data in {engine.folder}", flush=True)
    try:
        await stopping.wait()
    finally:
        await runner.cleanup()
        await engine.stop()
