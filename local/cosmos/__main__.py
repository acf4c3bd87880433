"""``python -m local.cosmos``: serve a Cosmos DB for NoSQL endpoint from a folder until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
from pathlib import Path

from aiohttp import web

from local.cosmos.engine import Engine
from local.cosmos.http.server import make_app
from local.cosmos.signature import Signatures
from local.cosmos.sql.parser import parse
from local.processes.listening import address_of, listening_socket
from local.processes.ready_file import write_ready_file


def main() -> int:
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    key: str | None = arguments.key or os.environ.get("COSMOS_KEY") or None
    # A query computing in its thread lets the event loop in this often.
    sys.setswitchinterval(0.001)
    try:
        signatures = Signatures(key) if key else None
        listener = listening_socket(arguments.host, arguments.port)
        engine = Engine(arguments.data)
    except (ValueError, OSError) as error:
        print(f"local.cosmos: {error}", file=sys.stderr)
        return 1
    asyncio.run(_serve(listener, engine, signatures, arguments.ready_file))
    print("Cosmos DB for NoSQL has stopped", flush=True)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.cosmos", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081, help="0 takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="folder of the database")
    parser.add_argument("--key", help="base64; requests must be signed with it (default: COSMOS_KEY, else none)")
    parser.add_argument("--ready-file", type=Path, help='gets {"url", "pid"} once it serves')
    return parser.parse_args()


async def _serve(
    listener: socket.socket, engine: Engine, signatures: Signatures | None, ready_file: Path | None
) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await engine.start()
    runner = web.AppRunner(make_app(engine, signatures), access_log=None, shutdown_timeout=2)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    url = address_of(listener)
    # The grammar takes a third of a second to read; better now than in the first query.
    await asyncio.to_thread(parse, "SELECT * FROM c")
    if ready_file is not None:
        write_ready_file(ready_file, {"url": url, "pid": os.getpid()})
    print(f"Cosmos DB for NoSQL at {url}, data in {engine.folder}", flush=True)
    try:
        await stopping.wait()
    finally:
        await runner.cleanup()
        await engine.stop()


if __name__ == "__main__":
    sys.exit(main())
