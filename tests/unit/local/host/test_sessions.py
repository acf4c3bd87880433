"""An orchestrator that is gone on with answers as one that is replayed, episode by episode; the real SDK is in both."""

import json
import random
from collections.abc import Callable, Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import azure.functions as func
import pytest
from azure.durable_functions.orchestrator import Orchestrator

from local.host.engine import clock, episodes, history
from local.host.engine.actions import Reply, parse_failure, parse_reply
from local.host.engine.model import Arrival, Execution, Kind, OpenTask, Outcome, Record, Status
from local.host.engine.sessions import IDLE_S, Session, Sessions

START = "2026-01-01T00:00:00.000000Z"
RETRY = df.RetryOptions(1000, 3)
Seen = list[tuple[str, bool, str, str]]
Flow = Callable[[Any], Generator[Any, Any, Any]]


def noting(context: Any, seen: Seen, step: str) -> None:
    """What an orchestrator can see of where it is."""
    seen.append((step, context.is_replaying, str(context.current_utc_datetime), context.new_uuid()))


def fan_out(context: Any, seen: Seen) -> Generator[Any, Any, Any]:
    calls = [context.call_activity("call", n) for n in range(4)]
    results = yield context.task_all(calls)
    noting(context, seen, f"all {results}")
    last = yield calls[0]  # a task that was yielded before
    context.set_custom_status({"last": last})
    return results


def race_in_rounds(context: Any, seen: Seen) -> Generator[Any, Any, Any]:
    pending = [context.call_activity("call", n) for n in range(5)]
    deadline = context.create_timer(context.current_utc_datetime + timedelta(seconds=5))
    ended: list[Any] = []
    while pending:
        winner = yield context.task_any([*pending, deadline])
        noting(context, seen, f"{len(ended)} ended")
        if winner is deadline:
            return ["late", ended]
        pending.remove(winner)
        ended.append(str(winner.result))
        context.set_custom_status({"done": len(ended)})
    deadline.cancel()
    noting(context, seen, "cancelled")
    return ended


def retries_beside_plain_calls(context: Any, seen: Seen) -> Generator[Any, Any, Any]:
    outcomes: list[Any] = []
    for n in range(3):
        try:
            outcomes.append((yield context.call_activity_with_retry("retried", RETRY, n)))
        except Exception as error:  # noqa: BLE001 - whatever the SDK raises for a failed activity
            outcomes.append(str(error)[:60])
        noting(context, seen, f"{n} ended")
    outcomes.append((yield context.call_sub_orchestrator("child", {"from": context.instance_id})))
    return outcomes


def two_in_either_order(context: Any, seen: Seen) -> Generator[Any, Any, Any]:
    first, second = context.call_activity("call", 1), context.call_activity("call", 2)
    yield context.task_any([first, second])
    noting(context, seen, "one")
    yield second
    noting(context, seen, "second")
    yield first
    noting(context, seen, "both")
    yield context.create_timer(context.current_utc_datetime + timedelta(days=10))
    noting(context, seen, "ten days later")
    raise ValueError("in the end")


def events_and_another_generation(context: Any, seen: Seen) -> Generator[Any, Any, Any]:
    go = context.wait_for_external_event("go")
    winner = yield context.task_any([go, context.call_activity("call", "x" * 20)])
    noting(context, seen, "event" if winner is go else "call")
    value = yield go
    noting(context, seen, f"{value}")
    context.continue_as_new({"again": value})


FLOWS = [fan_out, race_in_rounds, retries_beside_plain_calls, two_in_either_order, events_and_another_generation]


