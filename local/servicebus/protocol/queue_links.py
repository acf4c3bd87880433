"""Links to queues: senders, receivers, and receivers of a session."""

from asyncio import TimerHandle
from typing import TYPE_CHECKING
from uuid import UUID

from local.servicebus.broker.entity import Entity
from local.servicebus.broker.messages import Message
from local.servicebus.broker.sessions import Session as QueueSession
from local.servicebus.codec.performatives import Attach, Rejected, error_value
from local.servicebus.codec.records import Record
from local.servicebus.codec.types import Described, Long, Map, Symbol, Value
from local.servicebus.errors import (
    NOT_ALLOWED,
    NOT_IMPLEMENTED,
    SERVER_BUSY,
    SESSION_LOCK_LOST,
    TIMEOUT,
    AmqpError,
)
from local.servicebus.message import batched, parse
from local.servicebus.protocol.link import Egress, Ingress
from local.servicebus.protocol.outcomes import settle

if TYPE_CHECKING:
    from local.servicebus.protocol.session import Session

SESSION_FILTER = "com.microsoft:session-filter"
_LOCKED_UNTIL = "com.microsoft:locked-until-utc"
# .NET counts 100 ns from the year 1.
_EPOCH_TICKS = 621_355_968_000_000_000
_TICKS_PER_S = 10_000_000
# Where a source's filter is among its fields.
_FILTER = 7
_PLAIN = 0
_BATCH = 0x80013700


class QueueIngress(Ingress):
    """A sender to a queue."""

    def __init__(self, session: "Session", frame: Attach, path: str, entity: Entity) -> None:
        super().__init__(session, frame, path)
        if entity.dead_letters is None:
            raise AmqpError(NOT_ALLOWED, f"Messages cannot be sent to '{path}', a queue of dead letters.")
        self._entity = entity

    def on_message(self, number: int, settled: bool, message_format: int, message: bytes) -> None:
        service = self.session.connection.service
        if service.injector.send_fails():
            service.stats.refused_sends += 1
            raise AmqpError(SERVER_BUSY, "The request was terminated because the entity is being throttled.")
        if message_format == _BATCH:
            incoming = [parse(inner) for inner in batched(message)]
        elif message_format == _PLAIN:
            incoming = [parse(message)]
        else:
            raise AmqpError(NOT_IMPLEMENTED, f"message format 0x{message_format:x}")
        self._entity.send(incoming, service.now())
        service.stats.sent += len(incoming)
        if not settled:
            session = self.session
            service.when_kept(lambda: session.accept(number))


class QueueReceiver(Egress):
    """What the receivers of a queue and of a session have in common."""

    def __init__(self, session: "Session", frame: Attach, path: str, entity: Entity) -> None:
        super().__init__(session, frame, path)
        self.deletes = self.settles
        self.entity = entity

    def wants(self) -> bool:
        return self.can_send()

    def deliver(self, message: Message) -> None:
        """Send a message with its lock token as the delivery tag, the way SDKs read it."""
        self.session.connection.service.stats.delivered += 1
        if message.lock is None:
            self.send(message.to_bytes(), message.sequence.to_bytes(8, "big"), None)
        else:
            self.send(message.to_bytes(), message.lock.token.bytes_le, message.lock.token)

    def settle(self, number: int, token: UUID, outcome: Record, *, answer: bool) -> None:
        """Settle a delivery and answer with what became of it, once that is kept."""
        session, service = self.session, self.session.connection.service
        try:
            self._lose_lock(token)
            done = settle(self.entity, token, outcome, service.now())
            service.stats.settled += 1
        except AmqpError as error:
            done = Rejected(error_value(error))
        if answer:
            service.when_kept(lambda: session.send_outcome(number, done, role=False))

    def _lose_lock(self, token: UUID) -> None:
        """End a lock if a switch of the broker says so."""
        service = self.session.connection.service
        if service.injector.settlement_is_lost():
            self.entity.abandon(token, service.now())


class QueueEgress(QueueReceiver):
    """A receiver of a queue."""

    def __init__(self, session: "Session", frame: Attach, path: str, entity: Entity) -> None:
        super().__init__(session, frame, path, entity)
        if entity.sessions is not None:
            raise AmqpError(
                NOT_ALLOWED,
                "It is not possible for an entity that requires sessions to create a non-sessionful message receiver.",
            )

    def start(self) -> None:
        super().start()
        self.entity.consumers.add(self)

    def closed(self) -> None:
        # What it has stays locked until the locks end, as in the service.
        self.entity.consumers.discard(self)

    def resume(self) -> None:
        self.entity.pump(self.session.connection.service.now())


class SessionEgress(QueueReceiver):
    """A receiver of one session. It is answered when it has the session, which may be later."""

    def __init__(
        self, session: "Session", frame: Attach, path: str, entity: Entity, session_id: str | None, wait_s: float
    ) -> None:
        super().__init__(session, frame, path, entity)
        if entity.sessions is None:
            raise AmqpError(
                NOT_ALLOWED,
                "A sessionful message receiver cannot be created on an entity that does not require sessions.",
            )
        self._sessions = entity.sessions
        self._wait_s = wait_s
        self._timer: TimerHandle | None = None
        self._held: QueueSession | None = None
        if session_id is not None:
            self._held = self._sessions.accept(session_id, self, session.connection.service.now())

    def start(self) -> None:
        service = self.session.connection.service
        if self._held is None:
            self._held = self._sessions.accept_next(self, service.now())
        if self._held is not None:
            super().start()
            return
        self._sessions.wait(self)
        self._timer = service.loop.call_later(self._wait_s, self._give_up)

    def answer(self) -> Attach:
        answer = super().answer()
        held = self._held
        if held is not None:
            answer.source = _granted(self.frame.source, held.id)
            ticks = _EPOCH_TICKS + round(held.until * _TICKS_PER_S)
            answer.properties = Map(((Symbol(_LOCKED_UNTIL), Long(ticks)),))
        return answer

    def session_granted(self, session: QueueSession) -> None:
        self._held = session
        self._stop_waiting()
        super().start()

    def session_filled(self) -> None:
        self.resume()

    def session_lost(self) -> None:
        self._held = None
        self.session.detach(self, AmqpError(SESSION_LOCK_LOST, "The session lock has expired. Accept a new session."))

    def closed(self) -> None:
        self._stop_waiting()
        self._sessions.give_up(self)
        if self._held is not None:
            held, self._held = self._held, None
            self._sessions.release(held, self, self.session.connection.service.now())

    def resume(self) -> None:
        if self._held is not None:
            self.entity.pump_session(self._held, self, self.session.connection.service.now())

    def _give_up(self) -> None:
        self._timer = None
        self._sessions.give_up(self)
        error = AmqpError(TIMEOUT, "The operation did not complete within the allotted time: no session is free.")
        self.session.withdraw(self, error)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _granted(source: Value, session_id: str) -> Value:
    """The peer's source with the id of the session that it got in the filter."""
    if not isinstance(source, Described) or not isinstance(source.value, list):
        return source
    fields = [*source.value, *[None] * (_FILTER + 1 - len(source.value))]
    filters = fields[_FILTER]
    others = filters.pairs if isinstance(filters, Map) else ()
    others = tuple((key, value) for key, value in others if key != SESSION_FILTER)
    fields[_FILTER] = Map((*others, (Symbol(SESSION_FILTER), session_id)))
    return Described(source.descriptor, fields)
