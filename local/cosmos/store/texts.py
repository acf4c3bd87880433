"""The words of one container at one path, in memory: an inverted index for each partition.

Rows are only appended, and each knows from which write (``born``) until which (``died``) it holds, as those of the
vectors do. Every item has a row, with a text or without: BM25 counts all items.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from local.cosmos.store.memory_index import GONE, Change, MemoryIndex
from local.cosmos.words import words

_NEVER = np.iinfo(np.int64).max
_FIRST_CAPACITY = 16
_NO_TEXT = -1
# A posting is one number: the row, and in its lower bits how often the word occurs there. An item of 2 MB has no more.
_COUNT_BITS = 21
_COUNT_MASK = (1 << _COUNT_BITS) - 1
_LEAST_DEAD = 1024


@dataclass(slots=True)
class _Rows:
    """``lengths``: words of each text, ``_NO_TEXT`` where there is none."""

    seqs: NDArray[np.int64]
    lengths: NDArray[np.int32]
    born: NDArray[np.int64]
    died: NDArray[np.int64]

    @classmethod
    def empty(cls, capacity: int) -> "_Rows":
        return cls(
            np.empty(capacity, np.int64),
            np.empty(capacity, np.int32),
            np.empty(capacity, np.int64),
            np.full(capacity, _NEVER, np.int64),
        )

    def copy(self, rows: NDArray[np.int64] | slice, capacity: int) -> "_Rows":
        target = _Rows.empty(capacity)
        count = len(self.seqs[rows])
        target.seqs[:count], target.lengths[:count] = self.seqs[rows], self.lengths[rows]
        target.born[:count], target.died[:count] = self.born[rows], self.died[rows]
        return target


@dataclass(slots=True)
class _Partition:
    """``postings``: for each word its rows. ``alive``: the row of each item that is there."""

    rows: _Rows = field(default_factory=lambda: _Rows.empty(_FIRST_CAPACITY))
    count: int = 0
    dead: int = 0
    alive: dict[int, int] = field(default_factory=dict[int, int])
    postings: dict[str, "array[int]"] = field(default_factory=dict[str, "array[int]"])

    def bury(self, seq: int, lsn: int) -> None:
        row = self.alive.pop(seq, None)
        if row is not None:
            self.rows.died[row] = lsn
            self.dead += 1

    def add(self, seq: int, lsn: int, counts: "Counter[str] | None") -> None:
        if self.count == len(self.rows.seqs):
            self.rows = self.rows.copy(slice(0, self.count), 2 * self.count)
        rows, row = self.rows, self.count
        rows.seqs[row], rows.born[row], rows.died[row] = seq, lsn, _NEVER
        rows.lengths[row] = _NO_TEXT if counts is None else counts.total()
        self.alive[seq] = row
        self.count += 1
        if counts is None:
            return
        postings, place = self.postings, row << _COUNT_BITS
        for word, count in counts.items():
            listed = postings.get(word)
            if listed is None:
                listed = postings[word] = array("q")
            listed.append(place | count)

    def compacted(self) -> "_Partition":
        """The same without the dead. Views of the old one go on with it."""
        kept = np.flatnonzero(self.rows.died[: self.count] == _NEVER)
        moved = np.full(self.count, -1, np.int64)
        moved[kept] = np.arange(len(kept))
        target = _Partition(self.rows.copy(kept, max(_FIRST_CAPACITY, 2 * len(kept))), len(kept))
        target.alive = {int(seq): row for row, seq in enumerate(target.rows.seqs[: target.count])}
        for word, listed in self.postings.items():
            entries = np.array(listed, np.int64)
            rows = moved[entries >> _COUNT_BITS]
            left = rows >= 0
            if left.any():
                entries = (rows[left] << _COUNT_BITS) | (entries[left] & _COUNT_MASK)
                target.postings[word] = array("q", entries.tobytes())
        return target


@dataclass(frozen=True, slots=True)
class Postings:
    """Rows that hold a term, in no order, and how often."""

    rows: NDArray[np.int64]
    counts: NDArray[np.int64]


_NOWHERE = Postings(np.empty(0, np.int64), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True)
class PartitionView:
    """One partition at one moment. ``alive``: for each row whether it was there then; ``words``: where each is."""

    key: str
    seqs: NDArray[np.int64]
    lengths: NDArray[np.int32]
    alive: NDArray[np.bool_]
    words: dict[str, Postings]

    @property
    def items(self) -> int:
        return int(self.alive.sum())

    @property
    def total_words(self) -> int:
        return int(self.lengths[self.with_text].sum(dtype=np.int64))

    @property
    def with_text(self) -> NDArray[np.bool_]:
        """For each row whether it was there and had a text."""
        return self.alive & (self.lengths != _NO_TEXT)

    def holding_all(self, sought: Iterable[str]) -> NDArray[np.bool_]:
        """For each row whether every one of these words is in it, in whatever order."""
        held = self.alive.copy()
        for word in sought:
            among = np.zeros(len(self.seqs), np.bool_)
            among[self.words[word].rows] = True
            held &= among
        return held

    def matches(self, term: tuple[str, ...], occurrences: Callable[[int, tuple[str, ...]], int]) -> Postings:
        """Where ``term`` is, a word or a phrase. ``occurrences`` counts a phrase in an item's text."""
        if len(term) < 2:
            return self.words[term[0]] if term else _NOWHERE
        rows = np.flatnonzero(self.holding_all(term))
        counts = np.array([occurrences(int(seq), term) for seq in self.seqs[rows]], np.int64)
        found = np.flatnonzero(counts)
        return Postings(rows[found], counts[found])


