"""What is kept in memory beside the tables: written by the writer thread alone, read in any, of one view each."""

import threading
from abc import ABC, abstractmethod
from enum import Enum
from typing import Any, Final, TypeAlias


class Gone(Enum):
    """In place of a value: the item was deleted."""

    GONE = "gone"


GONE: Final = Gone.GONE

Change: TypeAlias = tuple[int, str, int, Any]
"""Item, its partition key, the write, and the value at the index's path (None: there is none) or ``GONE``."""


class MemoryIndex(ABC):
    """An index of one container at one path."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entering = 0
        self.discarded = False

    def discard(self) -> None:
        """A commit failed after ``apply``: the index no longer agrees with the tables and is built anew."""
        self.discarded = True

    def enter(self) -> None:
        """Called before a reader fixes its view of the tables; ``leave`` ends it. Meanwhile nothing is dropped."""
        with self._lock:
            self._entering += 1

    def leave(self) -> None:
        with self._lock:
            self._entering -= 1

    @abstractmethod
    def apply(self, changes: list[Change]) -> None:
        """Changes in their order: what an item had holds up to its change, what it has now from there on."""
