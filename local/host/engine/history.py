"""History events as JSON text, in the shape that the durable SDK reads."""

from typing import Any

from local.host.engine.clock import brief
from local.host.engine.json_text import dumps, loads, quoted

EVENT_NAMES = {
    0: "ExecutionStarted", 1: "ExecutionCompleted", 2: "ExecutionFailed", 3: "ExecutionTerminated", 4: "TaskScheduled",
    5: "TaskCompleted", 6: "TaskFailed", 7: "SubOrchestrationInstanceCreated", 8: "SubOrchestrationInstanceCompleted",
    9: "SubOrchestrationInstanceFailed", 10: "TimerCreated", 11: "TimerFired", 12: "OrchestratorStarted",
    13: "OrchestratorCompleted", 14: "EventSent", 15: "EventRaised", 16: "ContinueAsNew", 17: "GenericEvent",
    18: "HistoryState", 19: "ExecutionSuspended", 20: "ExecutionResumed",
}  # fmt: skip
#: OrchestrationStatus of DurableTask.Core, as event 1 carries it.
STATUS_NUMBERS = {"Running": 0, "Completed": 1, "ContinuedAsNew": 2, "Failed": 3, "Canceled": 4, "Terminated": 5}


def _nullable(text: str | None) -> str:
    return "null" if text is None else quoted(text)


def _head(event_type: int, event_id: int, at: str) -> str:
    # IsPlayed stays false and chunks as written: the SDK takes what precedes the last OrchestratorStarted as played.
    return f'{{"EventType":{event_type},"EventId":{event_id},"IsPlayed":false,"Timestamp":"{brief(at)}"'


def orchestrator_started(at: str) -> str:
    """Event 12: an episode begins; its time is the orchestrator's clock."""
    return _head(12, -1, at) + "}"


def orchestrator_completed(at: str) -> str:
    """Event 13: an episode ends."""
    return _head(13, -1, at) + "}"


def execution_started(
    at: str, *, instance_id: str, execution_id: str, name: str, version: str | None, parent: tuple[str, str] | None
) -> str:
    """Event 0, without Input: the SDK takes that from the context. ``parent``: its instance and execution id."""
    instance = {"InstanceId": instance_id, "ExecutionId": execution_id}
    fields: dict[str, Any] = {
        "OrchestrationInstance": instance,
        "ParentInstance": None
        if parent is None
        else {"OrchestrationInstance": {"InstanceId": parent[0], "ExecutionId": parent[1]}},
        "Name": name,
        "Version": version,
        "Tags": None,
    }
    return _head(0, -1, at) + "," + dumps(fields)[1:]


def execution_completed(at: str, seq: int, status: str, result: str | None) -> str:
    """Event 1: how the execution ended."""
    return f'{_head(1, seq, at)},"OrchestrationStatus":{STATUS_NUMBERS[status]},"Result":{_nullable(result)}}}'


def execution_terminated(at: str, reason: str) -> str:
    """Event 3."""
    return f'{_head(3, -1, at)},"Input":{quoted(reason)}}}'


def task_scheduled(at: str, seq: int, name: str, input_text: str) -> str:
    """Event 4: an activity is scheduled; Input is its argument in a JSON array."""
    return f'{_head(4, seq, at)},"Name":{quoted(name)},"Version":"","Input":{quoted(f"[{input_text}]")}}}'


def task_completed(at: str, seq: int, result: str | None) -> str:
    """Event 5. ``result``: JSON text."""
    return f'{_head(5, -1, at)},"TaskScheduledId":{seq},"Result":{_nullable(result)}}}'


def task_failed(at: str, seq: int, reason: str, details: str) -> str:
    """Event 6."""
    return f'{_head(6, -1, at)},"TaskScheduledId":{seq},"Reason":{quoted(reason)},"Details":{quoted(details)}}}'


def child_created(at: str, seq: int, name: str, child_id: str, version: str | None, input_text: str | None) -> str:
    """Event 7: a sub-orchestration is started."""
    return (
        f'{_head(7, seq, at)},"Name":{quoted(name)},"InstanceId":{quoted(child_id)},'
        f'"Version":{_nullable(version)},"Input":{_nullable(input_text)}}}'
    )


def child_completed(at: str, seq: int, result: str | None) -> str:
    """Event 8. ``result``: the child's output as JSON text."""
    return f'{_head(8, -1, at)},"TaskScheduledId":{seq},"Result":{_nullable(result)}}}'


def child_failed(at: str, seq: int, reason: str, details: str) -> str:
    """Event 9."""
    return f'{_head(9, -1, at)},"TaskScheduledId":{seq},"Reason":{quoted(reason)},"Details":{quoted(details)}}}'


def timer_created(at: str, seq: int, fire_at: str) -> str:
    """Event 10."""
    return f'{_head(10, seq, at)},"FireAt":{quoted(fire_at)}}}'


def timer_fired(at: str, seq: int, fire_at: str) -> str:
    """Event 11."""
    return f'{_head(11, -1, at)},"TimerId":{seq},"FireAt":{quoted(fire_at)}}}'


def event_raised(at: str, name: str, raw_input: str | None) -> str:
    """Event 15. ``raw_input``: the body of the request, JSON text."""
    return f'{_head(15, -1, at)},"Name":{quoted(name)},"Input":{_nullable(raw_input)}}}'


def execution_suspended(at: str, reason: str) -> str:
    """Event 19."""
    return f'{_head(19, -1, at)},"Reason":{quoted(reason)}}}'


def execution_resumed(at: str, reason: str) -> str:
    """Event 20."""
    return f'{_head(20, -1, at)},"Reason":{quoted(reason)}}}'


def context_json(*, history: list[str], raw_input: str | None, instance_id: str, parent_id: str | None) -> str:
    """Return the text that the orchestrator function is called with.

    ``raw_input`` is JSON already and goes in as it is stored: parsing it would only write it out again.
    """
    return (
        f'{{"history":[{",".join(history)}],"input":{raw_input or "null"},"instanceId":{quoted(instance_id)},'
        f'"isReplaying":false,"parentInstanceId":{_nullable(parent_id)},"upperSchemaVersion":1,'
        '"upperSchemaVersionNew":2,"longRunningTimerIntervalDuration":"3.00:00:00",'
        '"maximumShortTimerDuration":"6.00:00:00","defaultHttpAsyncRequestSleepTimeMillseconds":30000}'
    )


#: Events that only the host needs: what was scheduled, how it ended, where an episode stopped.
UNREAD = frozenset((1, 3, 4, 7, 10, 13))


def read_by_sdk(chunk: str) -> str:
    """Return the events of a stored chunk that the SDK reads."""
    events = [event for event in loads(f"[{chunk}]") if event["EventType"] not in UNREAD]
    return ",".join(map(dumps, events))
