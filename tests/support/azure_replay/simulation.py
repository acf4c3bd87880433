"""The world around the instances: a clock, what runs, and when its completions reach whom."""

import heapq
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from azure.functions.decorators.function_app import FunctionBuilder

from tests.support.azure_replay.history import Event, Kind, event
from tests.support.azure_replay.instance import Instance, execution_started
from tests.support.azure_replay.script import Hangs, Invocation, Raises, Script
from tests.support.azure_replay.walk import Action

Batching = Literal["single", "batched"]

# An orchestrator that polls for ever would keep the simulation going; no real one here comes near.
MAX_EPISODES = 20_000


@dataclass(frozen=True, slots=True)
class ActivityCall:
    """One run as the world saw it."""

    kind: str
    name: str
    input: Any
    attempt: int
    started_at_s: float


@dataclass(frozen=True, slots=True)
class Run:
    """How it went.

    ``status`` is Completed, Failed, NonDeterministic or Stuck. ``faults`` says what Azure would have got wrong, also
    when the status looks fine; a sound orchestrator has none under any schedule. ``answered_at_s`` is when the
    orchestrator function returned, ``ended_at_s`` when the instance did.
    """

    status: str
    output: Any
    error: str | None
    faults: tuple[str, ...]
    custom_status_history: tuple[Any, ...]
    activity_calls: tuple[ActivityCall, ...]
    answered_at_s: float | None
    ended_at_s: float
    episodes: int


def user_function(builder: FunctionBuilder | Callable[..., Any]) -> Callable[..., Any]:
    """The function as written, from what a blueprint's decorators left under its name."""
    if not isinstance(builder, FunctionBuilder):
        return builder
    registered = builder._function.get_user_function()  # pyright: ignore[reportPrivateUsage] - `build()` would validate
    for written in ("orchestrator_function", "client_function"):
        registered = getattr(registered, written, registered)
    return registered


def replay(
    orchestrator: FunctionBuilder | Callable[..., Any],
    input: Any,  # noqa: A002 - the word that Durable Functions uses
    script: Script,
    seed: int = 0,
    batching: Batching = "batched",
    *,
    orchestrators: Mapping[str, FunctionBuilder | Callable[..., Any]] | None = None,
    events: Sequence[tuple[float, str, Any]] = (),
) -> Run:
    """Run ``orchestrator`` on ``input`` as Azure would, with the real SDK and ``script`` for the outside world.

    ``single`` delivers one completion per episode, ``batched`` several when they lie close together. Sub-orchestrations
    named in ``orchestrators`` are replayed in the same way; others are left to the script. ``events`` are external
    events for the root instance, ``(seconds, name, value)``. The same arguments give the same run.
    """
    world = _World(script, random.Random(seed), batching, orchestrators or {})
    root = world.start(
        "root", getattr(user_function(orchestrator), "__name__", "root"), orchestrator, json.dumps(input)
    )
    for at_s, name, value in events:
        world.send(root, at_s, event(Kind.EVENT_RAISED, at_s, Name=name, Input=json.dumps(value)))
    world.run_until_ended(root)
    return world.report(root)


