"""Parallel work in rounds: what the caller of each helper can rely on, and that Azure replays it faithfully."""

import os
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import azure.durable_functions as df
import pytest

from shared.orchestration import (
    Call,
    Failed,
    Late,
    Ok,
    Outcome,
    Patience,
    SubCall,
    gather_outcomes,
    rounds_of_task_all,
    settle,
)
from tests.support.azure_replay import Hangs, Invocation, Raises, Reply, Returns, random_script, replay
from tests.support.scripted_context import drive, in_turn

# Random schedules per helper; raise it to search longer than a test run may take.
SCHEDULES = int(os.environ.get("FANWISE_REPLAY_SCHEDULES", "400"))
SHARES = 4

Flow = Callable[[df.DurableOrchestrationContext], Any]


def shown(outcome: Outcome) -> Any:
    match outcome:
        case Ok(value):
            return value
        case Failed(text):
            return f"failed {text}"
        case Late():
            return "late"


def gathering(calls: list[Any], within_s: float | None = None, **options: Any) -> Flow:
    def flow(context: df.DurableOrchestrationContext) -> Any:
        until = None if within_s is None else context.current_utc_datetime + timedelta(seconds=within_s)
        outcomes = yield from gather_outcomes(context, calls, until=until, **options)
        return [shown(outcome) for outcome in outcomes]

    return flow


def rounds(calls: list[Any], **options: Any) -> Flow:
    def flow(context: df.DurableOrchestrationContext) -> Any:
        return (yield from rounds_of_task_all(context, calls, **options))

    return flow


PARTS = [Call("part", number) for number in range(3)]


def test_outcomes_come_in_the_order_of_the_calls() -> None:
    def script(invocation: Invocation) -> Reply:
        return Returns(invocation.input, after_s=5 - invocation.input)

    assert replay(gathering(PARTS), None, script).output == [0, 1, 2]


def test_all_calls_start_at_once() -> None:
    driven = drive(gathering(PARTS), None, {"part": 1})

    assert [call.started_at_s for call in driven.calls] == [0.0, 0.0, 0.0]


def test_no_calls_give_no_outcomes() -> None:
    assert drive(gathering([]), None, {}).output == []
    assert drive(rounds([]), None, {}).output == []


def test_a_failed_call_runs_again_in_the_next_round_alone() -> None:
    def only_the_second_run_of_1_is_well(invocation: Invocation) -> Reply:
        failed = invocation.input == 1 and invocation.attempt == 1
        return Raises("ValueError: no") if failed else Returns(invocation.input)

    run = replay(gathering(PARTS), None, only_the_second_run_of_1_is_well)

    assert run.output == [0, 1, 2]
    assert sorted(call.input for call in run.activity_calls) == [0, 1, 1, 2]


def test_a_call_that_keeps_failing_gives_its_last_failure_after_three_attempts() -> None:
    driven = drive(
        gathering([Call("part")]), None, {"part": in_turn(ValueError("a"), ValueError("b"), ValueError("c"))}
    )

    assert driven.output == ["failed Activity function 'part' failed:  ValueError: c \n scripted"]
    assert len(driven.calls) == 3


def test_a_failure_that_is_not_retriable_is_final() -> None:
    flow = gathering([Call("part")], retriable=lambda text: "Unavailable" in text)

    assert len(drive(flow, None, {"part": ValueError("Rejected")}).calls) == 1


def starts(driven_calls: Any) -> list[float]:
    return [round(call.started_at_s) for call in driven_calls]


def patient(left_s: float, attempts: int = 3, until_s: float | None = None) -> Flow:
    """Two calls one after the other that share their patience; returns what is left of it and the attempts of each."""

    def flow(context: df.DurableOrchestrationContext) -> Any:
        until = None if until_s is None else context.current_utc_datetime + timedelta(seconds=until_s)
        patience = Patience(left_s)
        tried: list[Any] = []
        for _ in range(2):
            (outcome,) = yield from gather_outcomes(
                context, [Call("part")], attempts=attempts, patience=patience, until=until
            )
            tried.append(outcome.attempts if isinstance(outcome, Failed) else outcome.value)
        return [round(patience.left_s), *tried]

    return flow


def test_patience_gives_further_rounds_until_it_is_spent() -> None:
    driven = drive(patient(30), None, {"part": ValueError("no")})

    assert driven.output == [0, 6, 3]
    pauses = [round(later - earlier) for earlier, later in pairwise(call.started_at_s for call in driven.calls)]
    assert pauses[:5] == [1, 2, 4, 8, 15]


