"""What a receiver says became of a delivery, and what the queue does then."""

from collections.abc import Callable
from uuid import UUID

from local.servicebus.broker.entity import Entity
from local.servicebus.codec.performatives import Accepted, Error, Modified, Rejected, Released
from local.servicebus.codec.records import Record, descriptor_of, from_value
from local.servicebus.codec.types import Described, Map, Value
from local.servicebus.errors import DEAD_LETTER

REASON, DESCRIPTION = "DeadLetterReason", "DeadLetterErrorDescription"
_OUTCOMES: dict[int, type[Record]] = {kind.DESCRIPTOR: kind for kind in (Accepted, Rejected, Released, Modified)}


def outcome_of(state: Value) -> Record | None:
    """Return the outcome that a disposition's state is; None for ``received``, which settles nothing.

    Raises:
        DecodeError, Violation: It is none.
    """
    if not isinstance(state, Described):
        return None
    kind = _OUTCOMES.get(descriptor_of(state))
    return None if kind is None else from_value(kind, state)


def settle(entity: Entity, token: UUID, outcome: Record, now: float) -> Record:
    """Do what the outcome means and return the outcome to answer with.

    Raises:
        AmqpError: The lock is lost.
    """
    if isinstance(outcome, Modified):
        act: Callable[[UUID, float], None] = entity.defer if outcome.undeliverable_here else entity.abandon
        act(token, now)
        return Modified(outcome.delivery_failed, outcome.undeliverable_here)
    if isinstance(outcome, Released):
        entity.release(token, now)
        return Released()
    if isinstance(outcome, Rejected):
        reason, description = _why(outcome)
        entity.dead_letter(token, now, reason, description)
        # Without an error: one would mean that the broker refuses.
        return Rejected()
    entity.complete(token, now)
    return Accepted()


def _why(outcome: Rejected) -> tuple[str | None, str | None]:
    if not isinstance(outcome.error, Described):
        return None, None
    error = from_value(Error, outcome.error)
    info = error.info if error.info is not None else Map()
    reason, description = info.get(REASON), info.get(DESCRIPTION)
    if not isinstance(reason, str) and error.condition != DEAD_LETTER:
        reason = error.condition
    return (
        reason if isinstance(reason, str) else None,
        description if isinstance(description, str) else error.description,
    )
