"""All queues, by the addresses under which clients name them."""

from collections.abc import Iterable

from local.servicebus.broker.definition import QueueDefinition
from local.servicebus.broker.entity import Entity
from local.servicebus.broker.journal import Journal
from local.servicebus.broker.ledger import Ledger
from local.servicebus.errors import NOT_FOUND, AmqpError
from local.servicebus.limits import NAME_CHARACTERS, QUEUE_BYTES

DEAD_LETTERS = "/$deadletterqueue"


class Namespace:
    """Names are compared as the service compares them, without regard to case. ``room``: bytes that a queue holds."""

    def __init__(self, definitions: Iterable[QueueDefinition], journal: Journal, room: int = QUEUE_BYTES) -> None:
        self.queues: dict[str, Entity] = {}
        for definition in definitions:
            ledger = Ledger(room)
            dead = Entity(definition.of_dead_letters(), journal, ledger)
            self.queues[definition.name.lower()] = Entity(definition, journal, ledger, dead)

    def entity(self, path: str) -> Entity:
        """Return the queue, or the queue of dead letters, with this path.

        Raises:
            AmqpError: There is none.
        """
        name = path.lower()
        of_dead = name.endswith(DEAD_LETTERS)
        queue = self.queues.get(name.removesuffix(DEAD_LETTERS))
        if queue is None:
            raise AmqpError(NOT_FOUND, f"The messaging entity '{path[:NAME_CHARACTERS]}' could not be found.")
        return queue.dead_letters if of_dead and queue.dead_letters is not None else queue

    def entities(self) -> Iterable[Entity]:
        """Yield every queue, and the queue of its dead letters."""
        for queue in self.queues.values():
            yield queue
            if queue.dead_letters is not None:
                yield queue.dead_letters

    def advance(self, now: float) -> None:
        """Do what is due everywhere."""
        for entity in self.entities():
            entity.advance(now)

    def next_due(self) -> float | None:
        """Return when ``advance`` has something to do, None for never."""
        moments = [entity.next_due() for entity in self.entities()]
        return min((moment for moment in moments if moment is not None), default=None)
