"""Run activities as the Functions worker does and print, as JSON, what each answered and logged.

A process of its own, because a worker opens its resources once and keeps them to its end: ``python worker_process.py``,
environment set, ``{name: [activity, data]}`` on standard input.
"""

import asyncio
import json
import logging
import sys
from typing import Any

from activities.runner import Activity, as_function, log_progress
from shared.contracts import Contract
from shared.errors import Rejected, Unavailable
from shared.resources import Resources

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Task(Contract):
    """Input of the activities below."""

    run_id: str
    wait_s: float | None = None


class Done(Contract):
    """Output of ``answer``."""

    run_id: str
    model_name: str
    left_out: str | None = None


async def answer(task: Task, resources: Resources) -> Done:
    """Return a contract, as most activities do."""
    log_progress("half way", characters=12)
    return Done(run_id=task.run_id, model_name=resources.model.model)


async def answer_list(task: Task, resources: Resources) -> list[float]:
    """Return plain JSON."""
    return [0.5, 1.0]


async def meet(task: Task, resources: Resources) -> str:
    """Let others run between two lines of the log."""
    await asyncio.sleep(0)
    log_progress("resumed")
    return task.run_id


async def throttled(task: Task, resources: Resources) -> None:
    """Fail for now."""
    raise Unavailable("Cosmos DB answered 429", task.wait_s)


async def refused(task: Task, resources: Resources) -> None:
    """Fail for good."""
    raise Rejected("Cosmos DB answered 400")


async def broken(task: Task, resources: Resources) -> None:
    """Have a bug."""
    raise KeyError("bug")


FUNCTIONS = {
    run.__name__: as_function(run.__name__, Activity(run, Task.decoded, lambda task: {"instance_id": task.run_id}))
    for run in (answer, answer_list, meet, throttled, refused, broken)
}


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        fields = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        self.records.append(
            {
                "level": record.levelname,
                "message": record.getMessage(),
                "fields": fields,
                "traceback": bool(record.exc_info),
            }
        )


async def outcome(activity: str, data: Any) -> dict[str, Any]:
    """Run one activity and say how it ended."""
    try:
        return {"result": await FUNCTIONS[activity](data)}
    except Exception as error:  # noqa: BLE001 - the worker hands any error on
        return {"error": type(error).__name__, "text": str(error)}


async def main() -> None:
    """Run all at the same time, as a worker may."""
    logs = _Records()
    logger = logging.getLogger("fanwise.activities")
    logger.addHandler(logs)
    logger.setLevel(logging.INFO)
    calls = json.loads(sys.stdin.read())
    outcomes = await asyncio.gather(*(outcome(*call) for call in calls.values()))
    sys.stdout.write(json.dumps({"outcomes": dict(zip(calls, outcomes, strict=True)), "records": logs.records}))


if __name__ == "__main__":
    asyncio.run(main())