class Twice:
    """One orchestration whose every episode is replayed whole and gone on with; both must say the same."""

    def __init__(self, flow: Callable[[Any, Seen], Any], seed: int) -> None:
        self.chance = random.Random(seed)
        self.replayed: Seen = []
        self.resumed: Seen = []
        self.execution = Execution(Record("i", "e", "flow", None, Status.PENDING, START, START), None)
        self.sessions = Sessions()
        self.ended: Outcome | None = None
        self._now = clock.parse(START)
        self._replay = Orchestrator.create(lambda context: flow(context, self.replayed))
        self._handle = Orchestrator.create(lambda context: flow(context, self.resumed))
        self._event_raised = False

    def _tick(self) -> str:
        self._now += timedelta(milliseconds=10)
        return clock.timestamp(self._now)

    def arrival(self) -> Arrival | None:
        arrived = {arrival.seq for arrival in self.execution.inbox}
        waiting = [task for task in self.execution.open.values() if task.seq not in arrived]
        if not self._event_raised and (not waiting or self.chance.random() < 0.2):
            self._event_raised = True
            return Arrival("raised", history.event_raised(self._tick(), "go", '"now"'))
        return self._end_of(self.chance.choice(waiting)) if waiting else None

    def _end_of(self, task: OpenTask) -> Arrival:
        if task.kind is Kind.TIMER:
            self._now = max(self._now, clock.parse(task.fire_at or START))
            return Arrival("fired", history.timer_fired(self._tick(), task.seq, task.fire_at or START), task.seq)
        if self.chance.random() < 0.3:
            return Arrival("failed", history.task_failed(self._tick(), task.seq, "it failed", "trace"), task.seq)
        result = json.dumps([task.name, task.input])
        event = history.child_completed if task.kind is Kind.CHILD else history.task_completed
        return Arrival("completed", event(self._tick(), task.seq, result), task.seq)

    def episode(self) -> None:
        execution, at = self.execution, self._tick()
        batch = episodes.next_batch(execution)
        opening = episodes.opening(execution, batch, at)
        reply = None
        if execution.outcome is None:
            body = history.context_json(
                history=[*execution.history, *opening], raw_input=None, instance_id="i", parent_id=None
            )
            self.replayed.clear()
            whole = answer(lambda: parse_reply(self._replay(func.OrchestrationContext(body))))
            if execution.session is None:
                self.resumed.clear()
            before = len(self.resumed)
            reply = answer(lambda: self.sessions.call(execution, self._handle, opening, lambda: body))
            assert reply == whole
            # The replay went through the earlier steps once more and says so of them.
            assert self.resumed[before:] == self.replayed[before:]
        effects = episodes.apply(execution, batch, opening, reply, at, lambda *_: None)
        self.ended = effects.ended

    def run(self, loses: float) -> None:
        """Run to the end, losing the session before an episode by chance."""
        self.episode()
        for _ in range(200):
            if self.ended is not None:
                return
            for _ in range(self.chance.randint(1, 3)):
                if (arrival := self.arrival()) is not None:
                    self.execution.inbox.append(arrival)
            if self.chance.random() < loses:
                self.execution.session = None
            self.episode()
        raise AssertionError(f"it hangs with {self.execution.open}")


def answer(call: Callable[[], Reply]) -> Reply:
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - how the SDK reports a failed orchestration
        return parse_failure(error)


@pytest.mark.filterwarnings("ignore:Potential duplicate")  # the event, for those that do not wait for it
@pytest.mark.parametrize("loses", [0.0, 0.4])
@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.__name__)
def test_going_on_answers_what_a_replay_answers(flow: Callable[[Any, Seen], Any], loses: float) -> None:
    for seed in range(40):
        twice = Twice(flow, seed)
        twice.run(loses)
        assert twice.execution.session is None


def test_a_function_that_returns_at_once_needs_no_session() -> None:
    def at_once(context: Any, _seen: Seen) -> Any:
        return {"input": context.get_input()}

    twice = Twice(at_once, 1)
    twice.episode()
    assert twice.ended == Outcome(Status.COMPLETED, '{"input":null}')
    assert twice.execution.session is None


# -- how many are kept -------------------------------------------------------------------------------------------------


def waiting(name: str) -> Execution:
    return Execution(Record(name, f"{name}'s", "flow", None, Status.PENDING, START, START), None)


def called(sessions: Sessions, execution: Execution) -> list[str]:
    """Call an orchestrator that waits; return which histories it was called with."""
    asked: list[str] = []

    def flow(context: Any) -> Generator[Any, Any, Any]:
        while True:
            yield context.wait_for_external_event("more")

    def body() -> str:
        asked.append(execution.record.instance_id)
        return history.context_json(history=opening, raw_input=None, instance_id="i", parent_id=None)

    opening = episodes.opening(execution, [], START)
    sessions.call(execution, Orchestrator.create(flow), opening, body)
    return asked


def test_beyond_the_limit_functions_are_called_anew() -> None:
    sessions, (first, second, third) = Sessions(limit=2), map(waiting, ("first", "second", "third"))
    assert [called(sessions, each) for each in (first, second, third)] == [["first"], ["second"], ["third"]]
    assert [called(sessions, each) for each in (first, second, third)] == [[], [], ["third"]]


def test_what_has_ended_or_is_idle_makes_room() -> None:
    sessions, (first, second, third) = Sessions(limit=2), map(waiting, ("first", "second", "third"))
    for each in (first, second):
        called(sessions, each)
    first.closed = True  # terminated, or continued as new
    assert called(sessions, third) == ["third"]
    assert first.session is None
    assert called(sessions, third) == []
    assert isinstance(second.session, Session)
    second.session.used_at -= IDLE_S + 1
    fourth = waiting("fourth")
    assert [called(sessions, fourth), called(sessions, fourth)] == [["fourth"], []]
    assert second.session is None
