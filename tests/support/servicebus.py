"""The Service Bus broker as a process of its own, with its switches and counters."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.support.endpoint_process import EndpointProcess, started

KEY = "ZmFud2lzZS1vbi1vbmUtbWFjaGluZQ=="
KEY_NAME = "RootManageSharedAccessKey"


def connection_string(port: int, key: str = KEY, key_name: str = KEY_NAME) -> str:
    """What an SDK is given to reach a broker on this machine."""
    return (
        f"Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName={key_name};SharedAccessKey={key};"
        "UseDevelopmentEmulator=true"
    )


@dataclass(frozen=True, slots=True)
class RunningServiceBus(EndpointProcess):
    """``url``: sb://127.0.0.1:port; ``control_url``: http, for the switches and counters."""

    url: str
    control_url: str

    @property
    def port(self) -> int:
        port = urlsplit(self.url).port
        assert port is not None
        return port

    @property
    def connection_string(self) -> str:
        return connection_string(self.port, self.key or KEY)

    async def set_faults(self, **switches: Any) -> None:
        """Replace every switch; those not named are off."""
        await self._control("PUT", "/_faults", switches)

    async def stats(self) -> dict[str, Any]:
        """Return the counters, and what is in each queue."""
        return await self._control("GET", "/_stats")

    async def queue(self, name: str) -> dict[str, int]:
        """Return what is in one queue: active, locked, deferred, scheduled, dead_lettered, bytes."""
        return (await self.stats())["queues"][name]

    async def _control(self, verb: str, path: str, body: object = None) -> dict[str, Any]:
        async with (
            aiohttp.ClientSession() as session,
            session.request(verb, self.control_url + path, json=body) as response,
        ):
            assert response.status == 200, await response.text()
            return await response.json()


def start_servicebus(
    data_dir: Path, queues: Sequence[Mapping[str, Any]] | None = None, key: str = KEY, port: int = 0
) -> RunningServiceBus:
    """Start the broker and wait until it serves; the caller ends it. ``queues`` None: those of the topology."""
    data_dir.mkdir(parents=True, exist_ok=True)
    options = ["--port", str(port)]
    if queues is not None:
        # JSON is YAML too.
        definitions = data_dir / "queues.yaml"
        definitions.write_text(json.dumps(list(queues)))
        options += ["--queues", str(definitions)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SERVICEBUS")}
    process, ready = started("local.servicebus", data_dir, *options, key=key, environment=environment)
    return RunningServiceBus(process, key, ready["url"], ready["control_url"])


@asynccontextmanager
async def running_servicebus(
    data_dir: Path, queues: Sequence[Mapping[str, Any]] | None = None, key: str = KEY, port: int = 0
) -> AsyncGenerator[RunningServiceBus]:
    """The broker on a free port with its data in ``data_dir``, ended with the block. ``key`` "" checks no token."""
    running = await asyncio.to_thread(start_servicebus, data_dir, queues, key, port)
    try:
        yield running
    finally:
        await asyncio.to_thread(running.stop)
