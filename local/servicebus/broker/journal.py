"""What the broker tells its store, so that a restart finds everything again."""

from typing import Protocol

from local.servicebus.broker.messages import Message


class Journal(Protocol):
    """Changes are kept in the order in which they are told. ``dead``: it is among the queue's dead letters."""

    def put(self, queue: str, dead: bool, message: Message) -> None:
        """The message is there, as it is now."""
        ...

    def remove(self, queue: str, sequence: int) -> None:
        """The message is gone."""
        ...

    def numbered(self, queue: str, sequence: int) -> None:
        """Sequence numbers up to this one were given away."""
        ...

    def remember(self, queue: str, message_id: str, until: float) -> None:
        """A message of this id is a duplicate ``until`` then."""
        ...

    def forget(self, queue: str, message_id: str) -> None:
        """It no longer is."""
        ...

    def session(self, queue: str, session_id: str, state: bytes | None, updated: float) -> None:
        """A session has this state; None: no state."""
        ...
