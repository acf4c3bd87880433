"""Sequence numbers and episodes: the real SDK's replay against the engine's bookkeeping, without a host."""

import json
import random
import warnings
from collections.abc import Callable, Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import azure.functions as func
import pytest
from azure.durable_functions.orchestrator import Orchestrator

from local.host.engine import clock, episodes, history
from local.host.engine.actions import parse_failure, parse_reply
from local.host.engine.model import Arrival, Execution, Kind, OpenTask, Outcome, Record, Retry, Status

START = "2026-01-01T00:00:00.000000Z"
Flow = Callable[[Any], Generator[Any, Any, Any]]


class Simulation:
    """The engine's episodes with a scripted outside world: every activity returns its input, or fails by chance."""

    def __init__(self, flow: Flow, seed: int, failure_rate: float = 0.0, refused: frozenset[str] = frozenset()) -> None:
        self._call = Orchestrator.create(flow)
        self._chance = random.Random(seed)
        self._failure_rate = failure_rate
        self._refused = refused
        self._now = clock.parse(START)
        self.execution = Execution(Record("i", "e", "flow", None, Status.PENDING, START, START), None)
        self.stored: list[str] = []
        self.ended: Outcome | None = None

    def _tick(self) -> str:
        self._now += timedelta(milliseconds=10)
        return clock.timestamp(self._now)

    def _end_of(self, task: OpenTask) -> Arrival:
        at = self._tick()
        if task.kind is Kind.TIMER:
            self._now = max(self._now, clock.parse(task.fire_at or START))
            return Arrival("fired", history.timer_fired(self._tick(), task.seq, task.fire_at or ""), task.seq)
        if self._chance.random() < self._failure_rate:
            return Arrival("failed", history.task_failed(at, task.seq, f"failed: {task.input}", ""), task.seq)
        return Arrival("completed", history.task_completed(at, task.seq, task.input), task.seq)

    def _episode(self) -> None:
        execution, at = self.execution, self._tick()
        batch = episodes.next_batch(execution)
        opening = episodes.opening(execution, batch, at)
        reply = None
        if execution.outcome is None:
            events = [*execution.history, *opening]
            body = history.context_json(history=events, raw_input=None, instance_id="i", parent_id=None)
            try:
                reply = parse_reply(self._call(func.OrchestrationContext(body)))
            except Exception as error:  # noqa: BLE001 - how the SDK reports a failure
                reply = parse_failure(error)
        effects = episodes.apply(execution, batch, opening, reply, at, self._refusal)
        execution.inbox.extendleft(reversed(effects.arrivals))
        self.stored.append(effects.chunk)
        self.ended = effects.ended

    def _refusal(self, _execution: Execution, task: OpenTask) -> str | None:
        return "refused" if task.name in self._refused else None

    def run(self, hold_back: float = 0.0) -> Any:
        """Run to the end; ``hold_back``: chance that an arrival waits for others, as under a suspend."""
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message="Potential duplicate")
            self._episode()
            for _ in range(2000):
                if self.ended is not None:
                    return self.ended
                arrived = {arrival.seq for arrival in self.execution.inbox}
                waiting = [task for task in self.execution.open.values() if task.seq not in arrived]
                if waiting:
                    self.execution.inbox.append(self._end_of(self._chance.choice(waiting)))
                if not waiting or self._chance.random() >= hold_back:
                    self._episode()
            raise AssertionError(f"it hangs with {self.execution.open}")

    def output(self, hold_back: float = 0.0) -> Any:
        ended = self.run(hold_back)
        assert ended.status is Status.COMPLETED, ended
        return json.loads(ended.value)

    def scheduled(self) -> list[tuple[int, int]]:
        """Type and number of everything scheduled, in order."""
        events = [event for chunk in self.stored for event in json.loads(f"[{chunk}]")]
        return [(event["EventType"], event["EventId"]) for event in events if event["EventType"] in (4, 7, 10)]


def mixed(context: Any) -> Generator[Any, Any, Any]:
    """Retries, plain calls, timers and follow-up calls in one race; every result says which call it belongs to."""
    retry = df.RetryOptions(1000, 3)
    names: dict[Any, str] = {}
    for n in range(4):
        names[context.call_activity_with_retry("retried", retry, f"retried {n}")] = f"retried {n}"
        names[context.call_activity("plain", f"plain {n}")] = f"plain {n}"
    names[context.create_timer(context.current_utc_datetime + timedelta(seconds=1))] = "timer"
    pending, wrong = list(names), []
    while pending:
        winner = yield context.task_any(pending)
        pending.remove(winner)
        name = names[winner]
        if isinstance(winner.result, Exception):
            if name not in str(winner.result):
                wrong.append((name, str(winner.result)))
        elif name != "timer" and winner.result != name:
            wrong.append((name, winner.result))
        if not name.startswith("follow"):
            follow = context.call_activity("plain", f"follow {name}")
            names[follow] = f"follow {name}"
            pending.append(follow)
    return wrong


