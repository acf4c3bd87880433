"""``python -m local.openai``: serve embeddings and chat until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aiohttp import web
from pydantic import ValidationError

from local.openai.faults import Faults
from local.openai.model import EmbeddingModel
from local.openai.server import Endpoint
from local.processes.listening import address_of, is_loopback, listening_socket
from local.processes.ready_file import write_ready_file

# Two: one request is tokenized while the answer to another is rendered. The tokenizer has threads of its own.
WORKERS = 2
SHUTDOWN_TIMEOUT_S = 2.0


class CannotServe(Exception):
    """The endpoint cannot start; the text says why."""


def arguments(argv: list[str]) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m local.openai", description="Embeddings and chat for the OpenAI SDKs."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8082, help="0 takes a free one (default: 8082)")
    parser.add_argument("--key", help="key that callers must send; without it any is accepted")
    parser.add_argument(
        "--deployment",
        action="append",
        default=[],
        help="a deployment that exists, any number of them; without, all do",
    )
    parser.add_argument("--ready-file", type=Path, help='gets {"url", "pid"} once the endpoint serves')
    parser.add_argument("--latency-ms", type=float, default=0, help="added to every request")
    parser.add_argument("--rate-429", type=float, default=0, help="share of requests answered with 429, 0 to 1")
    parser.add_argument("--retry-after", type=float, default=1, help="seconds in the Retry-After of a 429 (default: 1)")
    parser.add_argument("--rate-500", type=float, default=0, help="share of requests answered with 500, 0 to 1")
    return parser.parse_args(argv)


def faults_of(options: argparse.Namespace) -> Faults:
    """Return the switches that the command line sets."""
    try:
        return Faults(
            latency_ms=options.latency_ms,
            rate_429=options.rate_429,
            retry_after_s=options.retry_after,
            rate_500=options.rate_500,
        )
    except ValidationError as error:
        wrong = "; ".join(f"{e['loc'][0]} {e['input']}: {e['msg']}" for e in error.errors())
        raise CannotServe(wrong) from error


async def serve(options: argparse.Namespace) -> None:
    """Serve until a signal comes.

    Raises:
        CannotServe: The port is busy, the model cannot be read, or an open address has no key.
    """
    if options.key is None and not is_loopback(options.host):
        raise CannotServe(f"--host {options.host} is reachable from other machines: name a --key")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    listener = _listen(options.host, options.port)
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="openai") as executor:
        model = loop.run_in_executor(executor, EmbeddingModel.load)
        endpoint = Endpoint(model, executor, faults_of(options), options.key, options.deployment)
        # A caller that gave up waiting is one request less.
        runner = web.AppRunner(
            endpoint.application(), access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN_TIMEOUT_S
        )
        await runner.setup()
        try:
            await web.SockSite(runner, listener).start()
            url = address_of(listener)
            await model
            if options.ready_file:
                write_ready_file(options.ready_file, {"url": url, "pid": os.getpid()})
            print(f"Embeddings and chat on {url}", flush=True)
            await stop.wait()
        except FileNotFoundError as error:
            raise CannotServe(str(error)) from error
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
        sys.exit(f"local.openai: {error}")


if __name__ == "__main__":
    main()