def test_without_failures_patience_stays_whole() -> None:
    assert drive(patient(30), None, {"part": "fine"}).output == [30, "fine", "fine"]


def test_a_wait_that_patience_has_no_time_for_ends_the_rounds() -> None:
    driven = drive(patient(30, attempts=1), None, {"part": ValueError("retry_after_s=20.0")})

    assert driven.output == [10, 2, 1]


def test_no_round_of_patience_begins_after_the_deadline() -> None:
    driven = drive(patient(30, until_s=5), None, {"part": ValueError("no")})

    assert max(call.started_at_s for call in driven.calls) < 5


def test_a_call_whose_payload_is_a_text_is_told_its_attempt() -> None:
    call = Call("part", '{"a":1}', attempt_field="attempt")
    driven = drive(gathering([call]), None, {"part": in_turn(ValueError("no"), "fine")})

    assert driven.inputs_of("part") == [{"a": 1, "attempt": 1}, {"a": 1, "attempt": 2}]


def test_pauses_between_rounds_double() -> None:
    driven = drive(gathering([Call("part")], attempts=4, pause_s=10), None, {"part": ValueError("no")})

    assert starts(driven.calls) == [0, 10, 30, 70]


@pytest.mark.parametrize(
    "asks",
    [
        {"retry_after_s": 7},
        ValueError("429, retry_after_s=7.0"),
        ValueError('{"error": "throttled", "retry_after_s": 7}'),
    ],
    ids=["returned", "in the text", "in JSON in the text"],
)
@pytest.mark.parametrize("helper", [gathering, rounds])
def test_a_wait_that_a_call_asks_for_holds_the_next_round(asks: Any, helper: Callable[..., Flow]) -> None:
    driven = drive(helper([Call("part")]), None, {"part": in_turn(asks, "well")})

    assert driven.output == ["well"]
    assert starts(driven.calls) == [0, 7]


@pytest.mark.parametrize("asked", [31, 86_400, 1e300])
def test_a_wait_of_more_than_30_s_is_cut(asked: float) -> None:
    driven = drive(gathering([Call("part")]), None, {"part": in_turn({"retry_after_s": asked}, "well")})

    assert starts(driven.calls) == [0, 30]


def test_a_call_that_asks_to_wait_runs_again_whatever_is_retriable() -> None:
    flow = gathering([Call("part")], retriable=lambda _text: False)

    assert drive(flow, None, {"part": in_turn({"retry_after_s": 2}, "well")}).output == ["well"]


@pytest.mark.parametrize("field", ["soon", None, True, [1], -3])
def test_a_wait_that_is_no_number_of_seconds_never_delays_a_round(field: Any) -> None:
    driven = drive(gathering([Call("part")], attempts=2), None, {"part": {"retry_after_s": field}})

    assert driven.took_s < 3


def test_the_deadline_leaves_open_calls_late_and_keeps_what_came() -> None:
    def one_hangs(invocation: Invocation) -> Reply:
        return Returns(invocation.input, 300 if invocation.input == 1 else 1)

    run = replay(gathering(PARTS, within_s=5), None, one_hangs)

    assert run.output == [0, "late", 2]
    assert run.answered_at_s is not None
    assert run.answered_at_s < 12
    assert run.faults == ()


def test_no_round_starts_when_the_deadline_would_come_first() -> None:
    driven = drive(gathering([Call("part")], within_s=5, pause_s=10), None, {"part": ValueError("no")})

    assert len(driven.calls) == 1
    assert driven.output[0].startswith("failed ")


def test_a_call_that_never_ends_is_late_at_the_deadline() -> None:
    def reports(context: df.DurableOrchestrationContext) -> Any:
        outcomes = yield from gathering([Call("part")], within_s=5)(context)
        context.set_custom_status(outcomes)

    assert replay(reports, None, lambda _: Hangs()).custom_status_history == (["late"],)


def test_progress_moves_with_each_outcome_that_is_final() -> None:
    def flow(context: df.DurableOrchestrationContext) -> Any:
        def show(done: int, total: int) -> None:
            context.set_custom_status({"done": done, "total": total})

        yield from gather_outcomes(context, PARTS, on_progress=show)

    driven = drive(flow, None, {"part": in_turn(ValueError("no"), "well")})

    assert list(driven.custom_statuses) == [{"done": done, "total": 3} for done in (1, 2, 3)]


