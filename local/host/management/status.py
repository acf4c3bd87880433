"""An instance's status as the management API shows it."""

from typing import Any, cast

from local.host.engine.clock import full
from local.host.engine.history import EVENT_NAMES, STATUS_NUMBERS
from local.host.engine.json_text import loads
from local.host.engine.model import Record

_STATUS_NAMES = {number: name for name, number in STATUS_NUMBERS.items()}
_SCHEDULING = {4: "TaskScheduled", 7: "SubOrchestrationInstanceCreated"}
_ENDING = frozenset((5, 6, 8, 9))
_HIDDEN = frozenset((12, 13))
_INTERNAL = ("EventType", "EventId", "IsPlayed")


def parsed(text: str | None) -> Any:
    """Return stored JSON as a value; text that is no JSON (a termination's reason) stays a string."""
    if text is None:
        return None
    try:
        return loads(text)
    except ValueError:
        return text


def _seconds(timestamp: str) -> str:
    return timestamp[:19] + "Z"


def status_document(record: Record, raw_input: str | None) -> dict[str, Any]:
    """Return the status of one instance; ``raw_input`` is None when it is not to be shown."""
    return {
        "name": record.name,
        "instanceId": record.instance_id,
        "runtimeStatus": record.status.value,
        "input": parsed(raw_input),
        "customStatus": parsed(record.custom_status),
        "output": parsed(record.output),
        "createdTime": _seconds(record.created),
        "lastUpdatedTime": _seconds(record.updated),
    }


def _shown(event: dict[str, Any], show_input: bool, show_output: bool) -> dict[str, Any]:
    kind = event["EventType"]
    shown = {key: value for key, value in event.items() if key not in _INTERNAL}
    shown["Timestamp"] = full(shown["Timestamp"])
    if "Result" in shown:
        result = shown.pop("Result")
        if show_output:
            shown["Result"] = parsed(cast("str | None", result))
    if kind == 0:
        shown["FunctionName"] = shown.pop("Name")
        for key in ("OrchestrationInstance", "ParentInstance", "Version", "Tags"):
            shown.pop(key, None)
    if kind == 1:
        shown["OrchestrationStatus"] = _STATUS_NAMES.get(shown["OrchestrationStatus"], shown["OrchestrationStatus"])
    if kind == 11:
        shown.pop("TimerId", None)
    if "Input" in shown:
        value = shown.pop("Input")
        if show_input:
            shown["Input"] = parsed(cast("str | None", value))
    return {"EventType": EVENT_NAMES.get(kind, str(kind)), **shown}


def _absorb(shown: dict[str, Any], scheduled: dict[str, Any], show_input: bool) -> None:
    shown.pop("TaskScheduledId", None)
    shown["ScheduledTime"] = full(scheduled["Timestamp"])
    shown["FunctionName"] = scheduled["Name"]
    if show_input:
        shown["Input"] = parsed(scheduled.get("Input"))


def history_events(history: str, raw_input: str | None, *, show_input: bool, show_output: bool) -> list[dict[str, Any]]:
    """Return ``historyEvents``: a task's end takes the place of its scheduling, episode marks are left out.

    ``history``: JSON array of the engine's events. ``raw_input``: the orchestration's own, which they do not repeat.
    """
    events = cast("list[dict[str, Any]]", loads(history))
    scheduled = {event["EventId"]: event for event in events if event["EventType"] in _SCHEDULING}
    absorbed = {event["TaskScheduledId"] for event in events if event["EventType"] in _ENDING}
    documents: list[dict[str, Any]] = []
    for event in events:
        kind = event["EventType"]
        if kind in _HIDDEN or (kind in _SCHEDULING and event["EventId"] in absorbed):
            continue
        if kind == 0:
            event["Input"] = raw_input
        shown = _shown(event, show_input, show_output)
        if kind in _ENDING and (start := scheduled.get(event["TaskScheduledId"])) is not None:
            _absorb(shown, start, show_input)
        documents.append(shown)
    return documents
