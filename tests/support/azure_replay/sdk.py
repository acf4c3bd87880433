"""One call of the real SDK, and how it numbered its tasks."""

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from azure.durable_functions import DurableOrchestrationContext, Orchestrator
from azure.durable_functions.models.actions.NoOpAction import NoOpAction
from azure.durable_functions.models.Task import AtomicTask, RetryAbleTask, TaskBase

from local.host import fast_replay
from tests.support.azure_replay.history import Event

# A quarter of a simulation's time; the tests of that module hold both ways to the same results.
fast_replay.install()

Identity = tuple[str, str | None, str | None]
"""What a number stands for: kind, name, input as JSON text."""

_KINDS = {
    "CallActivityAction": "activity",
    "CallActivityWithRetryAction": "activity",
    "CallSubOrchestratorAction": "sub-orchestration",
    "CallSubOrchestratorWithRetryAction": "sub-orchestration",
    "CreateTimerAction": "timer",
}
_FAILURE_LABEL = "\n\n$OutOfProcData$:"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the orchestrator function handed to the host in one episode.

    ``came_apart``: an exception without the state that normally stands in its text, so there are no actions to walk.
    """

    actions: list[dict[str, Any]] = field(default_factory=list)
    is_done: bool = False
    output: Any = None
    error: str | None = None
    custom_status: Any = None
    came_apart: bool = False
    numbered: dict[int, Identity] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


class _NumberedContext(DurableOrchestrationContext):
    """The SDK's context, which also remembers which task got which number."""

    def __init__(self, history: list[Event], **fields: Any) -> None:
        super().__init__(history=[first.row for first in history[:2]], **fields)
        # In each episode the SDK would parse every timestamp again, most of its time; the readings are made once here.
        self._histories = [each.for_sdk for each in history]
        self.numbered: dict[int, Identity] = {}

    def _add_to_open_tasks(self, task: TaskBase) -> None:
        before = cast("object", task.id)  # None until the SDK has numbered it, whatever its annotation says
        super()._add_to_open_tasks(task)
        if isinstance(task, AtomicTask) and before is None and isinstance(task.id, int):
            self.numbered[task.id] = _identity(task)


def _identity(task: AtomicTask) -> Identity:
    action = task.action_repr
    if isinstance(action, NoOpAction):
        if "timer" in (action.metadata or "") or not isinstance(task.parent, RetryAbleTask):
            return ("timer", None, None)
        action = task.parent.actions
    kind = _KINDS.get(type(action).__name__, type(action).__name__)
    return (
        kind,
        getattr(action, "function_name", None),
        getattr(action, "input_", None) or getattr(action, "_input", None),
    )


def ask(
    orchestrator: Callable[[DurableOrchestrationContext], Any],
    history: list[Event],
    *,
    instance_id: str,
    parent_instance_id: str | None,
    input_text: str | None,
) -> Answer:
    """Run ``orchestrator`` in the real SDK over ``history``."""
    context = _NumberedContext(
        history=history,
        input=input_text,
        instanceId=instance_id,
        isReplaying=False,
        parentInstanceId=parent_instance_id,
        upperSchemaVersion=1,
        upperSchemaVersionNew=2,
        longRunningTimerIntervalDuration="3.00:00:00",
        maximumShortTimerDuration="6.00:00:00",
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            state = json.loads(Orchestrator(orchestrator).handle(context))
        except Exception as error:  # noqa: BLE001 - the SDK reports failure by a bare Exception
            state = _failed_state(str(error) or str(type(error)))
    return Answer(
        actions=state["actions"][0] if state["actions"] else [],
        is_done=state["isDone"],
        output=state.get("output"),
        error=state.get("error"),
        custom_status=state.get("customStatus"),
        came_apart="schemaVersion" not in state,
        numbered=context.numbered,
        warnings=tuple(str(each.message) for each in caught if "duplicate Task completion" in str(each.message)),
    )


def _failed_state(text: str) -> dict[str, Any]:
    message, label, state = text.rpartition(_FAILURE_LABEL)
    if not label:
        return {"actions": [], "isDone": False, "error": text}
    return {**json.loads(state), "error": json.loads(state).get("error") or message}
