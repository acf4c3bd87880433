"""The $management node of a queue: everything that is not a transfer."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from local.servicebus.broker.entity import Entity
from local.servicebus.broker.sessions import Holder, Sessions
from local.servicebus.codec import constructors as code
from local.servicebus.codec.types import Array, Int, Long, Map, Timestamp, Value
from local.servicebus.errors import (
    ARGUMENT_ERROR,
    ARGUMENT_OUT_OF_RANGE,
    MESSAGE_SIZE_EXCEEDED,
    NOT_ALLOWED,
    NOT_IMPLEMENTED,
    AmqpError,
)
from local.servicebus.limits import MESSAGE_BYTES, PEEKED_BYTES, PEEKED_MESSAGES, SESSIONS_PAGE
from local.servicebus.message import Incoming, parse
from local.servicebus.protocol.link import Link
from local.servicebus.protocol.requests import Answer, Request, status

if TYPE_CHECKING:
    from local.servicebus.protocol.connection import Connection

_PREFIX = "com.microsoft:"
_OK, _NO_CONTENT = 200, 204
_RECEIVE_AND_DELETE = 0
# What .NET's DateTime.MaxValue is in milliseconds: asks for sessions with messages, whenever their state was set.
_ANY_TIME_MS = 253_402_300_800_000
_MOST_SEQUENCES = 4_096


class ManagementNode:
    """Of one connection and one queue."""

    def __init__(self, connection: "Connection", entity: Entity) -> None:
        self._connection = connection
        self._entity = entity
        self._operations: dict[str, Callable[[Map], Answer]] = {
            "renew-lock": self._renew_lock,
            "peek-message": self._peek,
            "update-disposition": self._update_disposition,
            "receive-by-sequence-number": self._receive_deferred,
            "schedule-message": self._schedule,
            "cancel-scheduled-message": self._cancel_scheduled,
            "renew-session-lock": self._renew_session_lock,
            "get-session-state": self._get_session_state,
            "set-session-state": self._set_session_state,
            "get-message-sessions": self._message_sessions,
        }

    def handle(self, request: Request) -> Answer:
        """Do an operation and answer with its result, or with why it cannot be done."""
        try:
            return self._operation(request.text("operation"))(_body(request))
        except AmqpError as error:
            return Answer(status(error.status, error.description, error.condition))

    def _operation(self, name: str) -> Callable[[Map], Answer]:
        operation = self._operations.get(name.removeprefix(_PREFIX))
        if operation is None:
            raise AmqpError(NOT_IMPLEMENTED, f"The operation '{name[:100]}' is not supported.")
        return operation

    @property
    def _now(self) -> float:
        return self._connection.service.now()

    def _renew_lock(self, body: Map) -> Answer:
        until = self._entity.renew(_lock_tokens(body), self._now)
        return _ok(("expirations", Array(code.TIMESTAMP, tuple(_timestamp(moment) for moment in until))))

    def _peek(self, body: Map) -> Answer:
        count = min(_integer(body, "message-count"), PEEKED_MESSAGES)
        found = self._entity.peek(_integer(body, "from-sequence-number"), count, self._now, _text(body, "session-id"))
        peeked: list[Value] = []
        size = 0
        for message in found:
            content = message.to_bytes()
            size += len(content)
            if peeked and size > PEEKED_BYTES:
                break
            peeked.append(Map((("message", content),)))
        return _ok(("messages", peeked)) if peeked else Answer(status(_NO_CONTENT, "No content"))

    def _update_disposition(self, body: Map) -> Answer:
        named = _text(body, "disposition-status")
        acts: dict[str, Callable[[UUID, float], None]] = {
            "completed": self._entity.complete,
            "abandoned": self._entity.abandon,
            "defered": self._entity.defer,
            "suspended": lambda token, now: self._entity.dead_letter(
                token, now, _text(body, "deadletter-reason"), _text(body, "deadletter-description")
            ),
        }
        act = acts.get(named or "")
        if act is None:
            raise AmqpError(ARGUMENT_ERROR, f"disposition-status must be one of {', '.join(acts)}.")
        tokens = _lock_tokens(body)
        self._entity.require_locks(tokens, self._now)
        for token in tokens:
            act(token, self._now)
        self._connection.service.stats.settled += len(tokens)
        return _ok()

    def _receive_deferred(self, body: Map) -> Answer:
        deletes = _integer(body, "receiver-settle-mode") == _RECEIVE_AND_DELETE
        session_id = _text(body, "session-id")
        if self._entity.sessions is not None:
            self._entity.sessions.held(session_id or "", self._holds)
        messages = self._entity.receive_deferred(
            _integers(body, "sequence-numbers"), self._now, deletes=deletes, session_id=session_id
        )
        received: list[Value] = []
        for message in messages:
            pairs: tuple[tuple[Value, Value], ...] = (("message", message.to_bytes()),)
            if message.lock is not None:
                pairs = (*pairs, ("lock-token", message.lock.token))
            received.append(Map(pairs))
        return _ok(("messages", received))

    def _schedule(self, body: Map) -> Answer:
        if self._entity.dead_letters is None:
            raise AmqpError(NOT_ALLOWED, "Messages cannot be sent to a queue of dead letters.")
        entries = body.get("messages")
        if not isinstance(entries, list) or not entries:
            raise AmqpError(ARGUMENT_ERROR, "messages must be a list.")
        incoming = [_scheduled(entry) for entry in entries]
        if sum(message.content.size for message in incoming) > MESSAGE_BYTES:
            raise AmqpError(MESSAGE_SIZE_EXCEEDED, f"The messages exceed the limit of {MESSAGE_BYTES} bytes.")
        numbers = self._entity.send(incoming, self._now)
        self._connection.service.stats.sent += len(incoming)
        return _ok(("sequence-numbers", Array(code.LONG, tuple(Long(number) for number in numbers))))

    def _cancel_scheduled(self, body: Map) -> Answer:
        self._entity.cancel_scheduled(_integers(body, "sequence-numbers"))
        return _ok()

    def _renew_session_lock(self, body: Map) -> Answer:
        until = self._sessions.renew(_text(body, "session-id") or "", self._holds, self._now)
        return _ok(("expiration", _timestamp(until)))

    def _get_session_state(self, body: Map) -> Answer:
        session = self._sessions.held(_text(body, "session-id") or "", self._holds)
        return _ok(("session-state", session.state))

    def _set_session_state(self, body: Map) -> Answer:
        session = self._sessions.held(_text(body, "session-id") or "", self._holds)
        state = body.get("session-state")
        if state is not None and not isinstance(state, bytes):
            raise AmqpError(ARGUMENT_ERROR, "session-state must be a binary or null.")
        self._sessions.set_state(session, state, self._now)
        return _ok()

    def _message_sessions(self, body: Map) -> Answer:
        after = _integer(body, "last-updated-time")
        skip, top = _integer(body, "skip"), min(_integer(body, "top"), SESSIONS_PAGE)
        if skip < 0 or top < 1:
            raise AmqpError(ARGUMENT_OUT_OF_RANGE, "skip must not be negative and top must be positive.")
        page = self._sessions.ids(None if after >= _ANY_TIME_MS else after / 1000)[skip : skip + top]
        if not page:
            return Answer(status(_NO_CONTENT, "No content", "com.microsoft:session-not-found"))
        # The key is misspelt in the service too.
        return _ok(("skip", Int(skip + len(page))), ("sessions-ids", Array(code.STRING32, tuple(page))))

    @property
    def _sessions(self) -> Sessions:
        if self._entity.sessions is None:
            raise AmqpError(NOT_ALLOWED, f"The queue '{self._entity.definition.name}' has no sessions.")
        return self._entity.sessions

    def _holds(self, holder: Holder) -> bool:
        """Whether a receiver of this very connection has the session."""
        return isinstance(holder, Link) and holder.session.connection is self._connection


def _ok(*pairs: tuple[str, Value]) -> Answer:
    return Answer(status(_OK, "OK"), Map(tuple(pairs)))


def _body(request: Request) -> Map:
    if not isinstance(request.body, Map):
        raise AmqpError(ARGUMENT_ERROR, "The body of a request must be a map.")
    return request.body


def _timestamp(moment: float) -> Timestamp:
    return Timestamp(round(moment * 1000))


def _items(value: Value) -> tuple[Value, ...]:
    if isinstance(value, Array):
        return value.items
    return tuple(value) if isinstance(value, list) else ()


def _lock_tokens(body: Map) -> list[UUID]:
    items = _items(body.get("lock-tokens"))
    tokens = [token for token in items if isinstance(token, UUID)]
    if not tokens or len(tokens) != len(items):
        raise AmqpError(ARGUMENT_ERROR, "lock-tokens must be an array of uuids.")
    return list(dict.fromkeys(tokens))


def _integers(body: Map, name: str) -> list[int]:
    items = _items(body.get(name))
    numbers = [int(item) for item in items if isinstance(item, int) and not isinstance(item, bool)]
    if not numbers or len(numbers) != len(items) or len(items) > _MOST_SEQUENCES:
        raise AmqpError(ARGUMENT_ERROR, f"{name} must be an array of 1 to {_MOST_SEQUENCES} longs.")
    return numbers


def _integer(body: Map, name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise AmqpError(ARGUMENT_ERROR, f"{name} must be a number.")
    return int(value)


def _text(body: Map, name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise AmqpError(ARGUMENT_ERROR, f"{name} must be a string.")
    return value


def _scheduled(entry: Value) -> Incoming:
    message = entry.get("message") if isinstance(entry, Map) else None
    if not isinstance(message, bytes):
        raise AmqpError(ARGUMENT_ERROR, "Each of messages must be a map with an encoded message.")
    incoming = parse(message)
    if incoming.scheduled is None:
        raise AmqpError(ARGUMENT_ERROR, "A message to schedule must say when, in x-opt-scheduled-enqueue-time.")
    return incoming
