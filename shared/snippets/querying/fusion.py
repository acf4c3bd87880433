"""Chunks found by meaning and chunks found by words become one list of files.

Reciprocal rank fusion per chunk (Cormack, Clarke and Buettcher, SIGIR 2009), its constant 10 in place of 60, which
makes no difference to the ranking of code and a larger one between first and second. A file counts with its three best
chunks of each list: one chunk may stand high by chance, three seldom do.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from shared.snippets.querying.chunk_rows import ChunkKey, ChunkRow, FileKey

By = Literal["meaning", "words"]

RANK_CONSTANT = 10
WEIGHTS = (1.0, 1 / 2, 1 / 4)
# What uses a name in many chunks has the most of both lists: three chunks each, and its mean vector.
_DEFINITION = 4.0
_NONE: Mapping[ChunkKey, float] = {}


@dataclass(frozen=True)
class Hit:
    """A chunk, its fused score and the lists that hold it."""

    chunk: ChunkRow
    score: float
    matched_by: tuple[By, ...]


@dataclass(frozen=True)
class FileHit:
    """A file, its fused score and its hits, best first."""

    score: float
    matched_by: tuple[By, ...]
    hits: tuple[Hit, ...]

    @property
    def file(self) -> FileKey:
        return self.hits[0].chunk.file

    @property
    def language(self) -> str | None:
        return self.hits[0].chunk.language


def hits_of(meaning: Sequence[ChunkRow], words: Sequence[ChunkRow]) -> list[Hit]:
    """Return every chunk of two lists, each best first, by fused score; ties by project, name and index."""
    lists: tuple[tuple[By, Sequence[ChunkRow]], ...] = (("meaning", meaning), ("words", words))
    chunks: dict[ChunkKey, ChunkRow] = {}
    scores: defaultdict[ChunkKey, float] = defaultdict(float)
    found_by: defaultdict[ChunkKey, list[By]] = defaultdict(list)
    for by, rows in lists:
        for rank, row in enumerate(rows, start=1):
            # What was found by meaning comes first and knows its similarity.
            chunks.setdefault(row.key, row)
            scores[row.key] += _share(rank)
            found_by[row.key].append(by)
    hits = [Hit(chunk, scores[key], tuple(found_by[key])) for key, chunk in chunks.items()]
    return sorted(hits, key=lambda hit: (-hit.score, hit.chunk.key))


def files_of(
    meaning: Sequence[ChunkRow],
    words: Sequence[ChunkRow],
    whole: Sequence[FileKey] = (),
    likeness: Mapping[ChunkKey, float] = _NONE,
    defining: Collection[ChunkKey] = (),
    *,
    defined_alone: bool = False,
) -> list[FileHit]:
    """Return every file of two lists of chunks, each best first, by fused score; ties by project and name.

    ``whole``: files in the order of their mean vectors, which counts like one chunk of a list. ``likeness``: how like
    the question each chunk is; 1 counts as much as the first place of a list, and a file has that of its best chunk.
    The hits of a file come best first by their own score and likeness, so that what is typed verbatim is shown;
    ``defining``: chunks that stand a first place higher among them. ``defined_alone``: whether their files do too.
    """
    by_file: defaultdict[FileKey, list[Hit]] = defaultdict(list)
    for hit in hits_of(meaning, words):
        by_file[hit.chunk.file].append(hit)
    scores: defaultdict[FileKey, float] = defaultdict(float)
    for rows in (meaning, words):
        for file, score in _file_scores(rows).items():
            scores[file] += score
    for rank, file in enumerate(whole, start=1):
        scores[file] += _share(rank)
    liked = {key: _share(1) * value for key, value in likeness.items()}

    def standing(hit: Hit) -> tuple[float, ChunkKey]:
        key = hit.chunk.key
        return -hit.score - liked.get(key, 0.0) - _share(1) * (key in defining), key

    for file, hits in by_file.items():
        scores[file] += max(liked.get(hit.chunk.key, 0.0) for hit in hits)
        scores[file] += _DEFINITION * _share(1) * (defined_alone and any(hit.chunk.key in defining for hit in hits))
    files = [FileHit(scores[file], all_ways(hits), tuple(sorted(hits, key=standing))) for file, hits in by_file.items()]
    return sorted(files, key=lambda each: (-each.score, each.file))


def _file_scores(rows: Sequence[ChunkRow]) -> dict[FileKey, float]:
    shares: defaultdict[FileKey, list[float]] = defaultdict(list)
    for rank, row in enumerate(rows, start=1):
        shares[row.file].append(_share(rank))
    return {file: sum(w * share for w, share in zip(WEIGHTS, each, strict=False)) for file, each in shares.items()}


def _share(rank: int) -> float:
    return 1 / (RANK_CONSTANT + rank)


def all_ways(hits: Iterable[Hit]) -> tuple[By, ...]:
    """Return the lists that hold any of some hits."""
    found = {by for hit in hits for by in hit.matched_by}
    in_order: tuple[By, ...] = ("meaning", "words")
    return tuple(by for by in in_order if by in found)
