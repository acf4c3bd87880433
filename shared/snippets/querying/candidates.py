"""Chunks that may answer a question: the nearest by meaning and the best by words, of versions that readers see."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Protocol, TypeVar

from shared.errors import Rejected, Unavailable
from shared.resources import Resources
from shared.retry import with_retries
from shared.snippets.chunk_repository import ChunkFilter, NoFullText
from shared.snippets.documents import Document
from shared.snippets.querying.chunk_rows import ChunkKey, ChunkRow, FileKey, chunk_row
from shared.snippets.querying.fusion import By
from shared.snippets.querying.loose_terms import held
from shared.snippets.querying.request import Query
from shared.snippets.repository import Visible

Item = TypeVar("Item")

# Of each list. More changes no ranking of the first files.
WANTED = 50
# Chunks of a run that is under way, or of one just replaced, are found too and left out. So many remaining ones will
# do: while a project is embedded anew every file is there twice.
_ENOUGH = 25
_MAX_ASKED = 1000
# One large file may fill a list, or names that LIKE alone takes for the path's. Chunks of other files are asked for:
# so many, each time four times as many, so often.
_MORE = 100
_FURTHER = 6
_FEW = 10
# A person waits for the answer, and the words alone are one.
_PATIENCE_S = 3.0
_MEANING_TIMEOUT_S = 10.0


class EmbeddingModel(Protocol):
    """What makes a question's vector; ``other``: another deployment beside it."""

    model: str

    async def embed(self, texts: Sequence[str], patience_s: float) -> list[list[float]]: ...
    def other(self, deployment: str) -> "EmbeddingModel": ...


@dataclass(frozen=True)
class Candidates:
    """Lists of chunks by meaning and by words and of files by their mean vectors, each best first.

    ``held``: which words of the question each of these chunks holds; ``degraded``: which way is missing; ``files``:
    what readers see of the chunks' files.
    """

    meaning: list[ChunkRow]
    words: list[ChunkRow]
    whole: list[FileKey]
    held: dict[ChunkKey, frozenset[str]]
    degraded: tuple[By, ...]
    files: dict[FileKey, Visible]


async def candidates_of(query: Query, terms: Sequence[str], resources: Resources) -> Candidates:
    """Search both ways at once; where one way is shut the other answers alone.

    Raises:
        Unavailable: Neither way is open, or Cosmos DB does not say which versions readers see.
        Rejected: Azure OpenAI or Cosmos DB refused what was sent for good.
    """
    searching = _Searching(query, list(terms), resources)
    limits = searching.first()
    while limits:
        await searching.ask(limits)
        limits = searching.deeper()
    for turn in range(_FURTHER):
        limits = searching.wider(min(_MORE * 4**turn, _MAX_ASKED))
        if not limits:
            break
        await searching.ask(limits, of_others=True)
    meaning, words = searching.kept("meaning"), searching.kept("words")
    holding = held([row for row in meaning if row.key not in searching.held], terms) | searching.held
    kept = {row.key: holding[row.key] for row in (*meaning, *words)}
    return Candidates(meaning, words, searching.whole, kept, searching.degraded, searching.files)


