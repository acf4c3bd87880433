"""``python -m local.openai``: serve embeddings and chat until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from local.openai.faults import Faults
from local.openai.models import choice, cl100k
from local.openai.models.vectors import EmbeddingModel
from local.openai.server import Endpoint
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

# Two: one request is tokenized while the answer to another is rendered. The tokenizer has threads of its own.
WORKERS = 2


def arguments(argv: list[str]) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m local.openai", description="Embeddings and chat for the OpenAI SDKs."
    )
    add_address_options(parser, 8082)
    parser.add_argument("--key", help="key that callers must send; without it any is accepted")
    parser.add_argument(
        "--deployment",
        action="append",
        default=[],
        help="a deployment that exists, any number of them; without, all do",
    )
    parser.add_argument(
        "--embedding",
        type=_model,
        default=os.environ.get(choice.SETTING),
        metavar="MODEL",
        help=f"{' or '.join(choice.Choice)}; default: ${choice.SETTING}, else {choice.Choice.STATIC}",
    )
    parser.add_argument("--latency-ms", type=float, default=0, help="added to every request")
    parser.add_argument("--rate-429", type=float, default=0, help="share of requests answered with 429, 0 to 1")
    parser.add_argument("--retry-after", type=float, default=1, help="seconds in the Retry-After of a 429 (default: 1)")
    parser.add_argument("--rate-500", type=float, default=0, help="share of requests answered with 500, 0 to 1")
    return parser.parse_args(argv)


def _model(name: str) -> choice.Choice:
    try:
        return choice.chosen(name)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def faults_of(options: argparse.Namespace) -> Faults:
    """Return the switches that the command line sets."""
    return from_options(
        Faults,
        latency_ms=options.latency_ms,
        rate_429=options.rate_429,
        retry_after_s=options.retry_after,
        rate_500=options.rate_500,
    )


def load(embedding: choice.Choice | None) -> EmbeddingModel:
    """Read the embedding model and the vocabulary that tokens are counted with."""
    cl100k.load()
    return choice.load(embedding or choice.Choice.STATIC)


async def serve(options: argparse.Namespace) -> None:
    """Serve until a signal comes.

    Raises:
        CannotServe: The port is busy, the model cannot be read, or an open address has no key.
    """
    check_secret(options.host, options.key, "--key")
    stop = stop_signal()
    listener = listen(options.host, options.port)
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="openai") as executor:
        model = asyncio.get_running_loop().run_in_executor(executor, load, options.embedding)
        endpoint = Endpoint(model, executor, faults_of(options), options.key, options.deployment)
        async with served(endpoint.application(), listener, cancels_handlers=True) as url:
            try:
                await model
            except FileNotFoundError as error:
                raise CannotServe(str(error)) from error
            announce(options.ready_file, {"url": url}, f"Embeddings and chat on {url}")
            await stop.wait()


if __name__ == "__main__":
    sys.exit(run("local.openai", serve(arguments(sys.argv[1:]))))
