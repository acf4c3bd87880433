"""The apps behind the gateway, one a colour, and the pool that shares requests out among them by weight."""

from collections.abc import Mapping
from dataclasses import dataclass

POOL = "api-pool"


@dataclass
class _Member:
    url: str
    weight: int
    # What it is owed: the member that is owed most is next, so that weights hold over any few requests.
    owed: int = 0


class Backends:
    """``apps``: address of each colour. ``weights``: share of each in the pool; a colour with none is left out.

    Raises:
        ValueError: The pool has no member.
    """

    def __init__(self, apps: Mapping[str, str], weights: Mapping[str, int]) -> None:
        self._single = {f"api-{colour}": url.rstrip("/") for colour, url in apps.items()}
        self._pool = [_Member(url.rstrip("/"), weights[c]) for c, url in apps.items() if weights.get(c, 0) > 0]
        if not self._pool:
            raise ValueError(f"no app has a share in {POOL}: the weights are {dict(weights)}")

    @property
    def names(self) -> frozenset[str]:
        """Names that a policy may ask for."""
        return frozenset({POOL, *self._single})

    def address(self, name: str) -> str:
        """Return the address to which the next request for a backend goes; ``name`` is one of ``names``."""
        if name != POOL:
            return self._single[name]
        for member in self._pool:
            member.owed += member.weight
        chosen = max(self._pool, key=lambda member: member.owed)
        chosen.owed -= sum(member.weight for member in self._pool)
        return chosen.url
