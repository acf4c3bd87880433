"""How soon ``python -m local up`` serves, and how much memory the host holds after 1,000 chunks."""

import time
from pathlib import Path

import aiohttp
import psutil

from bench.embeddings import embed, new_text
from bench.processes import program, scratch
from bench.report import Row
from bench.samples import Samples
from bench.stack import settings, stack_on

STARTS = 5
CHUNKS = 1000
MIB = 1024 * 1024


async def measure() -> list[Row]:
    """Start the whole stack several times on the same data, then fill a host."""
    async with scratch("up", "filled") as folder:
        await _start(folder / "up", 0)  # the first start makes the data and reads everything from disk
        starts = Samples([await _start(folder / "up", number) for number in range(1, STARTS + 1)])
        before, after = await _memory(folder / "filled")
    return [
        Row("`python -m local up` until all serve, warm", starts.shown("s"), "", "", "<= 5 s"),
        Row(
            f"memory of the host after {CHUNKS:,} chunks",
            f"{after:.0f} MiB",
            f"before: {before:.0f} MiB",
            f"{after / before:.2f}x",
            "<= 250 MB",
        ),
    ]


async def _start(folder: Path, number: int) -> float:
    """Seconds until everything serves, the real embedding model included."""
    ready_file = folder / f"ready-{number}.json"
    arguments = ["local", "up", "--ports", "auto", "--data", str(folder / "data"), "--ready-file", str(ready_file)]
    began = time.perf_counter()
    async with program(arguments, ready_file, settings()):
        return time.perf_counter() - began


async def _memory(folder: Path) -> tuple[float, float]:
    """Resident MiB of the host before and after it embedded ``CHUNKS`` chunks."""
    async with stack_on(folder, latency_ms=0) as stack, aiohttp.ClientSession() as http:
        host = psutil.Process(stack.parts["host"]["pid"])
        before = host.memory_info().rss / MIB
        await embed(http, stack, "big.py", new_text(CHUNKS))
        return before, host.memory_info().rss / MIB
