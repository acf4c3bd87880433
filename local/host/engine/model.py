"""What the engine keeps about an orchestration: its record, open tasks and what has arrived for it."""

from collections import deque
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from local.host.engine.timers import Timer

if TYPE_CHECKING:
    from local.host.engine.sessions import Session


class Status(StrEnum):
    """Runtime status, named as the management API names it."""

    PENDING = "Pending"
    RUNNING = "Running"
    CONTINUED_AS_NEW = "ContinuedAsNew"
    SUSPENDED = "Suspended"
    COMPLETED = "Completed"
    FAILED = "Failed"
    TERMINATED = "Terminated"
    CANCELED = "Canceled"

    @property
    def is_terminal(self) -> bool:
        """Whether the orchestration has ended for good."""
        return self in (Status.COMPLETED, Status.FAILED, Status.TERMINATED, Status.CANCELED)


class Kind(StrEnum):
    """What an open task waits for."""

    ACTIVITY = "activity"
    TIMER = "timer"
    CHILD = "child"


@dataclass(frozen=True, slots=True)
class Parent:
    """Who awaits this orchestration's end: instance, its execution and the number of its task there."""

    instance_id: str
    execution_id: str
    seq: int


@dataclass(slots=True)
class Record:
    """The row of an instance; ``output`` and ``custom_status`` are JSON text, or plain text after a termination."""

    instance_id: str
    execution_id: str
    name: str
    version: str | None
    status: Status
    created: str
    updated: str
    custom_status: str | None = None
    output: str | None = None
    parent: Parent | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """A task that is tried again. ``attempt`` counts from 1."""

    max_attempts: int
    interval_ms: int
    attempt: int = 1

    @property
    def is_last(self) -> bool:
        return self.attempt >= self.max_attempts

    def next(self) -> "Retry":
        return replace(self, attempt=self.attempt + 1)


@dataclass(slots=True)
class OpenTask:
    """Scheduled work of an execution. A retry's delay timer keeps what it will schedule in name, input and child."""

    seq: int
    kind: Kind
    name: str = ""
    #: JSON text as the SDK wrote it.
    input: str = "null"
    fire_at: str | None = None
    #: Position among the leaves of the action list: where a later cancellation of this timer shows up.
    leaf: int | None = None
    retry: Retry | None = None
    #: For a retry's delay timer: what is scheduled when it fires.
    retries: Kind | None = None
    child_id: str | None = None
    version: str | None = None
    task_id: int = 0


ArrivalKind = Literal["completed", "failed", "fired", "raised", "suspended", "resumed"]


@dataclass(slots=True)
class Arrival:
    """Something that arrived for an execution and waits for its next episode; ``event`` is its history event."""

    kind: ArrivalKind
    event: str
    seq: int | None = None
    #: Its row in the inbox; None while it is not (or need not be) stored.
    message_id: int | None = None
    #: An episode has taken it from the inbox.
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the orchestrator function decided; it takes effect when no task is open any more.

    ``value``: output as JSON text for Completed and Failed, the new input for ContinuedAsNew.
    """

    status: Status
    value: str | None = None


@dataclass(slots=True)
class Execution:
    """A live orchestration: one generation of an instance."""

    record: Record
    #: Raw input as stored: JSON text, or None.
    input: str | None
    #: The history as the SDK reads it: JSON text, one comma-joined chunk of events per episode.
    history: list[str] = field(default_factory=list[str])
    #: Seconds that the last replay took.
    replay_s: float = 0.0
    next_seq: int = 0
    seen_leaves: int = 0
    open: dict[int, OpenTask] = field(default_factory=dict[int, OpenTask])
    inbox: deque[Arrival] = field(default_factory=deque[Arrival])
    outcome: Outcome | None = None
    suspended: bool = False
    #: An episode is being replayed, or waits for its turn.
    busy: bool = False
    #: When (loop time) the oldest and the newest message of the inbox came; whether a call is due to end the gathering.
    first_arrival: float = 0.0
    last_arrival: float = 0.0
    gathering: bool = False
    #: Armed timers by sequence number.
    timers: dict[int, Timer] = field(default_factory=dict[int, Timer])
    #: Ended, replaced or continued as new: whatever still comes for it is dropped.
    closed: bool = False
    #: The function as the last episode left it; None when the next one is to call it anew.
    session: "Session | None" = None

    @property
    def has_open_retry(self) -> bool:
        """Whether a failure could take sequence numbers that the action list does not show."""
        return any(task.retry is not None for task in self.open.values())

    def take_seq(self) -> int:
        """Return the next sequence number, as the SDK counts them."""
        seq = self.next_seq
        self.next_seq += 1
        return seq
