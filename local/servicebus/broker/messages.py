"""A message while a queue has it."""

from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

from local.servicebus.message import Content, Stamp, render


class State(IntEnum):
    """As ``x-opt-message-state`` has it. A locked message is active or deferred."""

    ACTIVE = 0
    DEFERRED = 1
    SCHEDULED = 2


@dataclass(frozen=True, slots=True)
class Lock:
    """``until``: seconds since the epoch; of a message in a session, the session's lock decides instead."""

    token: UUID
    until: float


@dataclass(slots=True, eq=False)
class Message:
    """Times in seconds since the epoch. ``ttl_s`` counts from ``enqueued``; None: for ever."""

    sequence: int
    content: Content
    enqueued: float
    message_id: str | None = None
    session_id: str | None = None
    ttl_s: float | None = None
    scheduled: float | None = None
    state: State = State.ACTIVE
    delivery_count: int = 0
    """Deliveries that failed so far."""
    lock: Lock | None = None

    @property
    def expires(self) -> float | None:
        return None if self.ttl_s is None else self.enqueued + self.ttl_s

    @property
    def available(self) -> bool:
        """Whether a receiver may get it now."""
        return self.state is State.ACTIVE and self.lock is None

    def to_bytes(self) -> bytes:
        """Return it as a receiver gets it, with the broker's annotations."""
        return render(
            self.content,
            Stamp(
                sequence=self.sequence,
                enqueued=self.enqueued,
                delivery_count=self.delivery_count,
                state=self.state,
                ttl_s=self.ttl_s,
                locked_until=None if self.lock is None else self.lock.until,
            ),
        )
