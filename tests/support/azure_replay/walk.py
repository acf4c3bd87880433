"""How Azure's host replays one instance: it walks the reported actions in order and numbers them by itself.

After the extension's ``OutOfProcOrchestrationShim`` and DurableTask.Core's ``TaskOrchestrationContext`` and
``RetryInterceptor``. The host does not see which task the generator waits for. It schedules an action, waits for it,
swallows its failure and goes on to the next; history must then agree with the numbers it gave out.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from tests.support.azure_replay.history import Event, Kind, seconds
from tests.support.azure_replay.promises import Promise, TaskFailure, all_of, first_of, start
from tests.support.azure_replay.sdk import Answer, Identity


class NonDeterministic(Exception):
    """History holds an action that this replay did not come to."""


@dataclass(frozen=True, slots=True)
class Action:
    """Work that the host has numbered. ``fire_at_s`` for timers, ``instance_id`` for sub-orchestrations."""

    id: int
    kind: str
    name: str | None = None
    input: str | None = None
    fire_at_s: float = 0.0
    instance_id: str | None = None

    @property
    def identity(self) -> Identity:
        return (self.kind, self.name, self.input)


_CREATED = {
    Kind.TASK_SCHEDULED: "activity",
    Kind.CHILD_CREATED: "sub-orchestration",
    Kind.TIMER_CREATED: "timer",
}


class Walk:
    """One replay of an instance from its first event.

    After ``run``: ``new_actions`` are what this episode schedules, ``has_ended`` says whether the walk came to its end
    with nothing open, ``continue_as_new`` is the next generation's input (as JSON text) when one was asked for.
    """

    def __init__(self, ask: Callable[[], Answer]) -> None:
        self._ask = ask
        self._next_id = 0
        self._clock_s = 0.0
        self._unconfirmed: dict[int, Action] = {}
        self._open: dict[int, Promise] = {}
        self._event_waits: defaultdict[str, list[Promise]] = defaultdict(list)
        self._early_events: defaultdict[str, deque[Any]] = defaultdict(deque)
        self._walking: Promise | None = None
        self.numbered: dict[int, Action] = {}
        self.answer = Answer()
        self.continue_as_new: str | None = None

    def run(self, history: list[Event]) -> None:
        """Replay ``history``.

        Raises:
            NonDeterministic: A recorded action is not among those of this replay.
        """
        for event in history:
            self._process(event)

    @property
    def new_actions(self) -> list[Action]:
        return [self._unconfirmed[number] for number in sorted(self._unconfirmed)]

    @property
    def has_ended(self) -> bool:
        return self._walking is not None and self._walking.done and not self._open

    def _process(self, event: Event) -> None:
        match event.kind:
            case Kind.ORCHESTRATOR_STARTED:
                self._clock_s = max(self._clock_s, event.at_s)
            case Kind.EXECUTION_STARTED:
                self.answer = self._ask()
                self._walking = start(self._walk())
            case Kind.TASK_SCHEDULED | Kind.CHILD_CREATED | Kind.TIMER_CREATED:
                self._confirm(event)
            case Kind.TASK_COMPLETED | Kind.CHILD_COMPLETED | Kind.TIMER_FIRED:
                self._settle(event, None)
            case Kind.TASK_FAILED | Kind.CHILD_FAILED:
                self._settle(event, TaskFailure(event.row["Reason"]))
            case Kind.EVENT_RAISED:
                self._raise_event(event.row["Name"])
            case Kind.ORCHESTRATOR_COMPLETED:
                pass

    def _confirm(self, event: Event) -> None:
        planned = self._unconfirmed.pop(event.id, None)
        kind = _CREATED[event.kind]
        name = event.row.get("Name")
        if planned is None or planned.kind != kind or (kind != "timer" and planned.name != name):
            found = f"{planned.kind} {planned.name}" if planned else "nothing"
            raise NonDeterministic(f"history has {kind} {name} as action {event.id}, this replay has {found}")

    def _settle(self, event: Event, failure: TaskFailure | None) -> None:
        promise = self._open.pop(event.completes, None)
        if promise is None:
            return  # a cancelled timer that fired all the same, or a second completion
        if failure is None:
            promise.resolve()
        else:
            promise.reject(failure)

    def _raise_event(self, name: str) -> None:
        waits = self._event_waits[name]
        if waits:
            waits.pop().resolve()
        else:
            self._early_events[name].append(None)

    async def _walk(self) -> None:
        for action in self.answer.actions:
            try:
                await self._invoke(action)
            except TaskFailure:
                continue  # the generator sees the failure in history and decides itself

    def _invoke(self, action: dict[str, Any]) -> Promise:
        kind = action["actionType"]
        match kind:
            case 0 | 2:
                return self._schedule(_KIND_OF_CALL[kind], action)
            case 1 | 3:
                return start(self._retry(_KIND_OF_CALL[kind], action))
            case 4:
                self.continue_as_new = action["input"]
                done = Promise()
                done.resolve()
                return done
            case 5:
                return self._timer(seconds(action["fireAt"]), cancelled=action["isCanceled"])
            case 6:
                return self._wait_for_event(action["externalEventName"])
            case 11:
                return first_of([self._invoke(child) for child in action["compoundActions"]])
            case 12:
                return all_of([self._invoke(child) for child in action["compoundActions"]])
            case _:
                raise NotImplementedError(f"the model of Azure's replay does not know action type {kind}")

    async def _retry(self, kind: str, action: dict[str, Any]) -> Coroutine[Promise, None, Any]:
        options = action["retryOptions"]
        for attempt in range(1, options["maxNumberOfAttempts"] + 1):
            try:
                return await self._schedule(kind, action)
            except TaskFailure:
                # DurableTask.Core waits after the last attempt too, and only then finds that there is none left.
                await self._timer(self._clock_s + options["firstRetryIntervalInMilliseconds"] / 1000)
                if attempt == options["maxNumberOfAttempts"]:
                    raise
        raise TaskFailure("no attempt was allowed")

    def _schedule(self, kind: str, action: dict[str, Any]) -> Promise:
        return self._number(kind, action["functionName"], action["input"], instance_id=action.get("instanceId"))

    def _timer(self, fire_at_s: float, *, cancelled: bool = False) -> Promise:
        promise = self._number("timer", fire_at_s=fire_at_s)
        if cancelled:
            # The number is taken and the timer is still recorded; it only no longer holds anything up.
            del self._open[self._next_id - 1]
            promise.reject(TaskFailure("the timer was cancelled"))
        return promise

    def _number(self, kind: str, name: str | None = None, input_text: str | None = None, **more: Any) -> Promise:
        action = Action(self._next_id, kind, name, input_text, **more)
        promise = Promise()
        self._unconfirmed[action.id] = self.numbered[action.id] = action
        self._open[action.id] = promise
        self._next_id += 1
        return promise

    def _wait_for_event(self, name: str) -> Promise:
        promise = Promise()
        early = self._early_events[name]
        if early:
            promise.resolve(early.popleft())
        else:
            self._event_waits[name].append(promise)
        return promise


_KIND_OF_CALL = {0: "activity", 1: "activity", 2: "sub-orchestration", 3: "sub-orchestration"}
