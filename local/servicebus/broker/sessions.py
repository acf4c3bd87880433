"""Sessions of a queue: who has which, until when, and who waits for one.

Service Bus counts a delivery as failed when a session's lock expires, and not when its receiver closes
(learn.microsoft.com, "Message sessions", impact of delivery count).
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from local.servicebus.broker.deadlines import Deadlines
from local.servicebus.broker.messages import Message
from local.servicebus.broker.shelf import Shelf
from local.servicebus.errors import (
    MESSAGE_SIZE_EXCEEDED,
    SESSION_CANNOT_BE_LOCKED,
    SESSION_LOCK_LOST,
    AmqpError,
)
from local.servicebus.limits import SESSION_STATE_BYTES


class Holder(Protocol):
    """A receiver that has, or waits for, a session."""

    def session_granted(self, session: "Session") -> None:
        """It has waited and now has one."""
        ...

    def session_filled(self) -> None:
        """The session that it has got a message that waits for it."""
        ...

    def session_lost(self) -> None:
        """The lock of the session that it had has expired."""
        ...


class Session:
    """``until``: when the holder's lock ends; ``updated``: when the state was set. Seconds since the epoch."""

    def __init__(self, session_id: str, held: dict[int, Message]) -> None:
        self.id = session_id
        self.shelf = Shelf(held)
        self.locked: dict[int, Message] = {}
        """The messages that its receiver has, by sequence number."""
        self.messages = 0
        """How many messages the queue has of it."""
        self.state: bytes | None = None
        self.updated = 0.0
        self.holder: Holder | None = None
        self.until = 0.0


class Sessions:
    """``released`` is told the messages that a receiver no longer has, the time, and whether this is a failure."""

    def __init__(
        self,
        held: dict[int, Message],
        lock_duration_s: float,
        released: Callable[[list[Message], float, bool], None],
        state_changed: Callable[[Session], None],
    ) -> None:
        self._held = held
        self._lock_duration_s = lock_duration_s
        self._released = released
        self._state_changed = state_changed
        self._all: dict[str, Session] = {}
        self._open: dict[str, Session] = {}
        """Those with messages and without a receiver, as far as is known."""
        self._waiting: deque[Holder] = deque()
        self._locks: Deadlines[str] = Deadlines()

    def of(self, session_id: str) -> Session:
        """Return the session, new if need be."""
        session = self._all.get(session_id)
        if session is None:
            session = self._all[session_id] = Session(session_id, self._held)
        return session

    def get(self, session_id: str) -> Session | None:
        return self._all.get(session_id)

    def restore(self, session_id: str, state: bytes | None, updated: float) -> None:
        """Take over a state that was kept."""
        session = self.of(session_id)
        session.state, session.updated = state, updated

    def accept(self, session_id: str, holder: Holder, now: float) -> Session:
        """Lock a session for ``holder``.

        Raises:
            AmqpError: Another receiver has it.
        """
        session = self.of(session_id)
        if session.holder is not None:
            raise AmqpError(SESSION_CANNOT_BE_LOCKED, f"The requested session '{session_id}' cannot be accepted.")
        self._hold(session, holder, now)
        return session

    def accept_next(self, holder: Holder, now: float) -> Session | None:
        """Lock the session whose message has waited longest, None when no session has any."""
        first: tuple[int, Session] | None = None
        for session in list(self._open.values()):
            message = session.shelf.first()
            if message is None:
                del self._open[session.id]
            elif first is None or message.sequence < first[0]:
                first = message.sequence, session
        if first is None:
            return None
        self._hold(first[1], holder, now)
        return first[1]

    def wait(self, holder: Holder) -> None:
        """Put ``holder`` at the end of those who wait for any session."""
        self._waiting.append(holder)

    def give_up(self, holder: Holder) -> None:
        """It no longer waits."""
        if holder in self._waiting:
            self._waiting.remove(holder)

    def filled(self, session: Session, now: float) -> None:
        """A message of the session waits for a receiver."""
        if session.holder is not None:
            session.holder.session_filled()
        else:
            self._open[session.id] = session
            self.serve(now)

    def serve(self, now: float) -> None:
        """Give sessions to those who wait."""
        while self._waiting and self._open:
            holder = self._waiting[0]
            session = self.accept_next(holder, now)
            if session is None:
                return
            self._waiting.popleft()
            holder.session_granted(session)

    def release(self, session: Session, holder: Holder, now: float) -> None:
        """The receiver has closed: its messages wait again, and this counts as no failure."""
        if session.holder is holder:
            self._let_go(session, now, failed=False)

    def expire(self, now: float) -> None:
        """Take the sessions away whose locks have ended."""
        for session_id in self._locks.take_due(now):
            session = self._all[session_id]
            holder = session.holder
            self._let_go(session, now, failed=True)
            if holder is not None:
                holder.session_lost()

    def next_expiry(self) -> float | None:
        return self._locks.next()

    def renew(self, session_id: str, holds: Callable[[Holder], bool], now: float) -> float:
        """Return until when the session is locked now.

        Raises:
            AmqpError: Who asks does not have it.
        """
        session = self.held(session_id, holds)
        session.until = now + self._lock_duration_s
        self._locks.set(session_id, session.until)
        return session.until

    def held(self, session_id: str, holds: Callable[[Holder], bool]) -> Session:
        """Return the session if a holder for whom ``holds`` is true has it. Raises as ``renew``."""
        session = self._all.get(session_id)
        if session is None or session.holder is None or not holds(session.holder):
            raise AmqpError(
                SESSION_LOCK_LOST,
                f"The session lock of '{session_id}' has expired or was lost. Accept a new session.",
            )
        return session

    def set_state(self, session: Session, state: bytes | None, now: float) -> None:
        """Keep ``state``; None removes it.

        Raises:
            AmqpError: It is too large.
        """
        if state is not None and len(state) > SESSION_STATE_BYTES:
            raise AmqpError(
                MESSAGE_SIZE_EXCEEDED, f"A session state of {len(state)} bytes, at most {SESSION_STATE_BYTES}."
            )
        session.state, session.updated = state, now
        self._state_changed(session)

    def forget_if_empty(self, session: Session) -> None:
        """Drop what nobody could tell from a new session."""
        if not session.messages and session.holder is None and session.state is None:
            self._all.pop(session.id, None)
            self._open.pop(session.id, None)

    def ids(self, updated_after: float | None) -> list[str]:
        """Return the sessions with messages or a state; or those whose state was set after a moment."""
        if updated_after is not None:
            return sorted(s.id for s in self._all.values() if s.state is not None and s.updated > updated_after)
        return sorted(s.id for s in self._all.values() if s.messages or s.state is not None)

    def _hold(self, session: Session, holder: Holder, now: float) -> None:
        session.holder = holder
        session.until = now + self._lock_duration_s
        self._locks.set(session.id, session.until)
        self._open.pop(session.id, None)

    def _let_go(self, session: Session, now: float, *, failed: bool) -> None:
        session.holder = None
        self._locks.discard(session.id)
        messages = list(session.locked.values())
        session.locked.clear()
        self._released(messages, now, failed)
        if session.shelf.first() is not None:
            self.filled(session, now)
        self.forget_if_empty(session)