@pytest.mark.parametrize("hold_back", [0.0, 0.6])
@pytest.mark.parametrize("failure_rate", [0.0, 0.4])
def test_every_result_reaches_its_own_task_whatever_the_schedule(hold_back: float, failure_rate: float) -> None:
    for seed in range(10):
        assert Simulation(mixed, seed, failure_rate).output(hold_back) == []


def test_numbers_follow_the_order_of_yields() -> None:
    def flow(context: Any) -> Generator[Any, Any, Any]:
        yield context.call_activity("a", 1)
        first = context.call_activity("b", 2)
        yield context.task_any(
            [context.task_all([first, context.call_activity("c", 3)]), context.call_activity("d", 4)]
        )
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=1))
        yield context.call_sub_orchestrator("child", 5)

    simulation = Simulation(flow, seed=1)
    simulation.run()
    assert simulation.scheduled() == [(4, 0), (4, 1), (4, 2), (4, 3), (10, 4), (7, 5)]


def test_failed_attempt_takes_numbers_for_its_timer_and_the_next_attempt() -> None:
    def flow(context: Any) -> Generator[Any, Any, Any]:
        try:
            yield context.call_activity_with_retry("a", df.RetryOptions(1000, 2), 1)
        except Exception as error:  # noqa: BLE001
            yield context.call_activity("b", str(error))
        return "caught"

    simulation = Simulation(flow, seed=1, failure_rate=1.0)
    ended = simulation.run()
    # attempt, its timer, attempt, the timer after the last one, and only then what comes after
    assert simulation.scheduled() == [(4, 0), (10, 1), (4, 2), (10, 3), (4, 4)]
    assert ended.status is Status.FAILED


def test_task_that_is_never_yielded_is_never_scheduled() -> None:
    def flow(context: Any) -> Generator[Any, Any, Any]:
        context.call_activity("never", 1)
        return (yield context.call_activity("a", 2))

    simulation = Simulation(flow, seed=1)
    assert simulation.output() == 2
    assert simulation.scheduled() == [(4, 0)]


def test_cancelled_timer_closes_and_does_not_hold_the_end() -> None:
    def flow(context: Any) -> Generator[Any, Any, Any]:
        timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
        call = context.call_activity("a", 1)
        while (yield context.task_any([timer, call])) is timer:
            return "timer first"
        timer.cancel()
        return "cancelled"

    outputs = {Simulation(flow, seed).output() for seed in range(8)}
    assert outputs == {"timer first", "cancelled"}


def test_refused_call_fails_at_once_like_a_failed_activity() -> None:
    def flow(context: Any) -> Generator[Any, Any, Any]:
        try:
            yield context.call_activity("missing", 1)
        except Exception as error:  # noqa: BLE001
            return str(error)

    text = Simulation(flow, seed=1, refused=frozenset({"missing"})).output()
    assert text.startswith("Activity function 'missing' failed: refused")


def test_completions_are_batched_unless_a_retry_is_open() -> None:
    execution = Execution(Record("i", "e", "flow", None, Status.RUNNING, START, START), None)
    execution.open[0] = OpenTask(0, Kind.ACTIVITY)
    execution.inbox.extend([Arrival("completed", "{}", 0), Arrival("raised", "{}")])
    assert len(episodes.next_batch(execution)) == 2

    execution.open[1] = OpenTask(1, Kind.ACTIVITY, retry=Retry(3, 1000))
    execution.inbox.extend([Arrival("completed", "{}", 0), Arrival("raised", "{}")])
    assert len(episodes.next_batch(execution)) == 1
    assert len(execution.inbox) == 1


def test_continue_as_new_carries_its_input_as_json_text() -> None:
    def flow(context: Any) -> Generator[Any, Any, Any]:
        yield context.call_activity("a", 1)
        context.continue_as_new({"round": 2})

    ended = Simulation(flow, seed=1).run()
    assert (ended.status, json.loads(json.loads(ended.value))) == (Status.CONTINUED_AS_NEW, {"round": 2})
