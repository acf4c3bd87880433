"""What a queue and its dead letters share."""

from dataclasses import dataclass

from local.servicebus.errors import RESOURCE_LIMIT, AmqpError
from local.servicebus.limits import QUEUE_BYTES


@dataclass(slots=True)
class Ledger:
    """The last sequence number, and room for so many bytes of messages."""

    room: int = QUEUE_BYTES
    sequence: int = 0
    bytes: int = 0

    def next_number(self) -> int:
        """Return a number that no message had before."""
        self.sequence += 1
        return self.sequence

    def given(self, sequence: int) -> None:
        """Give away higher numbers only."""
        self.sequence = max(self.sequence, sequence)

    def require_room(self, queue: str, size: int) -> None:
        """Raise unless ``size`` more bytes fit.

        Raises:
            AmqpError: They do not.
        """
        if self.bytes + size > self.room:
            raise AmqpError(RESOURCE_LIMIT, f"The queue '{queue}' is full: {self.bytes} of {self.room} bytes.")