def test_a_sub_call_carries_its_instance_id() -> None:
    def whoami(context: df.DurableOrchestrationContext) -> Any:
        yield context.call_activity("part")
        return context.instance_id

    flow = gathering([SubCall("whoami", None, "mine"), SubCall("whoami")])

    mine, generated = drive(flow, None, {"part": 1}, orchestrators={"whoami": whoami}).output
    assert mine == "mine"
    assert generated not in ("mine", "", None)


def test_an_activity_can_be_told_which_attempt_it_is() -> None:
    flow = gathering([Call("part", {"chunk": 4}, attempt_field="attempt")])

    driven = drive(flow, None, {"part": ValueError("no")})

    assert driven.inputs_of("part") == [{"chunk": 4, "attempt": attempt} for attempt in (1, 2, 3)]


@pytest.mark.parametrize("helper", [gathering, rounds])
def test_fewer_than_one_attempt_is_refused(helper: Callable[..., Flow]) -> None:
    assert "attempts is 0" in (drive(helper(PARTS, attempts=0), None, {}).error or "")


def test_empty_results_are_fanned_out_again_alone() -> None:
    def empty_at_first(invocation: Invocation) -> Reply:
        return Returns([] if invocation.input == 1 and invocation.attempt < 3 else [invocation.input])

    run = replay(rounds(PARTS), None, empty_at_first)

    assert run.output == [[0], [1], [2]]
    assert sorted(call.input for call in run.activity_calls) == [0, 1, 1, 1, 2]


def test_a_call_that_stays_empty_or_fails_leaves_its_place_empty() -> None:
    def script(invocation: Invocation) -> Reply:
        return [Returns([]), Raises("ValueError: no"), Returns([2])][invocation.input]

    assert replay(rounds(PARTS), None, script).output == [[], None, [2]]


def test_what_counts_as_empty_can_be_told() -> None:
    flow = rounds([Call("part")], is_empty=lambda result: result == "nothing")

    assert drive(flow, None, {"part": in_turn("nothing", 0)}).output == [0]


def one_more(context: df.DurableOrchestrationContext) -> Any:
    """An action after the helper: only then would a number that went astray show."""
    return (yield context.call_activity("after", 0))


def settles_then_goes_on(context: df.DurableOrchestrationContext) -> Any:
    tasks = [context.call_activity("part", number) for number in range(3)]
    tasks += [context.call_sub_orchestrator("child", number) for number in range(2)]
    until = context.current_utc_datetime + timedelta(seconds=4 + (context.get_input() % 7))
    yield from settle(context, tasks, until)
    results = [task.result if task.is_completed and not isinstance(task.result, Exception) else None for task in tasks]
    last = yield from gather_outcomes(context, [Call("after", 0)])
    return [results, [shown(outcome) for outcome in last]]


def gathers_then_goes_on(context: df.DurableOrchestrationContext) -> Any:
    seed = context.get_input()
    calls = [*(Call("part", number) for number in range(seed % 5)), SubCall("child", 0), SubCall("child", 1)]
    until = context.current_utc_datetime + timedelta(seconds=seed % 30) if seed % 3 else None
    first = yield from gather_outcomes(context, calls, until=until)
    last = yield from gather_outcomes(context, [Call("after", 0)])
    return [[shown(outcome) for outcome in outcomes] for outcomes in (first, last)]


def rounds_then_goes_on(context: df.DurableOrchestrationContext) -> Any:
    calls = [Call("part", number) for number in range(1 + context.get_input() % 5)]
    first = yield from rounds_of_task_all(context, calls)
    last = yield from gather_outcomes(context, [Call("after", 0)])
    return [first, [shown(outcome) for outcome in last]]


def is_own_result(got: Any, asked: list[Any]) -> bool:
    """Whether a place holds what its own call handed back, if anything."""
    return got in (asked, None, "late") or str(got).startswith("failed ")


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("flow", [settles_then_goes_on, gathers_then_goes_on, rounds_then_goes_on])
def test_azure_replays_it_faithfully_under_any_schedule(flow: Flow, share: int) -> None:
    for seed in range(share, SCHEDULES, SHARES):
        script = random_script(seed, failure_rate=(0.05, 0.3, 0.7)[seed % 3])

        run = replay(flow, seed, script, seed, "single" if seed % 2 else "batched")

        assert (seed, run.status, run.faults) == (seed, "Completed", ())
        first, last = run.output
        asked = [[call.name, call.input] for call in run.activity_calls if call.attempt == 1]
        assert all(is_own_result(got, call) for got, call in zip(first, asked[: len(first)], strict=True))
        assert is_own_result(last[0], ["after", 0])
