"""Public limits, list prices and assumptions, read from ``figures.yaml``."""

from bisect import bisect_left
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

# What a search waits for one after the other: synonyms, scores, analysis; searches, attributes for the flags.
_CALLS_IN_TURN, _QUERIES_IN_TURN = 3, 2
FILE = Path(__file__).with_name("figures.yaml")


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(_Entry):
    """``source`` and ``date``: where it stands and when it was read there, unless ``read`` is False."""

    value: float = Field(gt=0)
    unit: str
    source: str
    date: date
    read: bool = True
    note: str = ""


class Assumption(_Entry):
    """What no document gives. ``note``: why it is what it is."""

    value: float = Field(gt=0)
    unit: str
    note: str


class RequestUnits(_Entry):
    """Charges of one operation by the size of its item."""

    source: str
    date: date
    kb: tuple[int, ...]
    read: tuple[float, ...]
    write: tuple[float, ...]

    def size_class(self, item_bytes: int) -> int:
        """Return the smallest documented size, in KB, that holds ``item_bytes``.

        Raises:
            ValueError: No item of that size may be stored.
        """
        place = bisect_left(self.kb, item_bytes / 1024)
        if place == len(self.kb):
            raise ValueError(f"an item of {item_bytes} bytes is larger than {self.kb[-1]} KB")
        return self.kb[place]

    def of(self, operation: str, size_class: int) -> float:
        """Return the charge of an operation on an item of ``size_class`` KB."""
        charges = self.read if operation.startswith("read") else self.write
        return charges[self.kb.index(size_class)]


class Figures(_Entry):
    assumed: dict[str, Assumption]
    documented: dict[str, Figure]
    request_units: RequestUnits

    @property
    def search_s(self) -> float:
        """Seconds from a search's acceptance to its results in Azure."""
        return _CALLS_IN_TURN * self["chat_s"] + _QUERIES_IN_TURN * self["semantic_query_s"] + self["steps_s"]

    def __getitem__(self, name: str) -> float:
        found = self.assumed.get(name) or self.documented.get(name)
        if found is None:
            raise KeyError(f"no figure {name!r}")
        return found.value


def figures() -> Figures:
    """Return what ``figures.yaml`` says."""
    return Figures.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))
