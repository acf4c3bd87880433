"""Our engine beside durabletask's in-memory backend and DBOS on SQLite: 1,000 no-op activities, and chains of 5."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench.durable_http import run_and_wait
from bench.peer_environment import peer_python
from bench.processes import Peer, peer, program, scratch
from bench.report import Row
from bench.samples import Samples, fastest

APP = Path(__file__).with_name("apps") / "engine"
_SCRIPTS = Path(__file__).with_name("peers")
PEERS = {"durabletask": _SCRIPTS / "durabletask_peer.py", "dbos": _SCRIPTS / "dbos_peer.py"}

WIDTH = 1000
LENGTH = 5
REPEATS = 7
CHAINS = 200
# Chains are run in groups, taken in turn by all engines, so that a busy moment of the machine hits all alike.
CHAINS_AT_A_TIME = 20


@dataclass
class Measured:
    """One engine's samples."""

    fan_out: Samples = field(default_factory=Samples)
    chain: Samples = field(default_factory=Samples)


class OurHost:
    """Our host, over HTTP."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http, self._url = http, url

    async def ask(self, command: str, size: int) -> float:
        management = f"{self._url}/runtime/webhooks/durabletask"
        took_ms, output = await run_and_wait(self._http, management, command, size)
        if output != size:
            raise RuntimeError(f"{command} returned {output}, expected {size}")
        return took_ms


# What we vary: the SDK as it is; our patch of how it reads timestamps; an fsync for each group of commits. The last is
# what DBOS does for every step; without it our engine outlives a killed process, not a power cut.
VARIANTS = {"stock": [], "fast": ["--fast-replay"], "fsync": ["--fsync"]}
_NAMES = {"stock": "stock SDK", "fast": "fast replay", "fsync": "stock SDK, fsync"}
_AIMS = {
    ("Fan-out", "stock"): "<= 300 ms, >= 3x",
    ("Fan-out", "fast"): "<= 120 ms",
    ("Chain", "stock"): "<= 15 ms",
    ("Chain", "fast"): "<= 6 ms",
}


@asynccontextmanager
async def _our_host(folder: Path, options: list[str]) -> AsyncGenerator[OurHost]:
    arguments = ["local.host", "start", "--port", "0", "--app", str(APP), "--data", str(folder / "data")]
    arguments += ["--ready-file", str(folder / "ready.json"), *options]
    async with program(arguments, folder / "ready.json", {}) as ready, aiohttp.ClientSession() as http:
        yield OurHost(http, ready["url"])


async def measure() -> list[Row]:
    """Time all engines in turn and compare."""
    python = await peer_python()
    async with scratch(*VARIANTS, *PEERS) as folder, AsyncExitStack() as stack:
        engines: dict[str, OurHost | Peer] = {
            name: await stack.enter_async_context(_our_host(folder / name, options))
            for name, options in VARIANTS.items()
        }
        for name, script in PEERS.items():
            engines[name] = await stack.enter_async_context(peer(name, python, script, folder / name))
        measured = await _measure_in_turn(engines)
    return [
        *_rows(f"Fan-out of {WIDTH:,} no-op activities", {name: each.fan_out for name, each in measured.items()}),
        *_rows(f"Chain of {LENGTH} no-op activities", {name: each.chain for name, each in measured.items()}),
    ]


async def _measure_in_turn(engines: dict[str, OurHost | Peer]) -> dict[str, Measured]:
    measured = {name: Measured() for name in engines}
    for engine in engines.values():  # the first run of each pays for imports and caches
        await engine.ask("fan_out", WIDTH)
        await engine.ask("chain", LENGTH)
    for _ in range(REPEATS):
        for name, engine in engines.items():
            measured[name].fan_out.add(await engine.ask("fan_out", WIDTH))
    for _ in range(CHAINS // CHAINS_AT_A_TIME):
        for name, engine in engines.items():
            for _ in range(CHAINS_AT_A_TIME):
                measured[name].chain.add(await engine.ask("chain", LENGTH))
    return measured


def _rows(what: str, samples: dict[str, Samples]) -> list[Row]:
    peers = f"durabletask {samples['durabletask'].shown()}; DBOS {samples['dbos'].shown()}"
    best = fastest([samples[name] for name in PEERS])
    return [
        Row(
            f"{what}, {_NAMES[variant]}",
            samples[variant].shown(),
            peers,
            f"{best.median / samples[variant].median:.1f}x the faster peer",
            _AIMS.get((what.split()[0], variant), ""),
        )
        for variant in VARIANTS
    ]
