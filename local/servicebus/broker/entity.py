"""One queue, or the queue of its dead letters: what is in it, who has what, and what is due."""

from collections.abc import Iterable
from itertools import islice
from uuid import UUID

from local.servicebus.broker.consumers import Consumer, Consumers
from local.servicebus.broker.deadlines import Deadlines
from local.servicebus.broker.definition import QueueDefinition
from local.servicebus.broker.duplicates import Duplicates
from local.servicebus.broker.journal import Journal
from local.servicebus.broker.ledger import Ledger
from local.servicebus.broker.locks import Locks
from local.servicebus.broker.messages import Message, State
from local.servicebus.broker.sessions import Session, Sessions
from local.servicebus.broker.shelf import Shelf
from local.servicebus.errors import (
    ILLEGAL_STATE,
    MESSAGE_NOT_FOUND,
    NOT_ALLOWED,
    AmqpError,
)
from local.servicebus.message import Incoming, with_application_properties

TTL_EXPIRED = ("TTLExpiredException", "The message expired and was dead lettered.")


class Entity:
    """``dead_letters``: where messages go that cannot be delivered; None for such a queue itself."""

    def __init__(
        self, definition: QueueDefinition, journal: Journal, ledger: Ledger, dead_letters: "Entity | None" = None
    ) -> None:
        self.definition = definition
        self.dead_letters = dead_letters
        self.sessions: Sessions | None = None
        self._journal = journal
        self._ledger = ledger
        self._messages: dict[int, Message] = {}
        self._shelf = Shelf(self._messages)
        self._locks = Locks(definition.lock_duration_s)
        self._expiries: Deadlines[int] = Deadlines()
        self._schedule: Deadlines[int] = Deadlines()
        self.duplicates = Duplicates(definition.name, definition.duplicate_detection_s, journal)
        self.consumers = Consumers()
        if definition.requires_session:
            self.sessions = Sessions(
                self._messages, definition.lock_duration_s, self._session_released, self._session_state_changed
            )

    # What comes in

    def send(self, incoming: Iterable[Incoming], now: float) -> list[int]:
        """Take messages, all or none; returns the sequence numbers, without those of duplicates.

        Raises:
            AmqpError: The queue is full, or wants sessions and a message has none.
        """
        messages = list(incoming)
        for message in messages:
            if self.sessions is not None and not message.session_id:
                raise AmqpError(
                    NOT_ALLOWED,
                    f"The queue '{self.definition.name}' requires sessions: every message must have a session id.",
                )
        self._ledger.require_room(self.definition.name, sum(message.content.size for message in messages))
        numbers: list[int] = []
        for message in messages:
            if self.duplicates.seen(message.message_id, now):
                continue
            sequence = self._number()
            numbers.append(sequence)
            self._add(
                Message(
                    sequence,
                    message.content,
                    now,
                    message.message_id,
                    message.session_id,
                    _shorter(message.ttl_s, self.definition.ttl_s),
                    message.scheduled,
                    State.SCHEDULED if message.scheduled is not None and message.scheduled > now else State.ACTIVE,
                ),
                now,
            )
        self.pump(now)
        return numbers

    def restore(self, message: Message, now: float) -> None:
        """Take over a message that was kept; it goes to nobody before ``pump``."""
        self._ledger.given(message.sequence)
        self._add(message, now, kept=True)

    def restore_number(self, sequence: int) -> None:
        """Give away higher sequence numbers only."""
        self._ledger.given(sequence)

    def cancel_scheduled(self, sequences: list[int]) -> None:
        """Remove scheduled messages, all or none.

        Raises:
            AmqpError: One is not there, or no longer scheduled.
        """
        for sequence in sequences:
            message = self._messages.get(sequence)
            if message is None or message.state is not State.SCHEDULED:
                raise AmqpError(MESSAGE_NOT_FOUND, f"No scheduled message has the sequence number {sequence}.")
        for sequence in set(sequences):
            self._remove(self._messages[sequence])

    # Who receives

    def pump(self, now: float) -> None:
        """Hand out what waits, to one consumer after the other."""
        while self._shelf.first() is not None and (consumer := self.consumers.next()) is not None:
            message = self._take(self._shelf, now)
            if message is not None:
                self._hand_out(message, consumer, now)

    def pump_session(self, session: Session, consumer: Consumer, now: float) -> None:
        """Hand out what waits in a session, to the consumer that has it."""
        while consumer.wants() and (message := self._take(session.shelf, now)) is not None:
            self._hand_out(message, consumer, now)

    def receive_deferred(
        self, sequences: list[int], now: float, *, deletes: bool, session_id: str | None = None
    ) -> list[Message]:
        """Return deferred messages, all or none, locked or, if it ``deletes``, gone.

        Raises:
            AmqpError: One is not there, not deferred, or locked.
        """
        found: list[Message] = []
        for sequence in dict.fromkeys(sequences):
            message = self._messages.get(sequence)
            if message is None or message.state is not State.DEFERRED or message.lock is not None:
                raise AmqpError(MESSAGE_NOT_FOUND, f"No deferred message has the sequence number {sequence}.")
            if session_id is not None and message.session_id != session_id:
                raise AmqpError(MESSAGE_NOT_FOUND, f"Message {sequence} is not of session '{session_id}'.")
            found.append(message)
        for message in found:
            if deletes:
                self._remove(message)
            else:
                self._lock(message, now)
        return found

    def peek(self, start: int, count: int, now: float, session_id: str | None = None) -> list[Message]:
        """Return messages from a sequence number on, whoever has them; they stay as they are."""
        found = (
            message
            for sequence, message in sorted(self._messages.items())
            if sequence >= start
            and (session_id is None or message.session_id == session_id)
            and not (message.available and _is_over(message, now))
        )
        return list(islice(found, count))

    # What became of it

    def complete(self, token: UUID, now: float) -> None:
        """Remove the message. Raises: AmqpError: The lock is lost."""
        message = self._settled(token, now)
        self._remove(message)

    def abandon(self, token: UUID, now: float) -> None:
        """Make it wait again; this counts as a failure. Raises as ``complete``."""
        self._unlock(self._settled(token, now), now, failed=True)
        self.pump(now)

    def release(self, token: UUID, now: float) -> None:
        """Make it wait again; nobody has looked at it. Raises as ``complete``."""
        self._unlock(self._settled(token, now), now, failed=False)
        self.pump(now)

    def defer(self, token: UUID, now: float) -> None:
        """Keep it for who asks for its sequence number. Raises as ``complete``."""
        message = self._settled(token, now)
        message.state = State.DEFERRED
        message.delivery_count += 1
        # A deferred message is never dead-lettered for its age (learn.microsoft.com, "Message deferral").
        self._expiries.discard(message.sequence)
        self._save(message)

    def dead_letter(self, token: UUID, now: float, reason: str | None, description: str | None) -> None:
        """Move it to the dead letters.

        Raises:
            AmqpError: The lock is lost, or it is a dead letter already.
        """
        if self.dead_letters is None:
            raise AmqpError(ILLEGAL_STATE, "A message in a dead-letter queue cannot be dead-lettered.")
        self._bury(self._settled(token, now), self.dead_letters, now, reason, description)

    def require_locks(self, tokens: list[UUID], now: float) -> None:
        """Do nothing if all locks hold. Raises: AmqpError: One of them is lost."""
        for token in tokens:
            self._locks.held(token, now)

    def renew(self, tokens: list[UUID], now: float) -> list[float]:
        """Return until when the messages are locked now. Raises: AmqpError: One of the locks is lost."""
        return self._locks.renew(tokens, now)

    # Time

    def advance(self, now: float) -> None:
        """Do what is due: end locks, expire, enqueue what was scheduled, forget duplicates."""
        self.duplicates.forget_old(now)
        for message in self._locks.take_ended(now):
            self._unlock(message, now, failed=True)
        if self.sessions is not None:
            self.sessions.expire(now)
        for sequence in self._schedule.take_due(now):
            self._enqueue_scheduled(self._messages[sequence], now)
        for sequence in self._expiries.take_due(now):
            message = self._messages.get(sequence)
            if message is not None and message.available:
                self._expire(message, now)
        self.pump(now)

    def next_due(self) -> float | None:
        """Return when ``advance`` has something to do."""
        moments = [self._locks.next_end(), self.duplicates.next_end(), self._expiries.next(), self._schedule.next()]
        if self.sessions is not None:
            moments.append(self.sessions.next_expiry())
        return min((moment for moment in moments if moment is not None), default=None)

    def counts(self) -> dict[str, int]:
        """Return how many messages are in which state; ``active`` counts the locked ones too."""
        messages = self._messages.values()
        return {
            "active": sum(message.state is State.ACTIVE for message in messages),
            "locked": len(self._locks),
            "deferred": sum(message.state is State.DEFERRED for message in messages),
            "scheduled": sum(message.state is State.SCHEDULED for message in messages),
        }

    @property
    def bytes(self) -> int:
        """What the queue and its dead letters take."""
        return self._ledger.bytes

    def _number(self) -> int:
        number = self._ledger.next_number()
        self._journal.numbered(self.definition.name, number)
        return number

    def _add(self, message: Message, now: float, *, kept: bool = False) -> None:
        self._messages[message.sequence] = message
        self._ledger.bytes += message.content.size
        session = self._session_of(message)
        if session is not None:
            session.messages += 1
        if not kept:
            self._save(message)
        if message.state is State.SCHEDULED and message.scheduled is not None:
            self._schedule.set(message.sequence, message.scheduled)
            return
        if message.expires is not None and message.state is State.ACTIVE:
            self._expiries.set(message.sequence, message.expires)
        self._make_available(message, now)

    def _make_available(self, message: Message, now: float) -> None:
        if not message.available:
            return
        session = self._session_of(message)
        if session is None:
            self._shelf.put(message)
            return
        session.shelf.put(message)
        if self.sessions is not None:
            self.sessions.filled(session, now)

    def _enqueue_scheduled(self, message: Message, now: float) -> None:
        """At its time a scheduled message is enqueued like a new one: with a new sequence number."""
        self._remove(message)
        message.sequence = self._number()
        message.state, message.enqueued = State.ACTIVE, now
        self._add(message, now)

    def _session_of(self, message: Message) -> Session | None:
        if self.sessions is None or message.session_id is None:
            return None
        return self.sessions.of(message.session_id)

    def _take(self, shelf: Shelf, now: float) -> Message | None:
        while (message := shelf.take()) is not None:
            if not _is_over(message, now):
                return message
            self._expire(message, now)
        return None

    def _hand_out(self, message: Message, consumer: Consumer, now: float) -> None:
        if consumer.deletes:
            self._remove(message)
        else:
            self._lock(message, now)
        consumer.deliver(message)

    def _lock(self, message: Message, now: float) -> None:
        session = self._session_of(message)
        if session is None:
            self._locks.lock(message, now)
        else:
            session.locked[message.sequence] = message
            self._locks.lock_in_session(message, session.until)

    def _settled(self, token: UUID, now: float) -> Message:
        message = self._locks.held(token, now)
        self._forget_lock(message)
        return message

    def _forget_lock(self, message: Message) -> None:
        session = self._session_of(message)
        if session is not None:
            session.locked.pop(message.sequence, None)
        self._locks.forget(message)

    def _unlock(self, message: Message, now: float, *, failed: bool) -> None:
        self._forget_lock(message)
        if failed:
            message.delivery_count += 1
            most = self.definition.max_delivery_count
            if most is not None and message.delivery_count >= most and self.dead_letters is not None:
                description = f"Message could not be consumed after {message.delivery_count} delivery attempts."
                self._bury(message, self.dead_letters, now, "MaxDeliveryCountExceeded", description)
                return
            self._save(message)
        if message.available and _is_over(message, now):
            self._expire(message, now)
        else:
            self._make_available(message, now)

    def _session_released(self, messages: list[Message], now: float, failed: bool) -> None:
        for message in messages:
            self._unlock(message, now, failed=failed)

    def _session_state_changed(self, session: Session) -> None:
        self._journal.session(self.definition.name, session.id, session.state, session.updated)

    def _expire(self, message: Message, now: float) -> None:
        if self.definition.dead_letter_on_expiry and self.dead_letters is not None:
            self._bury(message, self.dead_letters, now, *TTL_EXPIRED)
        else:
            self._remove(message)

    def _bury(self, message: Message, dead: "Entity", now: float, reason: str | None, description: str | None) -> None:
        named = {"DeadLetterReason": reason, "DeadLetterErrorDescription": description}
        added = {name: text for name, text in named.items() if text is not None}
        content = with_application_properties(message.content, added) if added else message.content
        self._remove(message)
        message.content = content
        message.state, message.ttl_s, message.lock = State.ACTIVE, None, None
        dead._add(message, now)
        dead.pump(now)

    def _remove(self, message: Message) -> None:
        self._forget_lock(message)
        if self._messages.pop(message.sequence, None) is None:
            return
        self._ledger.bytes -= message.content.size
        self._expiries.discard(message.sequence)
        self._schedule.discard(message.sequence)
        self._journal.remove(self.definition.name, message.sequence)
        session = self._session_of(message)
        if session is not None and self.sessions is not None:
            session.messages -= 1
            self.sessions.forget_if_empty(session)

    def _save(self, message: Message) -> None:
        self._journal.put(self.definition.name, self.dead_letters is None, message)


def _is_over(message: Message, now: float) -> bool:
    return message.expires is not None and message.expires <= now


def _shorter(one: float | None, other: float | None) -> float | None:
    return min((ttl for ttl in (one, other) if ttl is not None), default=None)