class TextIndex(MemoryIndex):
    """Words are looked up within one partition or in several; each has its own."""

    def __init__(self) -> None:
        super().__init__()
        self._partitions: dict[str, _Partition] = {}

    def view(self, lsn: int, wanted: Callable[[str], bool] | str | None, sought: Sequence[str]) -> list[PartitionView]:
        """The words ``sought`` as they were after write ``lsn``.

        ``wanted``: the partition key, or which keys, or None for all.
        """
        with self._lock:
            if isinstance(wanted, str):
                chosen = {wanted: self._partitions[wanted]} if wanted in self._partitions else {}
            else:
                chosen = {key: each for key, each in self._partitions.items() if wanted is None or wanted(key)}
            # Copied while nobody appends: an array cannot grow while NumPy looks at it.
            taken = [
                (key, each.rows, each.count, {word: each.postings.get(word, _NONE)[:] for word in sought})
                for key, each in chosen.items()
            ]
        return [_view(key, rows, count, lsn, postings) for key, rows, count, postings in taken]

    def apply(self, changes: list[Change]) -> None:
        """What was there dies; what is still there is born with the words it has now."""
        counted = [
            (seq, key, lsn, value is GONE, Counter(words(value)) if isinstance(value, str) else None)
            for seq, key, lsn, value in changes
        ]
        with self._lock:
            self._compact({key for _, key, *_ in changes})
            for seq, key, lsn, gone, counts in counted:
                partition = self._partitions.get(key)
                if partition is None:
                    if gone:
                        continue
                    partition = self._partitions[key] = _Partition()
                partition.bury(seq, lsn)
                if not gone:
                    partition.add(seq, lsn, counts)

    def _compact(self, keys: set[str]) -> None:
        """Drop the dead of a partition once they are half; never while a reader is choosing its view.

        Everything dead before this call is committed, so every later view is past it.
        """
        if self._entering:
            return
        for key in keys & self._partitions.keys():
            partition = self._partitions[key]
            if not partition.alive:
                del self._partitions[key]
            elif partition.dead >= _LEAST_DEAD and partition.dead * 2 >= partition.count:
                self._partitions[key] = partition.compacted()


_NONE = array("q")


def _view(key: str, rows: _Rows, count: int, lsn: int, postings: dict[str, "array[int]"]) -> PartitionView:
    alive = (rows.born[:count] <= lsn) & (rows.died[:count] > lsn)
    every = bool(alive.all())
    found: dict[str, Postings] = {}
    for word, listed in postings.items():
        entries = np.frombuffer(listed, np.int64) if listed else np.empty(0, np.int64)
        places = entries >> _COUNT_BITS
        counts = entries & _COUNT_MASK
        if not every:
            held = alive[places]
            places, counts = places[held], counts[held]
        found[word] = Postings(places, counts)
    return PartitionView(key, rows.seqs[:count], rows.lengths[:count], alive, found)
