"""Every durable pattern, run by the stock SDK on the real host."""

import uuid
from typing import Any

import aiohttp
import pytest
from azure.durable_functions import DurableOrchestrationClient

from tests.support.host import RunningHost, eventually

Client = DurableOrchestrationClient
Session = aiohttp.ClientSession


async def run(host: RunningHost, session: Session, client: Client, name: str, value: Any = None) -> dict[str, Any]:
    return await host.ended(session, await client.start_new(name, None, value))


async def output_of(host: RunningHost, session: Session, client: Client, name: str, value: Any = None) -> Any:
    status = await run(host, session, client, name, value)
    assert status["runtimeStatus"] == "Completed", status
    return status["output"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("chain", 5, 5),
        ("fan_out", 50, 50),
        ("flat_any_loop", 20, 190),
        ("call", ["echo", {"a": [1, "é", None]}], {"a": [1, "é", None]}),
        ("call", ["echo_in_thread", "x"], "x"),
        ("call", ["ECHO", "names compare without case"], "names compare without case"),
        ("call", ["Renamed", 1], ["under_another_name", 1]),
        ("call", ["echo", None], None),
        ("plain", {"no": "yield"}, {"no": "yield"}),
        ("countdown", 3, "done"),
        ("parent", {"name": "chain", "input": 2}, ["ok", 2]),
        ("parent_with_retry", None, [3, "after"]),
        ("retries", [["a", 0], ["b", 1], ["c", 2]], [1, 2, 3, "after"]),
    ],
)
async def test_orchestration_completes_with_its_output(
    host: RunningHost, session: Session, client: Client, name: str, value: Any, expected: Any
) -> None:
    assert await output_of(host, session, client, name, value) == expected


async def test_replays_see_the_same_clock_and_guids(host: RunningHost, session: Session, client: Client) -> None:
    guid, moment = await output_of(host, session, client, "deterministic")
    assert uuid.UUID(guid)
    assert moment.endswith("+00:00")


async def test_failed_activity_carries_type_and_message(host: RunningHost, session: Session, client: Client) -> None:
    text = await output_of(host, session, client, "call_and_catch", ["boom", "kaput"])
    assert text.startswith("Activity function 'boom' failed:  ValueError: kaput \n Traceback")


async def test_uncaught_activity_failure_fails_the_orchestration(
    host: RunningHost, session: Session, client: Client
) -> None:
    status = await run(host, session, client, "call", ["boom", "kaput"])
    assert status["runtimeStatus"] == "Failed"
    assert status["output"].startswith(
        "Orchestrator function 'call' failed: Activity function 'boom' failed:  ValueError: kaput"
    )


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("plain_failure", None, "Orchestrator function 'plain_failure' failed: KeyError: 'nothing was yielded'"),
        ("unserialisable", None, "not JSON serializable"),
        ("large_output", 1_100_000, "its output is 1100002 bytes; at most 1048576 are allowed"),
        ("large_activity_input", 1_100_000, "the input of 'echo' is 1100002 bytes"),
        ("asks_for_entity", None, "call_entity is not supported by this host yet"),
        ("call", ["large", 1_100_000], "its result is 1100002 bytes; at most 1048576 are allowed"),
        ("call", ["missing", 1], "Activity function 'missing' failed: Activity function 'missing' does not exist."),
    ],
)
async def test_orchestration_fails_with_a_clear_text(
    host: RunningHost, session: Session, client: Client, name: str, value: Any, text: str
) -> None:
    status = await run(host, session, client, name, value)
    assert status["runtimeStatus"] == "Failed"
    assert text in status["output"]


async def test_failure_waits_for_the_activities_it_asked_for(
    host: RunningHost, session: Session, client: Client
) -> None:
    instance = await client.start_new("fails_and_acts", None, None)
    status = await host.ended(session, instance)
    assert "failed after 1" in status["output"]
    async with session.get(f"{host.management}/instances/{instance}?showHistory=true") as response:
        events = (await response.json())["historyEvents"]
    assert [event["EventType"] for event in events].count("TaskCompleted") == 2


