"""What one run of a query carries along: parameters, aggregates, vector policy, and its bounds."""

import time
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local.cosmos import limits
from local.cosmos.errors import CosmosError, bad_request
from local.cosmos.sql.values import UNDEFINED


@dataclass(frozen=True, slots=True)
class VectorPolicy:
    """How vectors at ``path`` (``/embedding``) are compared. ``function``: cosine, dotproduct or euclidean."""

    path: str
    dimensions: int
    function: str


@dataclass(frozen=True, slots=True)
class FullTextPolicy:
    """The text at ``path`` (``/words``) can be searched. ``indexed``: it has a full-text index too."""

    path: str
    language: str
    indexed: bool


@dataclass(slots=True)
class Execution:
    """``policies`` maps a vector path to its policy. ``deadline``: ``time.monotonic()`` seconds."""

    params: Mapping[str, Any]
    policies: Mapping[str, VectorPolicy] = field(default_factory=dict[str, VectorPolicy])
    now: float = field(default_factory=time.time)
    deadline: float = field(default_factory=lambda: time.monotonic() + limits.QUERY_SECONDS)
    aggregates: list[Any] = field(default_factory=list[Any])
    ranked: Any = None
    """The VectorDistance call (its arguments) that the rows are ordered by, and below its value for the row."""
    distance: float = 0.0
    _ticks: int = 0
    _vectors: dict[int, tuple[Any, NDArray[np.float64] | None]] = field(
        default_factory=dict[int, tuple[Any, NDArray[np.float64] | None]]
    )

    def parameter(self, name: str) -> Any:
        value = self.params.get(name, UNDEFINED)
        if value is UNDEFINED:
            raise bad_request(f"The query names the parameter {name}, which the request does not give.")
        return value

    def tick(self) -> None:
        """Called once a row, so that no query runs for ever."""
        self._ticks += 1
        if not self._ticks & 127 and time.monotonic() > self.deadline:
            raise CosmosError(408, f"The query did not end within {limits.QUERY_SECONDS:g} seconds.")

    def vector(self, value: Any) -> NDArray[np.float64] | None:
        """A vector that does not change during the run, converted once."""
        known = self._vectors.get(id(value))
        if known is None or known[0] is not value:
            known = (value, as_vector(value))
            if len(self._vectors) < 64:
                self._vectors[id(value)] = known
        return known[1]


def as_vector(value: Any) -> NDArray[np.float64] | None:
    """``value`` as a vector, or None when it is no array of numbers."""
    if not isinstance(value, list) or not value:
        return None
    try:
        return np.frombuffer(array("d", value), np.float64)
    except (TypeError, OverflowError):
        return None
