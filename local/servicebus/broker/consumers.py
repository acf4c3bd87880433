"""Who receives from a queue, in turn."""

from collections import deque
from typing import Protocol

from local.servicebus.broker.messages import Message


class Consumer(Protocol):
    """A receiver. ``deletes``: what it gets is gone from the queue (receive-and-delete)."""

    deletes: bool

    def wants(self) -> bool:
        """Whether it takes a message now."""
        ...

    def deliver(self, message: Message) -> None:
        """Hand it a message; locked, unless it deletes."""
        ...


class Consumers:
    """The one who got a message last gets the next one last."""

    def __init__(self) -> None:
        self._turns: deque[Consumer] = deque()

    def add(self, consumer: Consumer) -> None:
        self._turns.append(consumer)

    def discard(self, consumer: Consumer) -> None:
        if consumer in self._turns:
            self._turns.remove(consumer)

    def next(self) -> Consumer | None:
        """Return the next one that wants a message, whose turn is over then; None when nobody does."""
        for _ in range(len(self._turns)):
            consumer = self._turns[0]
            self._turns.rotate(-1)
            if consumer.wants():
                return consumer
        return None
