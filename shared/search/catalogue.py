"""What the index says of the materials whose colours the Lab table holds: their resins and attributes, learnt in pages
of the nearest and kept, because a filter on thousands of ids or a scan of the index would cost more than the search.
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from shared.clients.ai_search import Document, Materials
from shared.clients.lab_data import LabData
from shared.search.candidates import LONGEST_ID
from shared.search.nearest import ABSENT, FIELDS, UNKNOWN, Chosen, Group, Learnt, Value, choose
from shared.search.resins import resolve_resin

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_logger = logging.getLogger(__name__)

# Ids that a filter may name, and results of a query.
PAGE = 1_000
# Of a common resin the first page has ten; of one that three pages hold too few of, all are asked for by name.
MOST_PAGES = 3
# An index may change while its Lab table stays as it is.
_LIFETIME_S = 1_800.0
# An index that lacks what the Lab table has is being filled, or was never meant to have it.
_INCOMPLETE_LIFETIME_S = 60.0


class _Known:
    """What is known of one version of the Lab table."""

    def __init__(self, data: LabData, expires_at: float) -> None:
        import numpy as np

        self.version = data.version
        self.expires_at = expires_at
        self.ids = data.table.near.ids
        self.row_of = {name: row for row, name in enumerate(self.ids)}
        self.places = {field: np.full(len(self.ids), UNKNOWN, dtype=np.int32) for field in FIELDS}
        # Texts of the field `resin` of which every material is known.
        self.whole: set[str] = set()
        self._place_of: dict[str, dict[Value, int]] = {field: {} for field in FIELDS}

    def learn(self, documents: Iterable[Document]) -> None:
        for document in documents:
            row = self.row_of.get(document.get("id", ""))
            if row is None or len(self.ids[row]) > LONGEST_ID:
                continue
            for field, places in self.places.items():
                known = self._place_of[field]
                places[row] = known.setdefault(_value(document.get(field)), len(known))

    def unknown(self, rows: "NDArray[np.intp]") -> list[int]:
        return cast("list[int]", rows[self.places[FIELDS[0]][rows] == UNKNOWN].tolist())

    def miss(self, rows: Sequence[int], now: float) -> None:
        """Note that the index was asked for ``rows`` and lacks those that are still unknown."""
        missed = [row for row in rows if self.places[FIELDS[0]][row] == UNKNOWN]
        for places in self.places.values():
            places[missed] = ABSENT
        if missed:
            self.expires_at = min(self.expires_at, now + _INCOMPLETE_LIFETIME_S)

    @property
    def learnt(self) -> Learnt:
        return Learnt({field: tuple(values) for field, values in self._place_of.items()}, self.places)


Found = dict[str, dict[str, float]]
"""By group the distances of its nearest materials by id, nearest first."""


class Catalogue:
    """The materials of the index beside their colours. ``now``: seconds of a clock that never goes back.

    What was learnt holds for half an hour and for one version of the Lab table, where the index lacks something of it a
    minute.
    """

    def __init__(self, materials: Materials, now: Callable[[], float] = time.monotonic) -> None:
        self._materials = materials
        self._now = now
        self._known: _Known | None = None
        self._resins: dict[str, tuple[str, ...]] = {}
        self._resins_expire_at = -math.inf

    async def resins(self) -> Mapping[str, tuple[str, ...]]:
        """Return the resins that any material is of: ISO 1043-1 codes, with the texts that the index has for each.

        Raises:
            Unavailable: The index throttled, failed or could not be reached.
            Rejected: The index refused the query.
        """
        if self._resins_expire_at <= self._now():
            self._resins = await asyncio.to_thread(_by_code, await self._materials.resins())
            # An index without any material is about to be filled.
            self._resins_expire_at = self._now() + (_LIFETIME_S if self._resins else 0.0)
        return self._resins

    async def nearest(
        self,
        data: LabData,
        standards: Sequence[Sequence[float]],
        groups: Sequence[Group],
        resins: Mapping[str, Sequence[str]],
    ) -> Found:
        """Return the nearest materials of each group by dE CMC(2:1) from the nearest of ``standards``.

        ``resins``: by group the texts of the field ``resin`` that it is among; where the nearest 3,000 hold too few of
        such a group, all of these are looked at. A group without them is looked for among the nearest 3,000.

        Raises:
            Unavailable: The index throttled, failed or could not be reached.
            Rejected: The index refused the query.
        """
        known = self._of(data)
        order, far = await asyncio.to_thread(data.table.near.by_distance, standards)
        chosen = choose(groups, order[:0], known.learnt)
        for first in range(0, min(len(order), MOST_PAGES * PAGE), PAGE):
            await self._learn_rows(known, order[first : first + PAGE])
            chosen = choose(groups, order[: first + PAGE], known.learnt)
            if not chosen.short:
                break
        if len(order) > MOST_PAGES * PAGE and (rare := [name for name in chosen.short if name in resins]):
            await self._learn_resins(known, {text for name in rare for text in resins[name]})
            # Of these resins all materials are known, so that the nearest known ones are the nearest.
            further = choose([group for group in groups if group.name in rare], order, known.learnt)
            chosen = Chosen({**chosen.rows, **further.rows}, further.short)
        far_of_row = far[order.argsort()]
        return {name: {known.ids[row]: float(far_of_row[row]) for row in rows} for name, rows in chosen.rows.items()}

    async def _learn_rows(self, known: _Known, rows: "NDArray[np.intp]") -> None:
        if missing := known.unknown(rows):
            known.learn(await self._materials.facts([known.ids[row] for row in missing]))
            known.miss(missing, self._now())

    async def _learn_resins(self, known: _Known, texts: Iterable[str]) -> None:
        left = sorted(set(texts) - known.whole)
        if left:
            documents, is_whole = await self._materials.facts_of_resins(left)
            known.learn(documents)
            known.whole.update(left if is_whole else ())
            _logger.info("resins learnt", extra={"resins": len(left), "materials": len(documents), "whole": is_whole})

    def _of(self, data: LabData) -> _Known:
        known = self._known
        if known is None or known.version != data.version or known.expires_at <= self._now():
            known = self._known = _Known(data, self._now() + _LIFETIME_S)
        return known


def _by_code(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    codes: dict[str, list[str]] = {}
    for text in texts:
        codes.setdefault(resolve_resin(text).code, []).append(text)
    return {code: tuple(each) for code, each in codes.items()}


def _value(value: object) -> Value:
    if isinstance(value, list):
        return tuple(str(each) for each in cast("list[object]", value))
    return value if isinstance(value, str) else None
