"""DBOS on SQLite: an async workflow whose steps are checkpointed one by one, all in one process."""

import asyncio
import logging
import sys
import time
from pathlib import Path

from dbos import DBOS

sys.path.insert(0, str(Path(__file__).parent))
from protocol import serve


@DBOS.step()
async def nothing(number: int) -> int:
    return number


@DBOS.workflow()
async def fan_out(size: int) -> int:
    await asyncio.gather(*(nothing(number) for number in range(size)))
    return size


@DBOS.workflow()
async def chain(size: int) -> int:
    for number in range(size):
        await nothing(number)
    return size


def main() -> None:
    logging.disable(logging.WARNING)
    data = Path(sys.argv[1])
    DBOS(
        config={"name": "bench", "system_database_url": f"sqlite:///{data / 'dbos.sqlite'}", "run_admin_server": False}
    )
    DBOS.launch()
    loop = asyncio.new_event_loop()

    def timed(workflow, size):
        async def run() -> float:
            began = time.perf_counter()
            handle = await DBOS.start_workflow_async(workflow, size)
            if await handle.get_result() != size:
                raise RuntimeError(f"{workflow.__name__}({size}) did not complete")
            return (time.perf_counter() - began) * 1000

        return loop.run_until_complete(run())

    serve(lambda size: timed(fan_out, size), lambda size: timed(chain, size))
    DBOS.destroy()


if __name__ == "__main__":
    main()
