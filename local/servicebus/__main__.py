"""``python -m local.servicebus``: serve Service Bus queues from a folder until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
from pathlib import Path

import yaml
from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from local.processes.listening import address_of, is_loopback, listening_socket
from local.processes.ready_file import write_ready_file
from local.servicebus.broker.definition import QueueDefinition
from local.servicebus.control import Control
from local.servicebus.sas import KEY_NAME, key_of
from local.servicebus.server import Broker
from shared.topology import topology

_QUEUES = TypeAdapter(list[QueueDefinition])


class CannotServe(Exception):
    """The broker cannot start; the text says why."""


def main() -> int:
    """Run the command line; returns the exit code."""
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        return asyncio.run(_serve(arguments))
    except CannotServe as error:
        print(f"local.servicebus: {error}", file=sys.stderr)
        return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.servicebus", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5672, help="of AMQP; 0 takes a free one (default: 5672)")
    parser.add_argument("--control-port", type=int, default=0, help="of HTTP: counters and switches (default: free)")
    parser.add_argument("--data", type=Path, required=True, help="folder of the messages")
    parser.add_argument(
        "--key",
        help="tokens must be signed with it (default: SERVICEBUS_KEY, else the one in the connection string in "
        "SERVICEBUS, else none)",
    )
    parser.add_argument("--key-name", default=KEY_NAME, help=f"name of the key (default: {KEY_NAME})")
    parser.add_argument("--queues", type=Path, help="YAML list of queues in place of shared/topology.yaml")
    parser.add_argument("--ready-file", type=Path, help='gets {"url", "control_url", "pid"} once it serves')
    return parser.parse_args()


def _queues(file: Path | None) -> list[QueueDefinition]:
    if file is None:
        return [QueueDefinition.model_validate(queue) for queue in topology().queues.values()]
    try:
        return _QUEUES.validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise CannotServe(f"{file}: {error}") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise CannotServe(f"{file}: {wrong}") from error


def _key(arguments: argparse.Namespace) -> str | None:
    key: str | None = arguments.key or os.environ.get("SERVICEBUS_KEY") or key_of(os.environ.get("SERVICEBUS", ""))
    if not key and not is_loopback(arguments.host):
        raise CannotServe(f"--host {arguments.host} is reachable from other machines: name a --key")
    return key or None


def _listen(host: str, port: int) -> socket.socket:
    try:
        return listening_socket(host, port)
    except OSError as error:
        raise CannotServe(str(error)) from None


async def _serve(arguments: argparse.Namespace) -> int:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    queues, key = _queues(arguments.queues), _key(arguments)
    listener = _listen(arguments.host, arguments.port)
    # The switches need no key, so they are for this machine alone, whoever may reach the queues.
    control = _listen(arguments.host if is_loopback(arguments.host) else "127.0.0.1", arguments.control_port)
    try:
        broker = Broker(arguments.data, queues, key, arguments.key_name)
    except OSError as error:
        raise CannotServe(str(error)) from error
    runner = web.AppRunner(Control(broker).application(), access_log=None, shutdown_timeout=2)
    try:
        await broker.start(listener)
        await runner.setup()
        await web.SockSite(runner, control).start()
        _announce(arguments, listener, control)
        return await _until_stopped(broker, stopping)
    finally:
        await runner.cleanup()
        await broker.stop()


def _announce(arguments: argparse.Namespace, listener: socket.socket, control: socket.socket) -> None:
    url, control_url = address_of(listener, "sb"), address_of(control)
    if arguments.ready_file is not None:
        write_ready_file(arguments.ready_file, {"url": url, "control_url": control_url, "pid": os.getpid()})
    print(f"Service Bus at {url}, counters at {control_url}/_stats, data in {arguments.data}", flush=True)


async def _until_stopped(broker: Broker, stopping: asyncio.Event) -> int:
    stopped = asyncio.ensure_future(stopping.wait())
    await asyncio.wait({stopped, broker.failed}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if broker.failed.done():
        print(f"local.servicebus: messages cannot be kept: {broker.failed.exception()}", file=sys.stderr)
        return 1
    print("Service Bus has stopped", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
