"""Message ids that came within the queue's window."""

from local.servicebus.broker.deadlines import Deadlines
from local.servicebus.broker.journal import Journal


class Duplicates:
    """``window_s``: how long an id is remembered; 0 or None: not at all."""

    def __init__(self, queue: str, window_s: float | None, journal: Journal) -> None:
        self._queue = queue
        self._window_s = window_s
        self._journal = journal
        self._known: Deadlines[str] = Deadlines()

    def restore(self, message_id: str, until: float) -> None:
        """Take over an id that was kept."""
        self._known.set(message_id, until)

    def seen(self, message_id: str | None, now: float) -> bool:
        """Tell whether the id came before, and remember it."""
        if not self._window_s or message_id is None:
            return False
        if message_id in self._known:
            return True
        self._known.set(message_id, now + self._window_s)
        self._journal.remember(self._queue, message_id, now + self._window_s)
        return False

    def forget_old(self, now: float) -> None:
        """Forget the ids whose time is over."""
        for message_id in self._known.take_due(now):
            self._journal.forget(self._queue, message_id)

    def next_end(self) -> float | None:
        return self._known.next()