class _World:
    def __init__(
        self,
        script: Script,
        chance: random.Random,
        batching: Batching,
        orchestrators: Mapping[str, FunctionBuilder | Callable[..., Any]],
    ) -> None:
        self._script, self._chance, self._batching = script, chance, batching
        self._orchestrators = {name.lower(): written for name, written in orchestrators.items()}
        self._queue: list[tuple[float, float, int, Callable[[], None]]] = []
        self._sent = 0
        self._now_s = 0.0
        self._episodes = 0
        self._instances: list[Instance] = []
        self._calls: list[ActivityCall] = []
        self._attempts: Counter[tuple[str, str, str]] = Counter()

    def start(
        self,
        instance_id: str,
        name: str,
        orchestrator: FunctionBuilder | Callable[..., Any],
        input_text: str,
        parent: tuple[Instance, int] | None = None,
    ) -> Instance:
        instance = Instance(instance_id, name, user_function(orchestrator), input_text, parent)
        self._instances.append(instance)
        self.send(instance, self._now_s, execution_started(instance, self._now_s))
        return instance

    def send(self, instance: Instance, at_s: float, message: Event) -> None:
        """Let ``message`` reach ``instance`` at ``at_s``. Completions of an earlier generation are dropped."""
        generation = instance.generation

        def arrive() -> None:
            is_late = instance.generation != generation and message.kind is not Kind.EVENT_RAISED
            if instance.status != "Running" or is_late:
                return
            instance.inbox.append(message)
            if not instance.is_awake:
                instance.is_awake = True
                pause_s = self._chance.choice([0.0, 0.0, 0.05, 0.5, 3.0]) if self._batching == "batched" else 0.0
                self._at(self._now_s + pause_s, lambda: self._wake(instance))

        self._at(at_s, arrive)

    def run_until_ended(self, root: Instance) -> None:
        while self._queue and root.status == "Running":
            self._now_s, _, _, act = heapq.heappop(self._queue)
            act()
        if root.status == "Running":
            root.status = "Stuck"
            root.faults.append("the instance stays Running: nothing that it waits for will ever come")

    def report(self, root: Instance) -> Run:
        faults = [f"{each.id}: {fault}" for each in self._instances for fault in each.faults]
        return Run(
            root.status,
            root.output,
            root.error,
            tuple(faults),
            tuple(root.custom_statuses),
            tuple(self._calls),
            root.answered_at_s,
            self._now_s,
            self._episodes,
        )

    def _at(self, at_s: float, act: Callable[[], None]) -> None:
        # Among things of the same moment chance decides, as it does among machines.
        self._sent += 1
        heapq.heappush(self._queue, (at_s, self._chance.random(), self._sent, act))

    def _wake(self, instance: Instance) -> None:
        self._episodes += 1
        if self._episodes > MAX_EPISODES:
            raise RuntimeError(f"more than {MAX_EPISODES} episodes; the orchestrator does not come to an end")
        # The start of an execution comes first, also when an event was raised before it was picked up.
        instance.inbox.sort(key=lambda message: message.kind is not Kind.EXECUTION_STARTED)
        taken = 1 if self._batching == "single" else len(instance.inbox)
        messages, instance.inbox = instance.inbox[:taken], instance.inbox[taken:]
        generation = instance.generation
        for action in instance.run_episode(messages, self._now_s):
            self._carry_out(instance, action)
        if instance.generation != generation:
            instance.inbox = []
            self.send(instance, self._now_s, execution_started(instance, self._now_s))
        instance.is_awake = bool(instance.inbox) and instance.status == "Running"
        if instance.is_awake:
            self._at(self._now_s, lambda: self._wake(instance))
        if instance.status != "Running" and instance.parent is not None:
            self._tell_parent(instance, *instance.parent)

    def _carry_out(self, instance: Instance, action: Action) -> None:
        if action.kind == "timer":
            at_s = max(self._now_s, action.fire_at_s)
            self.send(instance, at_s, event(Kind.TIMER_FIRED, at_s, TimerId=action.id, FireAt=str(action.fire_at_s)))
            return
        written = self._orchestrators.get((action.name or "").lower())
        if action.kind == "sub-orchestration" and written is not None:
            child_id = action.instance_id or f"{instance.id}.{instance.generation}:{action.id}"
            self.start(child_id, action.name or "", written, action.input or "null", (instance, action.id))
            return
        self._carry_out_by_script(instance, action)

    def _carry_out_by_script(self, instance: Instance, action: Action) -> None:
        kind, name, text = action.kind, action.name or "", action.input or "null"
        self._attempts[kind, name, text] += 1
        attempt = self._attempts[kind, name, text]
        payload = json.loads(text)
        self._calls.append(ActivityCall(kind, name, payload, attempt, self._now_s))
        reply = self._script(
            Invocation("activity" if kind == "activity" else "sub-orchestration", name, payload, attempt)
        )
        if isinstance(reply, Hangs):
            return
        at_s = self._now_s + reply.after_s
        is_activity = kind == "activity"
        if isinstance(reply, Raises):
            failed = Kind.TASK_FAILED if is_activity else Kind.CHILD_FAILED
            what = "Activity" if is_activity else "Orchestrator"
            reason = f"{what} function '{name}' failed:  {reply.error}"
            message = event(failed, at_s, TaskScheduledId=action.id, Reason=reason, Details="scripted")
        else:
            ended = Kind.TASK_COMPLETED if is_activity else Kind.CHILD_COMPLETED
            message = event(ended, at_s, TaskScheduledId=action.id, Result=json.dumps(reply.value))
        self.send(instance, at_s, message)

    def _tell_parent(self, child: Instance, parent: Instance, number: int) -> None:
        if child.status == "Completed":
            result = json.dumps(child.output)
            message = event(Kind.CHILD_COMPLETED, self._now_s, TaskScheduledId=number, Result=result)
        else:
            reason, details = child.error, child.status
            message = event(Kind.CHILD_FAILED, self._now_s, TaskScheduledId=number, Reason=reason, Details=details)
        self.send(parent, self._now_s, message)