class _Searching:
    """The searches of one question."""

    def __init__(self, query: Query, terms: list[str], resources: Resources) -> None:
        self.files: dict[FileKey, Visible] = {}
        self.whole: list[FileKey] = []
        self.held: dict[ChunkKey, frozenset[str]] = {}
        self._query = query
        self._terms = terms
        self._resources = resources
        self._where = ChunkFilter(query.project_id, query.path.like() if query.path else None, query.language)
        self._vectors: dict[str, list[float]] = {}
        self._incomplete = False
        self._wanted_files = query.k if query.group_by == "file" else 1
        self._rows: dict[By, list[ChunkRow]] = {}
        # How many were asked for last where as many came; None: there are no more.
        self._full: dict[By, int | None] = {}
        self._shut: dict[By, Unavailable | NoFullText] = {}

    @property
    def degraded(self) -> tuple[By, ...]:
        incomplete = self._incomplete and "meaning" not in self._shut
        return ("meaning", *self._shut) if incomplete else tuple(self._shut)

    async def ask(self, limits: dict[By, int], *, of_others: bool = False) -> None:
        """Search each way for so many chunks, and learn which versions of their files are visible.

        ``of_others``: chunks of files that are not known so far, to be added to the list.
        """
        searches = {"meaning": self._nearest, "words": self._matching}
        others = {
            by: replace(self._where, other_than=self._known_files(by)) if of_others else self._where for by in limits
        }
        answers = await asyncio.gather(
            *(searches[by](limit, others[by]) for by, limit in limits.items()), return_exceptions=True
        )
        for (by, limit), answer in zip(limits.items(), answers, strict=True):
            if isinstance(answer, (Unavailable, NoFullText)):
                self._shut[by] = answer
                self._full[by] = None
            elif isinstance(answer, BaseException):
                raise answer
            else:
                rows = [chunk_row(row) for row in answer]
                found = self._telling(by, rows)
                self._rows[by] = [*self._rows[by], *found] if of_others else found
                self._full[by] = limit if len(rows) >= limit and found and found[-1] is rows[-1] else None
        self._check()
        named = {row.file for rows in self._rows.values() for row in rows} - self.files.keys()
        if named:
            self.files |= await self._resources.snippets.visible(named)

    def first(self) -> dict[By, int]:
        """Return how many chunks to ask for; where many files are wanted, as many as are mostly of so many."""
        limit = max(WANTED, 2 * self._wanted_files)
        return {"meaning": limit, "words": limit}

    def deeper(self) -> dict[By, int]:
        """Return of which lists to ask for more, and how many: few chunks of a full one are visible."""
        return {
            by: min(asked * 4, _MAX_ASKED)
            for by, asked in self._full.items()
            if asked is not None and asked < _MAX_ASKED and len(self._visible(by)) < _ENOUGH
        }

    def wider(self, limit: int) -> dict[By, int]:
        """Return of which full lists to ask for ``limit`` chunks of other files.

        Of a list that is of few files, as where one large file fills it; of both while all files are fewer than wanted.
        """
        files: dict[By, frozenset[FileKey]] = {
            by: self._seen_files(by) for by, asked in self._full.items() if asked is not None and self._known_files(by)
        }
        lacking = len(self._seen_files("meaning") | self._seen_files("words")) < self._wanted_files
        few = min(self._wanted_files, _FEW)
        return {by: limit for by, seen in files.items() if lacking or len(seen) < few}

    def kept(self, by: By) -> list[ChunkRow]:
        """Return the first chunks, and of files that come later the best one, as far as files are wanted."""
        seen = self._visible(by)
        kept = seen[:WANTED]
        files = {row.file for row in kept}
        for row in seen[WANTED:]:
            if len(files) >= self._wanted_files:
                break
            if row.file not in files:
                files.add(row.file)
                kept.append(row)
        return kept

    def _visible(self, by: By) -> list[ChunkRow]:
        """Return the chunks that readers see and whose names the question is about."""
        path = self._query.path
        rows = self._rows.get(by, [])
        seen = [row for row in rows if (file := self.files.get(row.file)) and file.version == row.version]
        return [row for row in seen if path.matches(row.name)] if path else seen

    def _telling(self, by: By, rows: list[ChunkRow]) -> list[ChunkRow]:
        """Return the rows that tell anything: by words every chunk is ranked, those without a word last."""
        if by == "meaning":
            return rows
        self.held |= (holding := held(rows, self._terms))
        return [row for row in rows if holding[row.key]]

    def _seen_files(self, by: By) -> frozenset[FileKey]:
        return frozenset(row.file for row in self._visible(by))

    def _known_files(self, by: By) -> frozenset[FileKey]:
        """Return the files not to ask for again: visible ones, and those that only LIKE takes for the path's."""
        path = self._query.path
        other = {row.file for row in self._rows.get(by, []) if path and not path.matches(row.name)}
        return self._seen_files(by) | other

    async def _nearest(self, limit: int, where: ChunkFilter) -> list[Document]:
        """Return the nearest chunks by each model that made some of what is searched, their ranks alternating.

        Similarities of two models lie on two scales. A model that no longer answers leaves its chunks to the words.
        """
        try:
            async with asyncio.timeout(_MEANING_TIMEOUT_S):
                models = await self._models()
                lists = await asyncio.gather(
                    *(self._nearest_by(each, limit, where) for each in models), return_exceptions=True
                )
        except TimeoutError as error:
            raise Unavailable(f"no nearest chunks within {_MEANING_TIMEOUT_S:g} s") from error
        found: list[tuple[list[Document], list[FileKey]]] = []
        for place, each in enumerate(lists):
            if not isinstance(each, BaseException):
                found.append(each)
            elif place and isinstance(each, (Unavailable, Rejected)):
                self._incomplete = True
            else:
                raise each
        if not where.other_than:
            self.whole = list(dict.fromkeys(_alternating([files for _, files in found])))[:WANTED]
        return _alternating([chunks for chunks, _ in found])[:limit]

    async def _nearest_by(
        self, model: EmbeddingModel, limit: int, where: ChunkFilter
    ) -> tuple[list[Document], list[FileKey]]:
        if model.model not in self._vectors:
            (self._vectors[model.model],) = await with_retries(lambda: model.embed([self._query.text], _PATIENCE_S))
        vector = self._vectors[model.model]
        chunks = self._resources.chunks.nearest(vector, model.model, where, limit)
        if where.other_than:
            return await chunks, []
        return await asyncio.gather(chunks, self._resources.snippets.nearest(vector, model.model, where, WANTED))

    async def _models(self) -> list[EmbeddingModel]:
        """Return today's model, then those of which the project, or any, still has snippets."""
        today = self._resources.model
        used = await self._resources.snippets.models(self._query.project_id)
        return [today, *(today.other(name) for name in sorted(used - {today.model}))]

    async def _matching(self, limit: int, where: ChunkFilter) -> list[Document]:
        return await self._resources.chunks.matching(self._terms, where, limit) if self._terms else []

    def _check(self) -> None:
        """Raise ``Unavailable`` where meaning is shut and no words can stand in for it."""
        error = self._shut.get("meaning")
        if error is not None and not any(self._rows.values()) and ("words" in self._shut or not self._terms):
            raise error


def _alternating(lists: Sequence[Sequence[Item]]) -> list[Item]:
    """Return the first of each list, then the second of each, and so on."""
    return [item for rank in zip_longest(*lists) for item in rank if item is not None]
