"""What the model carries: every kind of action that our orchestrators use, and the ways in which a run can go wrong."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import pytest

from tests.support.azure_replay import Hangs, Invocation, Raises, Returns, echo, random_script, replay, user_function


def quick(invocation: Invocation) -> Returns:
    return Returns(echo(invocation))


def parent(context: df.DurableOrchestrationContext) -> Any:
    results = yield context.task_all([context.call_sub_orchestrator("child", number) for number in (1, 2)])
    return results


def child(context: df.DurableOrchestrationContext) -> Any:
    number = context.get_input()
    if number == 13:
        raise ValueError("unlucky")
    return (yield context.call_activity("work", number))


def test_sub_orchestrations_are_replayed_too() -> None:
    run = replay(parent, None, quick, orchestrators={"child": child})

    assert run.output == [["work", 1], ["work", 2]]
    assert {call.name for call in run.activity_calls} == {"work"}


def test_a_failing_sub_orchestration_fails_its_caller() -> None:
    def calls_13(context: df.DurableOrchestrationContext) -> Any:
        yield context.call_sub_orchestrator("child", 13)

    run = replay(calls_13, None, quick, orchestrators={"child": child})

    assert run.status == "Failed"
    assert "Orchestrator function 'child' failed: unlucky" in (run.error or "")


def test_sub_orchestrations_that_are_not_given_are_left_to_the_script() -> None:
    run = replay(parent, None, quick)

    assert run.output == [["child", 1], ["child", 2]]
    assert {call.kind for call in run.activity_calls} == {"sub-orchestration"}


@pytest.mark.parametrize("raised_at_s", [0.0, 30.0])
def test_an_external_event_reaches_its_wait_early_or_late(raised_at_s: float) -> None:
    def waits(context: df.DurableOrchestrationContext) -> Any:
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=5))
        return (yield context.wait_for_external_event("go"))

    run = replay(waits, None, quick, events=[(raised_at_s, "go", {"who": "me"})])

    assert run.output == {"who": "me"}
    assert run.ended_at_s >= max(raised_at_s, 5)


def test_continue_as_new_starts_over_with_its_input() -> None:
    def counts(context: df.DurableOrchestrationContext) -> Any:
        number = context.get_input()
        yield context.call_activity("work", number)
        if number == 3:
            return number
        return context.continue_as_new(number + 1)

    run = replay(counts, 1, quick)

    assert run.output == 3
    assert [call.input for call in run.activity_calls] == [1, 2, 3]
    assert run.faults == ()


def test_custom_status_history_holds_each_change_once() -> None:
    def reports(context: df.DurableOrchestrationContext) -> Any:
        for number in range(3):
            context.set_custom_status({"done": number // 2})
            yield context.call_activity("work", number)

    assert replay(reports, None, quick).custom_status_history == ({"done": 0}, {"done": 1})


def test_an_activity_that_never_ends_leaves_the_instance_stuck() -> None:
    def waits(context: df.DurableOrchestrationContext) -> Any:
        yield context.call_activity("work")

    run = replay(waits, None, lambda _invocation: Hangs())

    assert run.status == "Stuck"
    assert "stays Running" in run.faults[0]


def test_an_orchestrator_that_depends_on_something_else_than_history_is_found() -> None:
    counter = itertools.count()

    def drifts(context: df.DurableOrchestrationContext) -> Any:
        yield context.call_activity("work", next(counter))
        yield context.call_activity("work", next(counter))

    assert any("did not repeat" in fault for fault in replay(drifts, None, quick).faults)


def test_an_uncaught_failure_fails_the_instance_without_a_fault() -> None:
    def trusts(context: df.DurableOrchestrationContext) -> Any:
        yield context.call_activity("work")

    run = replay(trusts, None, lambda _invocation: Raises("ValueError: no"))

    assert run.status == "Failed"
    assert "Activity function 'work' failed:  ValueError: no" in (run.error or "")
    assert run.faults == ()


def test_an_action_that_the_model_does_not_know_is_refused_by_number() -> None:
    def signals(context: df.DurableOrchestrationContext) -> Any:
        yield context.call_http("GET", "http://127.0.0.1/")

    with pytest.raises(NotImplementedError, match="action type 8"):
        replay(signals, None, quick)


@pytest.mark.parametrize("batching", ["single", "batched"])
def test_the_same_seed_gives_the_same_run(batching: Any) -> None:
    def once() -> Any:
        return replay(parent, None, random_script(7), 7, batching, orchestrators={"child": child})

    assert once() == once()


def registered_in_a_blueprint() -> tuple[Callable[..., Any], Any]:
    blueprint = df.Blueprint()

    def written(context: df.DurableOrchestrationContext) -> Any:
        return (yield context.call_activity("work", context.get_input()))

    return written, blueprint.orchestration_trigger(context_name="context")(written)


def test_the_generator_behind_a_blueprints_decorators_can_be_reached() -> None:
    written, builder = registered_in_a_blueprint()

    assert user_function(builder) is written
    assert replay(builder, 5, quick).output == ["work", 5]


def test_the_function_behind_a_durable_client_can_be_reached() -> None:
    blueprint = df.Blueprint()

    async def written(req: Any, client: Any) -> str:
        return "ok"

    builder = blueprint.route(route="api/x")(blueprint.durable_client_input(client_name="client")(written))

    assert user_function(builder) is written
