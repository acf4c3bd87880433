"""The model fails what Azure fails and passes what Azure passes: only then does its verdict mean anything."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.azure_replay import Invocation, Raises, Reply, Returns, Run, random_script, replay
from tests.support.azure_replay import patterns as written

SCHEDULES = 60


def runs_of(pattern: Callable[..., Any], failure_rate: float = 0.35) -> Iterator[Run]:
    for seed in range(SCHEDULES):
        script = random_script(seed, failure_rate=failure_rate)
        yield replay(pattern, None, script, seed, "single" if seed % 2 else "batched")


def was_retried(run: Run) -> bool:
    return any(call.attempt > 1 for call in run.activity_calls)


@pytest.mark.parametrize(
    "pattern",
    [written.any_over_retries, written.retry_against_timer, written.all_of_retries_against_timer],
    ids=lambda pattern: pattern.__name__,
)
def test_leaving_a_wait_while_a_retry_is_open_is_non_deterministic(pattern: Callable[..., Any]) -> None:
    runs = [run for run in runs_of(pattern) if run.status != "Failed"]
    retried = [run for run in runs if was_retried(run)]

    broken = [run for run in retried if run.status == "NonDeterministic"]
    untouched = [run for run in runs if not was_retried(run)]

    assert len(broken) >= 0.9 * len(retried) >= 10
    assert [run.faults for run in untouched] == [()] * len(untouched)


def test_going_on_after_a_failure_among_retries_delivers_results_to_the_wrong_tasks() -> None:
    broken = [run for run in runs_of(written.caught_failure_among_retries, failure_rate=0.6) if run.faults]

    wrong = [run for run in broken if run.status == "Completed" and run.output != [["after", 1], ["after", 2]]]
    assert wrong
    assert any("was delivered to" in fault for run in wrong for fault in run.faults)


def test_a_late_success_under_a_failed_task_all_in_a_task_any_brings_the_sdk_down() -> None:
    def script(invocation: Invocation) -> Reply:
        if invocation.name == "part":
            return Raises("ValueError: no", 1) if invocation.input == 0 else Returns("late", 20)
        return Returns("after", 60)

    def goes_on(context: Any) -> Any:
        try:
            return (yield from written.all_of_plain_against_timer(context))
        except Exception:  # noqa: BLE001 - the orchestrator cares for its own failures
            return (yield context.call_activity("after", 1))

    run = replay(goes_on, None, script)

    assert run.status == "Failed"
    assert "does not have pending sub-task" in (run.error or "")


def slow_second(invocation: Invocation) -> Reply:
    return Returns(invocation.name, 300 if invocation.name == "hung" else 1)


def test_a_deadline_shared_by_two_waits_acts_only_when_the_hung_activity_ends() -> None:
    run = replay(written.one_timer_for_two_waits, None, slow_second)

    assert next(call.started_at_s for call in run.activity_calls if call.name == "after") >= 300


def test_a_deadline_of_its_own_for_each_wait_acts_in_time() -> None:
    run = replay(written.a_timer_for_each_wait, None, slow_second)

    assert next(call.started_at_s for call in run.activity_calls if call.name == "after") < 10
    assert run.faults == ()


def test_an_instance_ends_only_when_its_open_activities_have_ended() -> None:
    run = replay(written.a_timer_for_each_wait, None, slow_second)

    assert run.answered_at_s is not None
    assert run.answered_at_s < 12
    assert run.ended_at_s >= 300


@pytest.mark.parametrize(
    "pattern",
    [written.sliding_window, written.retries_one_by_one, written.all_of_retries, written.flat_any_loop],
    ids=lambda pattern: pattern.__name__,
)
def test_what_azure_replays_faithfully_has_no_faults(pattern: Callable[..., Any]) -> None:
    runs = list(runs_of(pattern, failure_rate=0.2))

    assert [run.faults for run in runs] == [()] * SCHEDULES
    assert any(run.status == "Completed" for run in runs)


def test_a_sliding_window_is_correct_but_stalls_on_its_newest_task() -> None:
    def script(invocation: Invocation) -> Reply:
        return Returns(invocation.input, 100 if invocation.input == 3 else 1)

    run = replay(written.sliding_window, None, script, batching="single")

    started = {call.input: call.started_at_s for call in run.activity_calls if call.name == "part"}
    assert run.output == list(range(8))
    assert started[6] >= 100
