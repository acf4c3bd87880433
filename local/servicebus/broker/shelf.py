"""Messages that wait for a receiver, lowest sequence number first."""

import heapq

from local.servicebus.broker.messages import Message


class Shelf:
    """The messages of a queue, or of a session. ``held`` is what the queue has, by sequence number."""

    def __init__(self, held: dict[int, Message]) -> None:
        self._held = held
        self._waiting: list[int] = []

    def put(self, message: Message) -> None:
        """Make a message wait; one that was abandoned waits at its old place."""
        heapq.heappush(self._waiting, message.sequence)

    def first(self) -> Message | None:
        """Return the first one that still waits; it stays where it is."""
        while self._waiting:
            message = self._held.get(self._waiting[0])
            if message is not None and message.available:
                return message
            heapq.heappop(self._waiting)
        return None

    def take(self) -> Message | None:
        """Return the first one and take it away."""
        message = self.first()
        if message is not None:
            heapq.heappop(self._waiting)
        return message
