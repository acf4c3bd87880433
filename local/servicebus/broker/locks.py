"""Which messages are locked, by token, and until when."""

from uuid import UUID, uuid4

from local.servicebus.broker.deadlines import Deadlines
from local.servicebus.broker.messages import Lock, Message
from local.servicebus.errors import MESSAGE_LOCK_LOST, AmqpError


class Locks:
    """Locks that end by themselves, and those of sessions, which end with the session's."""

    def __init__(self, duration_s: float) -> None:
        self._duration_s = duration_s
        self._messages: dict[UUID, Message] = {}
        self._ends: Deadlines[UUID] = Deadlines()

    def __len__(self) -> int:
        return len(self._messages)

    def lock(self, message: Message, now: float) -> None:
        """Lock a message for the queue's lock duration."""
        lock = message.lock = Lock(uuid4(), now + self._duration_s)
        self._messages[lock.token] = message
        self._ends.set(lock.token, lock.until)

    def lock_in_session(self, message: Message, until: float) -> None:
        """Lock a message for as long as its session is."""
        lock = message.lock = Lock(uuid4(), until)
        self._messages[lock.token] = message

    def held(self, token: UUID, now: float) -> Message:
        """Return the message with this lock.

        Raises:
            AmqpError: There is no such lock, or it has ended.
        """
        message = self._messages.get(token)
        if message is None or message.lock is None or (token in self._ends and message.lock.until <= now):
            raise AmqpError(
                MESSAGE_LOCK_LOST,
                "The lock supplied is invalid. Either the lock expired, or the message has already been removed from "
                "the queue.",
            )
        return message

    def forget(self, message: Message) -> None:
        """Unlock a message, if it is locked."""
        if message.lock is not None:
            self._messages.pop(message.lock.token, None)
            self._ends.discard(message.lock.token)
            message.lock = None

    def renew(self, tokens: list[UUID], now: float) -> list[float]:
        """Return until when the messages are locked now, all or none. Raises as ``held``."""
        messages = [self.held(token, now) for token in tokens]
        until = now + self._duration_s
        for message, token in zip(messages, tokens, strict=True):
            message.lock = Lock(token, until)
            if token in self._ends:
                self._ends.set(token, until)
        return [until] * len(tokens)

    def take_ended(self, now: float) -> list[Message]:
        """Return the messages whose locks have ended; ``forget`` unlocks them."""
        return [self._messages[token] for token in self._ends.take_due(now)]

    def next_end(self) -> float | None:
        return self._ends.next()
