"""``python -m local.servicebus``: serve Service Bus queues from a folder until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from local.processes.listening import address_of, is_loopback
from local.processes.ports import LOOPBACK
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
from local.servicebus.broker.definition import QueueDefinition
from local.servicebus.control import Control
from local.servicebus.sas import KEY_NAME, key_of
from local.servicebus.server import Broker
from shared.topology import topology

_QUEUES = TypeAdapter(list[QueueDefinition])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.servicebus", description=__doc__)
    add_address_options(parser, 5672, of="of AMQP; ")
    parser.add_argument("--control-port", type=int, default=0, help="of HTTP: counters and switches (default: free)")
    parser.add_argument("--data", type=Path, required=True, help="folder of the messages")
    parser.add_argument(
        "--key",
        help="tokens must be signed with it (default: SERVICEBUS_KEY, else the one in the connection string in "
        "SERVICEBUS, else none)",
    )
    parser.add_argument("--key-name", default=KEY_NAME, help=f"name of the key (default: {KEY_NAME})")
    parser.add_argument("--queues", type=Path, help="YAML list of queues in place of shared/topology.yaml")
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
    check_secret(arguments.host, key, "--key")
    return key or None


async def _serve(arguments: argparse.Namespace) -> None:
    stop = stop_signal()
    queues, key = _queues(arguments.queues), _key(arguments)
    listener = listen(arguments.host, arguments.port)
    # The switches need no key, so they are for this machine alone, whoever may reach the queues.
    control = listen(arguments.host if is_loopback(arguments.host) else LOOPBACK, arguments.control_port)
    try:
        broker = Broker(arguments.data, queues, key, arguments.key_name)
    except OSError as error:
        raise CannotServe(str(error)) from error
    try:
        await broker.start(listener)
        async with served(Control(broker).application(), control) as control_url:
            url = address_of(listener, "sb")
            line = f"Service Bus at {url}, counters at {control_url}/_stats, data in {arguments.data}"
            announce(arguments.ready_file, {"url": url, "control_url": control_url}, line)
            await _until_stopped(broker, stop)
    finally:
        await broker.stop()
    print("Service Bus has stopped", flush=True)


async def _until_stopped(broker: Broker, stop: asyncio.Event) -> None:
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait({stopped, broker.failed}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if broker.failed.done():
        raise CannotServe(f"messages cannot be kept: {broker.failed.exception()}")


if __name__ == "__main__":
    sys.exit(run("local.servicebus", _serve(_arguments())))
