"""The Cosmos endpoint as a process of its own, for tests that talk to it over HTTP."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from local.stack.provision import provision_cosmos
from tests.support.endpoint_process import EndpointProcess, started

KEY = "ZmFud2lzZS1vbi1vbmUtbWFjaGluZQ=="


@dataclass(frozen=True, slots=True)
class RunningCosmos(EndpointProcess):
    url: str


def start_cosmos(data_dir: Path, key: str = KEY, port: int = 0, *options: str) -> RunningCosmos:
    """Start the endpoint and wait until it serves. The caller ends it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if name != "COSMOS_KEY"}
    process, ready = started("local.cosmos", data_dir, "--port", str(port), *options, key=key, environment=environment)
    return RunningCosmos(process, key, ready["url"])


@asynccontextmanager
async def running_cosmos(data_dir: Path, key: str = KEY) -> AsyncGenerator[RunningCosmos]:
    """The endpoint on a free port with its data in ``data_dir``, ended with the block.

    ``key`` "" checks no signature.
    """
    running = await asyncio.to_thread(start_cosmos, data_dir, key)
    try:
        yield running
    finally:
        await asyncio.to_thread(running.stop)


@asynccontextmanager
async def provisioned_cosmos(data_dir: Path) -> AsyncGenerator[RunningCosmos]:
    """The endpoint with every container of the topology."""
    async with running_cosmos(data_dir) as running:
        settings = {"COSMOS_ENDPOINT": running.url, "COSMOS_KEY": running.key}
        await asyncio.to_thread(provision_cosmos, settings)
        yield running
