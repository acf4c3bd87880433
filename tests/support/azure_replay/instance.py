"""One orchestration instance in the model: its history, its episodes, and what looks wrong in them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.azure_replay.history import COMPLETIONS, Event, Kind, event
from tests.support.azure_replay.sdk import Answer, ask
from tests.support.azure_replay.walk import Action, NonDeterministic, Walk

NON_DETERMINISTIC = "Non-Deterministic workflow detected"


@dataclass
class Instance:
    """``parent`` is the parent and the id under which it waits. ``input_text`` is JSON, as the SDK wants it."""

    id: str
    name: str
    orchestrator: Callable[..., Any]
    input_text: str
    parent: tuple["Instance", int] | None = None
    status: str = "Running"
    output: Any = None
    error: str | None = None
    answered_at_s: float | None = None
    custom_statuses: list[Any] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    inbox: list[Event] = field(default_factory=list)
    is_awake: bool = False
    generation: int = 1
    history: list[Event] = field(default_factory=list)
    _actions: list[dict[str, Any]] = field(default_factory=list)

    def run_episode(self, messages: list[Event], now_s: float) -> list[Action]:
        """Replay with ``messages`` as the new events and return the work that this episode schedules."""
        self.history += [event(Kind.ORCHESTRATOR_STARTED, now_s), *messages]
        walk = Walk(self._ask)
        try:
            walk.run(self.history)
        except NonDeterministic as found:
            status, reason = "NonDeterministic", f"{NON_DETERMINISTIC}: {found}"
            if walk.answer.came_apart:
                status, reason = "Failed", f"the SDK came apart: {walk.answer.error}"
            self._end(status, now_s, error=reason)
            self.faults.append(reason)
            return []
        self._inspect(walk, now_s)
        scheduled = walk.new_actions
        self.history += [_created(action, now_s) for action in scheduled]
        self.history.append(event(Kind.ORCHESTRATOR_COMPLETED, now_s))
        if walk.has_ended:
            self._finish(walk, now_s)
        return [] if self.status != "Running" else scheduled

    def _ask(self) -> Answer:
        return ask(
            self.orchestrator,
            self.history,
            instance_id=self.id,
            parent_instance_id=self.parent[0].id if self.parent else None,
            input_text=self.input_text,
        )

    def _inspect(self, walk: Walk, now_s: float) -> None:
        """Record the status and whatever shows that host and SDK do not mean the same."""
        answer = walk.answer
        if answer.custom_status and answer.custom_status != (self.custom_statuses or [None])[-1]:
            self.custom_statuses.append(answer.custom_status)
        if self.answered_at_s is None and (answer.is_done or answer.error):
            self.answered_at_s = now_s
        reported = [{**action, "isCanceled": None} for action in _flat(answer.actions)]
        if reported[: len(self._actions)] != self._actions:
            self.faults.append("the orchestrator did not repeat the actions that it had reported before")
        self._actions = reported
        for row in self.history:
            if row.kind in COMPLETIONS:
                self._inspect_delivery(walk, row.completes)
        for warning in answer.warnings:
            self.faults.append(f"the SDK warned: {warning}")

    def _inspect_delivery(self, walk: Walk, number: int) -> None:
        meant, taken = walk.numbered.get(number), walk.answer.numbered.get(number)
        if meant is not None and taken is not None and meant.identity != taken:
            fault = f"the result of {meant.identity} was delivered to {taken} as number {number}"
            if fault not in self.faults:
                self.faults.append(fault)

    def _finish(self, walk: Walk, now_s: float) -> None:
        answer = walk.answer
        if answer.error is not None:
            self._end("Failed", now_s, error=f"Orchestrator function '{self.name}' failed: {answer.error}")
        elif walk.continue_as_new is not None:
            self.input_text = walk.continue_as_new
            self.generation += 1
            self.history, self._actions, self.answered_at_s = [], [], None
        elif answer.is_done:
            self._end("Completed", now_s, output=answer.output)
        else:
            self._end("Completed", now_s)
            self.faults.append("the host ran out of actions before the orchestrator returned")

    def _end(self, status: str, now_s: float, *, output: Any = None, error: str | None = None) -> None:
        self.status, self.output, self.error = status, output, error
        self.answered_at_s = now_s if self.answered_at_s is None else self.answered_at_s


def execution_started(instance: Instance, at_s: float) -> Event:
    return event(Kind.EXECUTION_STARTED, at_s, Name=instance.name, Version=None, Input=json.dumps(instance.input_text))


def _created(action: Action, at_s: float) -> Event:
    match action.kind:
        case "activity":
            return event(
                Kind.TASK_SCHEDULED, at_s, action.id, Name=action.name, Version=None, Input=f"[{action.input}]"
            )
        case "sub-orchestration":
            return event(Kind.CHILD_CREATED, at_s, action.id, Name=action.name, InstanceId=action.instance_id)
        case _:
            return event(Kind.TIMER_CREATED, at_s, action.id, FireAt=str(action.fire_at_s))


def _flat(actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leaves of the action list in order: what was reported, whatever was cancelled since."""
    leaves: list[dict[str, Any]] = []
    for action in actions:
        children = action.get("compoundActions")
        leaves += _flat(children) if children is not None else [action]
    return leaves
