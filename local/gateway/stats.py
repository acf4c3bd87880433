"""Counters of what the gateway was asked and what it asked of the apps, for tests."""

from collections import Counter
from typing import Any


class Stats:
    """Requests since the start or the last reset; control routes and the issuer are not counted."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Start again from zero."""
        self.by_operation: Counter[str] = Counter()
        self.by_status: Counter[int] = Counter()
        self.forwarded: Counter[str] = Counter()

    def to_json(self) -> dict[str, Any]:
        """Return the counters. ``forwarded``: requests that reached an app, by operation."""
        return {
            "by_operation": dict(self.by_operation),
            "by_status": {str(status): count for status, count in self.by_status.items()},
            "forwarded": dict(self.forwarded),
        }
