"""``python -m local.cosmos``: serve a Cosmos DB for NoSQL endpoint from a folder until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from local.cosmos.engine import Engine
from local.cosmos.http.server import make_app
from local.cosmos.signature import Signatures
from local.cosmos.sql.parser import parse
from local.processes.flags import is_set
from local.processes.serving import CannotServe, add_address_options, announce, listen, run, served, stop_signal


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.cosmos", description=__doc__)
    add_address_options(parser, 8081)
    parser.add_argument("--data", type=Path, required=True, help="folder of the database")
    parser.add_argument("--key", help="base64; requests must be signed with it (default: COSMOS_KEY, else none)")
    parser.add_argument("--fsync", action="store_true", help="survive a power cut too (also FANWISE_COSMOS_FSYNC=1)")
    parser.add_argument(
        "--query-plans",
        action="store_true",
        help="leave ORDER BY RANK to the SDK's query plan (also FANWISE_COSMOS_QUERY_PLANS=1)",
    )
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    stop = stop_signal()
    key: str | None = arguments.key or os.environ.get("COSMOS_KEY") or None
    # A query computing in its thread lets the event loop in this often.
    sys.setswitchinterval(0.001)
    try:
        signatures = Signatures(key) if key else None
        listener = listen(arguments.host, arguments.port)
        engine = Engine(arguments.data, fsync=arguments.fsync or is_set("FANWISE_COSMOS_FSYNC"))
    except (ValueError, OSError) as error:
        raise CannotServe(str(error)) from error
    try:
        await engine.start()
        query_plans = arguments.query_plans or is_set("FANWISE_COSMOS_QUERY_PLANS")
        async with served(make_app(engine, signatures, query_plans=query_plans), listener) as url:
            # The grammar takes a third of a second to read; better now than in the first query.
            await asyncio.to_thread(parse, "SELECT * FROM c")
            line = f"Cosmos DB for NoSQL at {url}, data in {engine.folder}"
            announce(arguments.ready_file, {"url": url}, line)
            await stop.wait()
    finally:
        await engine.stop()
    print("Cosmos DB for NoSQL has stopped", flush=True)


if __name__ == "__main__":
    sys.exit(run("local.cosmos", _serve(_arguments())))