@pytest.mark.parametrize(
    ("plan", "text"),
    [
        ({"name": "call", "input": ["boom", "kaput"]}, "Orchestrator function 'call' failed: Activity function 'boom'"),
        ({"name": "missing"}, "The sub-orchestrator function 'missing' does not exist."),
    ],
)
async def test_failed_child_fails_its_call(
    host: RunningHost, session: Session, client: Client, plan: dict[str, Any], text: str
) -> None:
    outcome, message = await output_of(host, session, client, "parent", plan)
    assert outcome == "failed"
    assert text in message


async def test_child_cannot_have_its_parents_id(host: RunningHost, session: Session, client: Client) -> None:
    own = uuid.uuid4().hex
    await client.start_new("parent", own, {"name": "chain", "input": 1, "id": own})
    outcome, message = (await host.ended(session, own))["output"]
    assert (outcome, "is the id of the orchestration itself" in message) == ("failed", True)


async def test_terminated_child_fails_its_call_with_the_reason(
    host: RunningHost, session: Session, client: Client
) -> None:
    child = uuid.uuid4().hex
    instance = await client.start_new("parent", None, {"name": "wait_for_go", "id": child})
    await host.status_when(session, child, lambda s: s.get("runtimeStatus") == "Running")
    await client.terminate(child, "enough")
    outcome, message = (await host.ended(session, instance))["output"]
    assert (outcome, message.startswith("enough")) == ("failed", True)


async def test_exhausted_retry_throws_the_last_failure_and_numbers_go_on(
    host: RunningHost, session: Session, client: Client
) -> None:
    message, after = await output_of(host, session, client, "retry_exhausted")
    assert "RuntimeError: attempt 2" in message
    assert after == "still numbered right"


async def test_retry_and_other_work_number_apart(host: RunningHost, session: Session, client: Client) -> None:
    instance = await client.start_new("retry_beside_chain", None, None)
    await client.raise_event(instance, "go", 1)
    status = await host.ended(session, instance)
    assert status["output"] == ["3", "and then", "from the event"]


async def test_messages_held_back_by_a_suspend_number_right_while_a_retry_is_open(
    host: RunningHost, session: Session, client: Client
) -> None:
    instance = uuid.uuid4().hex
    await client.start_new("retry_beside_chain", instance, None)
    await client.suspend(instance, "hold")
    await client.raise_event(instance, "go", 1)

    async def an_attempt_has_failed() -> bool:
        return any("function=flaky" in line and f"instance={instance}" in line for line in host.log.splitlines())

    await eventually(an_attempt_has_failed)  # now its end is held back beside the event
    await client.resume(instance, "go on")
    status = await host.ended(session, instance)
    assert status["output"] == ["3", "and then", "from the event"]


async def test_event_reaches_the_waiting_orchestration_as_json_text(
    host: RunningHost, session: Session, client: Client
) -> None:
    instance = await client.start_new("wait_for_go", None, None)
    await client.raise_event(instance, "go", {"a": 1})
    assert (await host.ended(session, instance))["output"] == '{"a": 1}'


async def test_event_posted_as_json_arrives_as_a_value(host: RunningHost, session: Session, client: Client) -> None:
    instance = await client.start_new("wait_for_go", None, None)
    async with session.post(f"{host.management}/instances/{instance}/raiseEvent/go", json={"a": 1}) as response:
        assert response.status == 202
    assert (await host.ended(session, instance))["output"] == {"a": 1}


async def test_events_keep_their_order(host: RunningHost, session: Session, client: Client) -> None:
    instance = await client.start_new("gather_events", None, 3)
    for number in range(3):
        await host.status_when(session, instance, lambda s: s["runtimeStatus"] == "Running")
        seen = await _history_length(host, session, instance)
        async with session.post(f"{host.management}/instances/{instance}/raiseEvent/item", json=number) as response:
            assert response.status == 202
        if number < 2:
            await _history_is_longer(host, session, instance, seen)
    assert (await host.ended(session, instance))["output"] == [0, 1, 2]


async def _history_length(host: RunningHost, session: Session, instance: str) -> int:
    async with session.get(f"{host.management}/instances/{instance}?showHistory=true") as response:
        return len((await response.json())["historyEvents"])


