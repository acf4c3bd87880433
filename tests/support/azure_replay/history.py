"""History events as the Durable extension writes them into the orchestrator's context."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

from azure.durable_functions.models.history import HistoryEvent

EPOCH = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class Kind(IntEnum):
    """``EventType`` of the events that the model writes."""

    EXECUTION_STARTED = 0
    TASK_SCHEDULED = 4
    TASK_COMPLETED = 5
    TASK_FAILED = 6
    CHILD_CREATED = 7
    CHILD_COMPLETED = 8
    CHILD_FAILED = 9
    TIMER_CREATED = 10
    TIMER_FIRED = 11
    ORCHESTRATOR_STARTED = 12
    ORCHESTRATOR_COMPLETED = 13
    EVENT_RAISED = 15


COMPLETIONS = {Kind.TASK_COMPLETED, Kind.TASK_FAILED, Kind.CHILD_COMPLETED, Kind.CHILD_FAILED, Kind.TIMER_FIRED}


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its row as the SDK gets it, and the SDK's own reading of that row, made once."""

    kind: Kind
    at_s: float
    row: dict[str, Any]
    for_sdk: HistoryEvent

    @property
    def id(self) -> int:
        return self.row["EventId"]

    @property
    def completes(self) -> int:
        """Id of the action that this completion answers."""
        return self.row["TimerId" if self.kind is Kind.TIMER_FIRED else "TaskScheduledId"]


def event(kind: Kind, at_s: float, event_id: int = -1, **fields: Any) -> Event:
    """An event at ``at_s`` seconds of simulated time, after a round trip through JSON."""
    fixed = {"EventType": int(kind), "EventId": event_id, "IsPlayed": False, "Timestamp": timestamp(at_s)}
    row = json.loads(json.dumps({**fixed, **fields}))
    return Event(kind, at_s, row, HistoryEvent(**row))


def timestamp(at_s: float) -> str:
    return (EPOCH + timedelta(seconds=at_s)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seconds(iso: str) -> float:
    """Simulated seconds of a time that the SDK wrote, such as a timer's ``fireAt``."""
    return (datetime.fromisoformat(iso) - EPOCH).total_seconds()
