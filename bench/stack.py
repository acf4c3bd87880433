"""The whole of Fanwise on one machine, with an embeddings endpoint of known speed."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench.processes import ROOT, program
from shared.topology import topology

#: A process more for activities, and orchestrators that go on where they stopped.
TUNED = {"FUNCTIONS_WORKER_PROCESS_COUNT": "2", "FANWISE_FAST_REPLAY": "1"}


#: Slices of one length, so that how many chunks a text makes is plain arithmetic.
SLICES = {"CHUNK_MODE": "chars", "CHUNK_SIZE": "800"}


@dataclass(frozen=True)
class Stack:
    """``parts``: address and process id of each part, as ``local up`` reports them."""

    parts: dict[str, Any]
    endpoint_url: str

    @property
    def embeddings_url(self) -> str:
        return f"{self.parts['host']['url']}/api/orchestrators/embeddings"

    async def requests(self, http: aiohttp.ClientSession) -> int:
        """How many requests the embeddings endpoint has had."""
        async with http.get(f"{self.endpoint_url}/stats") as answer:
            return (await answer.json())["requests"]


def settings() -> dict[str, str]:
    """The sample's settings over every default, so that a developer's own decide nothing."""
    sample = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))["Values"]
    named = {name: setting.default for name, setting in topology().settings.items() if setting.default is not None}
    return {name: str(int(value) if isinstance(value, bool) else value) for name, value in named.items()} | sample


@asynccontextmanager
async def stack_on(folder: Path, *, latency_ms: float) -> AsyncGenerator[Stack]:
    """Run ``local up`` on free ports against an endpoint that answers after ``latency_ms``; data goes to ``folder``."""
    endpoint_ready, stack_ready = folder / "endpoint.json", folder / "stack.json"
    slow = ["bench.slow_endpoint", "--latency-ms", str(latency_ms), "--ready-file", str(endpoint_ready)]
    up = ["local", "up", "--ports", "auto", "--no-openai", "--data", str(folder / "data")]
    async with program(slow, endpoint_ready, {}) as endpoint:
        env = settings() | SLICES | {"AZURE_OPENAI_ENDPOINT": endpoint["url"]}
        async with program([*up, "--ready-file", str(stack_ready)], stack_ready, env) as parts:
            yield Stack(parts, endpoint["url"])