async def _history_is_longer(host: RunningHost, session: Session, instance: str, seen: int) -> None:
    async def longer() -> bool:
        return await _history_length(host, session, instance) > seen

    await eventually(longer)


async def test_cancelled_timer_lets_the_orchestration_end(host: RunningHost, session: Session, client: Client) -> None:
    instance = await client.start_new("approve_or_time_out", None, 3600)
    await client.raise_event(instance, "approval", "yes")
    status = await host.ended(session, instance)
    assert status["output"] == '"yes"'


async def test_timer_wins_when_nobody_approves(host: RunningHost, session: Session, client: Client) -> None:
    assert await output_of(host, session, client, "approve_or_time_out", 0.05) == "too late"


async def test_timer_never_fires_early(host: RunningHost, session: Session, client: Client) -> None:
    assert await output_of(host, session, client, "sleep", 0.2) >= 0.2


async def test_timer_in_the_past_fires_at_once(host: RunningHost, session: Session, client: Client) -> None:
    assert await output_of(host, session, client, "sleep", -60) >= 0


async def test_timer_left_open_keeps_the_instance_running(host: RunningHost, session: Session, client: Client) -> None:
    instance = await client.start_new("leaves_a_timer_open", None, 0.6)
    await _history_is_longer(host, session, instance, 1)
    async with session.get(f"{host.management}/instances/{instance}") as response:
        assert (await response.json())["runtimeStatus"] == "Running"
    assert (await host.ended(session, instance))["output"] == "activity"


async def test_timer_beyond_six_days_is_cut_into_intervals(host: RunningHost, session: Session, client: Client) -> None:
    instance = await client.start_new("long_sleep", None, None)
    await host.status_when(session, instance, lambda s: s["runtimeStatus"] == "Running")
    await client.raise_event(instance, "wake", None)
    async with session.get(f"{host.management}/instances/{instance}?showHistory=true") as response:
        events = (await response.json())["historyEvents"]
    assert "TimerCreated" in [event["EventType"] for event in events]
    await client.terminate(instance, "the SDK cannot cancel the interval's own timer")


async def test_custom_status_is_kept_until_replaced(host: RunningHost, session: Session, client: Client) -> None:
    instance = await client.start_new("reports", None, None)
    await host.status_when(session, instance, lambda s: s["customStatus"] == {"stage": 1})
    await client.raise_event(instance, "go")
    assert (await host.ended(session, instance))["customStatus"] == {"stage": 2}


async def test_suspended_instance_runs_nothing_until_resumed(
    host: RunningHost, session: Session, client: Client
) -> None:
    instance = await client.start_new("wait_for_go", None, None)
    await host.status_when(session, instance, lambda s: s["runtimeStatus"] == "Running")
    await client.suspend(instance, "hold")
    await client.raise_event(instance, "go", 7)
    async with session.get(f"{host.management}/instances/{instance}") as response:
        assert (await response.json())["runtimeStatus"] == "Suspended"
    await client.resume(instance, "go on")
    assert (await host.ended(session, instance))["output"] == "7"


async def test_terminate_ends_at_once_with_its_reason(host: RunningHost, session: Session, client: Client) -> None:
    instance = await client.start_new("call", None, ["nap", 20])
    await client.terminate(instance, "no time")
    status = await host.ended(session, instance, deadline_s=2)
    assert (status["runtimeStatus"], status["output"]) == ("Terminated", "no time")


async def test_blocking_activity_does_not_block_the_host(host: RunningHost, session: Session, client: Client) -> None:
    slow = await client.start_new("call", None, ["nap_in_thread", 0.5])
    assert await output_of(host, session, client, "chain", 2) == 2
    assert (await host.ended(session, slow))["output"] == 0.5


async def test_log_names_function_outcome_and_structured_fields(
    host: RunningHost, session: Session, client: Client
) -> None:
    instance = await client.start_new("call", None, ["Renamed", 1])
    await host.ended(session, instance)
    lines = await host.log_lines(f"instance={instance}", "outcome=Succeeded", "function=under_another_name")
    assert len(lines) == 1
    (record,) = await host.log_lines(f"instance={instance}", "renamed activity ran")
    assert "colour=teal" in record
    assert "invocation=" in record
