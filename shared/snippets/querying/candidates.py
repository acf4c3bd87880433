"""Chunks that may answer a question: the nearest by meaning and the best by words, of versions that readers see."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
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
# One large file may fill a list. So many files are looked for at the most; further ones come as they come.
_FILES = 10
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
    limits: dict[By, int] = {"meaning": WANTED, "words": WANTED}
    found: dict[By, list[ChunkRow]] = {}
    while limits:
        found |= await searching.ask(limits)
        limits = {by: limit for by in limits if by in found and (limit := searching.more(by, found[by])) is not None}
    visible = {by: searching.kept(searching.visible(rows)) for by, rows in found.items()}
    meaning, ranked = visible.get("meaning", []), visible.get("words", [])
    holding = held([*meaning, *ranked], terms)
    # The service ranks all chunks: behind those that hold a term stand some that hold none.
    words = [row for row in ranked if holding[row.key]]
    kept = {row.key: holding[row.key] for row in (*meaning, *words)}
    return Candidates(meaning, words, searching.whole, kept, searching.degraded, searching.files)


class _Searching:
    """The searches of one question."""

    def __init__(self, query: Query, terms: list[str], resources: Resources) -> None:
        self.files: dict[FileKey, Visible] = {}
        self.whole: list[FileKey] = []
        self._query = query
        self._terms = terms
        self._resources = resources
        self._where = ChunkFilter(query.project_id, query.path.like() if query.path else None, query.language)
        self._vectors: dict[str, list[float]] = {}
        self._incomplete = False
        self._asked: dict[By, int] = {}
        self._files = min(query.k, _FILES) if query.group_by == "file" else 1
        self._shut: dict[By, Unavailable | NoFullText] = {}

    @property
    def degraded(self) -> tuple[By, ...]:
        incomplete = self._incomplete and "meaning" not in self._shut
        return ("meaning", *self._shut) if incomplete else tuple(self._shut)

    async def ask(self, limits: dict[By, int]) -> dict[By, list[ChunkRow]]:
        """Search each way for so many chunks, and learn which versions of their files are visible."""
        searches = {"meaning": self._nearest, "words": self._matching}
        answers = await asyncio.gather(*(searches[by](limit) for by, limit in limits.items()), return_exceptions=True)
        found: dict[By, list[ChunkRow]] = {}
        for (by, limit), answer in zip(limits.items(), answers, strict=True):
            self._asked[by] = limit
            if isinstance(answer, (Unavailable, NoFullText)):
                self._shut[by] = answer
            elif isinstance(answer, BaseException):
                raise answer
            else:
                found[by] = [chunk_row(row) for row in answer]
        self._check()
        named = {row.file for rows in found.values() for row in rows} - self.files.keys()
        if named:
            self.files |= await self._resources.snippets.visible(named)
        return found

    def more(self, by: By, rows: list[ChunkRow]) -> int | None:
        """Return how many to ask for next: too few chunks or files are visible, and there are more; None: enough."""
        asked = self._asked[by]
        seen = self.visible(rows)
        # By meaning every file is found in the end; by words only those that hold one.
        enough = len(seen) >= _ENOUGH and (by == "words" or len({row.file for row in seen}) >= self._files)
        if len(rows) < asked or asked >= _MAX_ASKED or enough:
            return None
        return min(asked * 4, _MAX_ASKED)

    def kept(self, seen: list[ChunkRow]) -> list[ChunkRow]:
        """Return the first chunks, and of files that come later the best one, as far as files are wanted."""
        kept = seen[:WANTED]
        files = {row.file for row in kept}
        for row in seen[WANTED:]:
            if len(files) >= self._files:
                break
            if row.file not in files:
                files.add(row.file)
                kept.append(row)
        return kept

    def visible(self, rows: list[ChunkRow]) -> list[ChunkRow]:
        """Return the chunks that readers see and whose names the question is about."""
        path = self._query.path
        seen = [row for row in rows if (file := self.files.get(row.file)) and file.version == row.version]
        return [row for row in seen if path.matches(row.name)] if path else seen

    async def _nearest(self, limit: int) -> list[Document]:
        """Return the nearest chunks by each model that made some of the project's, their ranks alternating.

        Similarities of two models lie on two scales. A model that no longer answers leaves its chunks to the words.
        """
        try:
            async with asyncio.timeout(_MEANING_TIMEOUT_S):
                models = await self._models()
                lists = await asyncio.gather(
                    *(self._nearest_by(each, limit) for each in models), return_exceptions=True
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
        self.whole = list(dict.fromkeys(_alternating([files for _, files in found])))[:WANTED]
        return _alternating([chunks for chunks, _ in found])[:limit]

    async def _nearest_by(self, model: EmbeddingModel, limit: int) -> tuple[list[Document], list[FileKey]]:
        if model.model not in self._vectors:
            (self._vectors[model.model],) = await with_retries(lambda: model.embed([self._query.text], _PATIENCE_S))
        vector = self._vectors[model.model]
        return await asyncio.gather(
            self._resources.chunks.nearest(vector, model.model, self._where, limit),
            self._resources.snippets.nearest(vector, model.model, self._where, WANTED),
        )

    async def _models(self) -> list[EmbeddingModel]:
        """Return today's model, then those of which the project still has snippets."""
        today = self._resources.model
        if self._query.project_id is None:
            return [today]
        used = await self._resources.snippets.models(self._query.project_id)
        return [today, *(today.other(name) for name in sorted(used - {today.model}))]

    async def _matching(self, limit: int) -> list[Document]:
        return await self._resources.chunks.matching(self._terms, self._where, limit) if self._terms else []

    def _check(self) -> None:
        """Raise ``Unavailable`` where meaning is shut and no words can stand in for it."""
        error = self._shut.get("meaning")
        if error is not None and ("words" in self._shut or not self._terms):
            raise error


def _alternating(lists: Sequence[Sequence[Item]]) -> list[Item]:
    """Return the first of each list, then the second of each, and so on."""
    return [item for rank in zip_longest(*lists) for item in rank if item is not None]
