"""COUNT, COUNTIF, SUM, AVG, MIN and MAX over a group of rows, with the service's rules for mixed types."""

from typing import Any

from local.cosmos.sql.array_functions import is_primitive
from local.cosmos.sql.number_functions import is_number
from local.cosmos.sql.values import UNDEFINED, compare, number


class Aggregate:
    """One aggregate of one group. Undefined values do not count."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0
        self._total: Any = 0
        self._extreme: Any = UNDEFINED
        self._valid = True

    def add(self, value: Any) -> None:
        if value is UNDEFINED or (self._name == "COUNTIF" and value is not True):
            return
        self._count += 1
        if self._name in ("SUM", "AVG"):
            if is_number(value):
                self._total += value
            else:
                self._valid = False
        elif self._name in ("MIN", "MAX"):
            self._add_extreme(value)

    def _add_extreme(self, value: Any) -> None:
        if not is_primitive(value):
            self._valid = False
        elif self._extreme is UNDEFINED:
            self._extreme = value
        else:
            order = compare(value, self._extreme)
            if (order < 0) if self._name == "MIN" else (order > 0):
                self._extreme = value

    def result(self) -> Any:
        """Undefined when a value of the wrong type took part, and for AVG, MIN and MAX of nothing."""
        if self._name in ("COUNT", "COUNTIF"):
            return self._count
        if not self._valid:
            return UNDEFINED
        if self._name == "SUM":
            return number(self._total)
        if self._name == "AVG":
            return number(self._total / self._count) if self._count else UNDEFINED
        return self._extreme
