"""Pages of a list and the Link header that leads from one to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

PER_PAGE, MAX_PER_PAGE = 30, 100
# More than any list has; keeps products of hostile numbers small.
MAX_PAGE = 1_000_000
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for."""

    number: int
    size: int

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Page":
        """Read ``page`` and ``per_page``; GitHub takes what it cannot use for the nearest thing that it can."""
        size = _number(query.get("per_page"), PER_PAGE)
        page = _number(query.get("page"), 1)
        return cls(min(max(page, 1), MAX_PAGE), PER_PAGE if size < 1 else min(size, MAX_PER_PAGE))

    def cut(self, items: Sequence[Item]) -> Sequence[Item]:
        """Return the items on this page."""
        start = (self.number - 1) * self.size
        return items[start : start + self.size]

    def links(self, address: str, query: Mapping[str, str], total: int) -> str:
        """Return the Link header for pages of the list at ``address``; empty when there is one page only."""
        last = max(1, -(-total // self.size))
        targets: dict[str, int] = {}
        if self.number > 1:
            targets |= {"prev": min(self.number - 1, last)}
        if self.number < last:
            targets |= {"next": self.number + 1, "last": last}
        if self.number > 1:
            targets |= {"first": 1}
        return ", ".join(
            f'<{address}?{urlencode({**query, "page": str(page)})}>; rel="{name}"' for name, page in targets.items()
        )


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 9 else default
