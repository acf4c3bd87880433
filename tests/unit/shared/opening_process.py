"""Open the resources of a process as many callers at once would; ``python opening_process.py``, environment set.

Each line on standard input is a command, each line on standard output its answer in JSON:
``open <n>``: n callers ask at the same time; ``leave``: one of two callers gives up at once.
"""

import asyncio
import json
import sys
import time
from typing import Any

from shared.resources import process_resources


async def open_by(callers: int) -> dict[str, Any]:
    """Return how many got resources, how many different ones, the errors, and how long it took."""
    started = time.perf_counter()
    answers = await asyncio.gather(*(process_resources() for _ in range(callers)), return_exceptions=True)
    opened = [answer for answer in answers if not isinstance(answer, BaseException)]
    return {
        "opened": len(opened),
        "different": len({id(answer) for answer in opened}),
        "errors": sorted({type(answer).__name__ for answer in answers if isinstance(answer, BaseException)}),
        "seconds": time.perf_counter() - started,
    }


async def leave() -> dict[str, Any]:
    """Let the first of two callers give up while the resources are being opened."""
    leaving, staying = asyncio.create_task(process_resources()), asyncio.create_task(process_resources())
    await asyncio.sleep(0)
    leaving.cancel()
    answers = await asyncio.gather(leaving, staying, return_exceptions=True)
    return {"answers": [type(answer).__name__ for answer in answers]}


async def main() -> None:
    """Answer commands until the input ends."""
    while command := (await asyncio.to_thread(sys.stdin.readline)).split():
        answer = await (leave() if command[0] == "leave" else open_by(int(command[1])))
        print(json.dumps(answer), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    asyncio.run(main())
