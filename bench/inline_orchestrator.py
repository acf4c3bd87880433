"""An orchestrator run in one asyncio program: no queue, no history, no replay; its activities are the real ones."""

import asyncio
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from azure.functions.decorators.function_app import FunctionBuilder

from activities.runner import Activity
from shared.contracts import Contract
from shared.resources import Resources

Activities = Mapping[str, Activity[Any]]


class InlineTask:
    """What an orchestrator waits for: done or not, its result or its exception."""

    def __init__(self, running: "asyncio.Task[Any]") -> None:
        self.running = running

    @property
    def is_completed(self) -> bool:
        return self.running.done()

    @property
    def result(self) -> Any:
        return self.running.exception() or self.running.result()

    def cancel(self) -> None:
        self.running.cancel()


class InlineContext:
    """As much of a durable context as an orchestrator of ours uses."""

    is_replaying = False

    def __init__(self, start: dict[str, Any], activities: Activities, resources: Resources) -> None:
        self._start = start
        self._activities = activities
        self._resources = resources

    @property
    def current_utc_datetime(self) -> datetime:
        return datetime.now(UTC)

    def get_input(self) -> dict[str, Any]:
        return self._start

    def call_activity(self, name: str, payload: Any) -> InlineTask:
        return InlineTask(asyncio.create_task(self._run(self._activities[name], payload)))

    def create_timer(self, until: datetime) -> InlineTask:
        return InlineTask(asyncio.create_task(asyncio.sleep((until - self.current_utc_datetime).total_seconds())))

    def task_any(self, tasks: Sequence[InlineTask]) -> Sequence[InlineTask]:
        return tasks

    def set_custom_status(self, _status: Any) -> None:
        """Nobody looks."""

    async def _run(self, activity: Activity[Any], payload: Any) -> Any:
        result = await activity.run(activity.decode(payload), self._resources)
        return result.to_json() if isinstance(result, Contract) else result


async def run_inline(
    orchestrator: FunctionBuilder, start: dict[str, Any], activities: Activities, resources: Resources
) -> Any:
    """Run an orchestrator to its end and return its output."""
    steps: Generator[Any, Any, Any] = _written(orchestrator)(InlineContext(start, activities, resources))
    winner: InlineTask | None = None
    while True:
        try:
            waited = steps.send(winner)
        except StopIteration as end:
            return end.value
        tasks: Sequence[InlineTask] = [waited] if isinstance(waited, InlineTask) else waited
        await asyncio.wait({task.running for task in tasks}, return_when=asyncio.FIRST_COMPLETED)
        winner = next(task for task in tasks if task.is_completed)


def _written(orchestrator: FunctionBuilder) -> Callable[[InlineContext], Generator[Any, Any, Any]]:
    """The generator function itself, from what the blueprint's decorators left under its name."""
    registered: Any = orchestrator._function.get_user_function()  # pyright: ignore[reportPrivateUsage] - no public way
    return registered.orchestrator_function
