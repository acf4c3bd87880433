"""Chunks in Cosmos DB: written by runs under their version, read only in the version that a snippet names."""

import asyncio
import math
import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import regex
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from shared.clients.azure_errors import translated
from shared.clients.cosmos import ContainerProxy
from shared.clients.cosmos_batch import MAX_OPERATIONS, execute, upsert_all
from shared.errors import Rejected, Unavailable
from shared.snippets.documents import RUN_MARKER, Document
from shared.snippets.identifiers import run_marker_id

_SERVICE = "Cosmos DB"
_CONCURRENT_DELETES = 8
_FIELDS = (
    "c.projectId, c.name, c.version, c.chunkIndex, c.startLine, c.endLine, c.midLine, c.text, c.language, c.scope, "
    "c.defines, c.words"
)
_FROM = "FROM c"
_BAD_REQUEST = 400
# How the service, an older emulator and a container without the policy refuse a search by words.
_ABOUT_FULL_TEXT = re.compile(r"full[- ]?text|\bRANK\b", re.IGNORECASE)
_REMEMBERED_S = 60.0


@dataclass(frozen=True)
class RunMarker:
    """A run that has stored chunks and was not persisted, or not to the end."""

    project_id: str
    name: str
    version: str
    run_id: str


class NoFullText(Exception):
    """The container cannot be searched by words."""


@dataclass(frozen=True)
class ChunkFilter:
    """Which chunks a question is about; None: whatever they are.

    ``like``: a pattern of ``LIKE`` for names, with ``!`` as the escape; ``language``: as chunks name it;
    ``other_than``: projects and names of files that the question is not about.
    """

    project_id: str | None = None
    like: str | None = None
    language: str | None = None
    other_than: frozenset[tuple[str, str]] = frozenset()

    def condition(self, model: str | None = None) -> tuple[str, dict[str, object]]:
        """Return the condition in SQL and its parameters; ``model``: for a search among its vectors.

        The recipe of a chunk is not part of it. While a project is embedded anew its files have today's recipe or the
        one before, and both answer; chunks that a reader may not see yet, or no longer, are told by their version. Only
        vectors of two models must not be compared.
        """
        wanted: tuple[tuple[str, str, object], ...] = (
            ("c.projectId = @project", "project", self.project_id),
            ("c.model = @model", "model", model),
            ("c.name LIKE @like ESCAPE '!'", "like", self.like),
            ("c.language = @language", "language", self.language),
        )
        asked = [each for each in wanted if each[2] is not None]
        others, names = self._others()
        conditions = [*(text for text, *_ in asked), *others]
        return " AND ".join(conditions), {name: value for _, name, value in asked} | names

    def _others(self) -> tuple[list[str], dict[str, object]]:
        by_project: defaultdict[str, list[str]] = defaultdict(list)
        for project_id, name in sorted(self.other_than):
            by_project[project_id].append(name)
        conditions: list[str] = []
        fields: dict[str, object] = {}
        for place, (project_id, names) in enumerate(by_project.items()):
            of_project = {f"not{place}n{number}": name for number, name in enumerate(names)}
            listed = ", ".join(f"@{field}" for field in of_project)
            conditions.append(f"NOT (c.projectId = @not{place} AND c.name IN ({listed}))")
            fields |= {f"not{place}": project_id, **of_project}
        return conditions, fields


class Chunks:
    """The container ``code-chunks``. Every method raises ``Unavailable`` while Cosmos DB cannot answer.

    Beside the chunks of a run lies its marker, until the run is persisted.
    """

    def __init__(self, container: ContainerProxy) -> None:
        self._container = container
        self._no_full_text_until_s = -math.inf

    async def store(self, project_id: str, documents: Sequence[Document]) -> None:
        """Write chunks and markers of one project; writing one twice changes nothing.

        Raises:
            Rejected: Cosmos DB refused a document for good.
        """
        await upsert_all(self._container, project_id, documents)

    async def count(self, project_id: str, name: str, version: str) -> tuple[int, int]:
        """Return how many chunks of a version are stored, and how many of those reused a vector."""
        count = (
            "SELECT VALUE COUNT(1) FROM c WHERE c.projectId = @project AND c.name = @name AND c.version = @version "
            "AND IS_DEFINED(c.chunkIndex)"
        )
        fields = {"project": project_id, "name": name, "version": version}

        async def counted(query: str) -> int:
            return sum([n async for n in self._query(query, project_id, **fields)])

        with translated(_SERVICE):
            stored, reused = await asyncio.gather(counted(count), counted(count + " AND c.reused = true"))
        return stored, reused

    async def texts(self, project_id: str, name: str, version: str) -> list[Document]:
        """Return a version's chunks in order: chunkIndex, startLine, endLine, text."""
        query = (
            "SELECT c.chunkIndex, c.startLine, c.endLine, c.text FROM c WHERE c.projectId = @project "
            "AND c.name = @name AND c.version = @version AND IS_DEFINED(c.chunkIndex) ORDER BY c.chunkIndex"
        )
        with translated(_SERVICE):
            rows = self._query(query, project_id, project=project_id, name=name, version=version)
            return [row async for row in rows]

    async def nearest(self, vector: list[float], model: str, where: ChunkFilter, limit: int) -> list[Document]:
        """Return the ``limit`` chunks with the smallest cosine distance, nearest first, of any version.

        ``model``: what made ``vector``. Vectors of another one lie in another space, whatever their dimensions, and are
        left out.
        """
        condition, fields = where.condition(model)
        distance = "VectorDistance(c.embedding, @vector)"
        query = " ".join(
            (
                "SELECT TOP @limit",
                _FIELDS,
                f", {distance} AS score",
                _FROM,
                f"WHERE {condition}",
                f"ORDER BY {distance}",
            )
        )
        fields |= {"limit": limit, "vector": vector}
        with translated(_SERVICE):
            return [row async for row in self._rows(query, where.project_id, fields)]

    async def matching(self, terms: Sequence[str], where: ChunkFilter, limit: int) -> list[Document]:
        """Return the ``limit`` chunks whose words match ``terms`` best by BM25, best first, of any version.

        ``terms``: of word characters only. How rare a term is, is counted in the project alone (scope Local), so that
        nobody's snippets change the ranking of another's; without a project in all of them (scope Global), which asks
        every physical partition once for its counts and once for its chunks.

        Raises:
            NoFullText: The container has no full-text index or the endpoint does not know such searches. For a minute
                this is remembered and not asked again.
        """
        if time.monotonic() < self._no_full_text_until_s:
            raise NoFullText
        condition, fields = where.condition()
        # The service takes the terms of a score as literals only.
        score = ", ".join(f"'{_bare(term)}'" for term in terms)
        ranking = f"ORDER BY RANK FullTextScore(c.words, {score})"
        query = " ".join((f"SELECT TOP {limit:d}", _FIELDS, _FROM, f"WHERE {condition}" if condition else "", ranking))
        scope = "Local" if where.project_id is not None else "Global"
        try:
            with translated(_SERVICE):
                rows = self._rows(query, where.project_id, fields, full_text_score_scope=scope)
                # What holds no term comes last and not never; a marker of a run has no words at all.
                return [row async for row in rows if "chunkIndex" in row]
        except Rejected as error:
            if not _is_about_full_text(error.__cause__):
                raise
            self._no_full_text_until_s = time.monotonic() + _REMEMBERED_S
            raise NoFullText from error

    async def pieces(self, wanted: Collection[tuple[str, str, str, int]]) -> list[Document]:
        """Return chunks that are there, each asked for by project, name, version and index."""
        files: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
        for *file, index in sorted(wanted):
            files[file[0], file[1], file[2]].append(index)
        projects = {project_id for project_id, *_ in files}
        fields: dict[str, object] = {}
        any_of: list[str] = []
        for place, ((project_id, name, version), indices) in enumerate(files.items()):
            fields |= {f"p{place}": project_id, f"n{place}": name, f"v{place}": version}
            any_of.append(
                f"(c.projectId = @p{place} AND c.name = @n{place} AND c.version = @v{place} "
                f"AND c.chunkIndex IN ({', '.join(str(int(index)) for index in indices)}))"
            )
        query = " ".join(("SELECT", _FIELDS, _FROM, "WHERE", " OR ".join(any_of)))
        only = next(iter(projects)) if len(projects) == 1 else None
        with translated(_SERVICE):
            return [row async for row in self._rows(query, only, fields)]

    async def delete_versions(self, project_id: str, name: str, *, before: str = "", only: str = "") -> int:
        """Delete what a snippet's runs have stored, of the versions ``before`` one or of one; return how much."""
        query = "SELECT VALUE c.id FROM c WHERE c.projectId = @project AND c.name = @name AND c.version "
        query += "= @version" if only else "< @version"
        with translated(_SERVICE):
            rows = self._query(query, project_id, project=project_id, name=name, version=only or before)
            ids = [row async for row in rows]
        limit = asyncio.Semaphore(_CONCURRENT_DELETES)
        batches = [ids[start : start + MAX_OPERATIONS] for start in range(0, len(ids), MAX_OPERATIONS)]
        await asyncio.gather(*(self._delete(project_id, batch, limit) for batch in batches))
        return len(ids)

    async def delete_marker(self, project_id: str, name: str, version: str) -> None:
        """Say that a run needs no sweep."""
        await self._delete_each(project_id, [run_marker_id(name, version)])

    async def markers(self, before: str) -> AsyncIterator[RunMarker]:
        """Yield the runs that began to store chunks before a time (UTC, ISO 8601) and still have their marker."""
        query = "SELECT c.projectId, c.name, c.version, c.runId FROM c WHERE c.kind = @kind AND c.createdAt < @before"
        with translated(_SERVICE):
            async for row in self._query(query, None, kind=RUN_MARKER, before=before):
                yield RunMarker(row["projectId"], row["name"], row["version"], row["runId"])

    def _query(self, query: str, project_id: str | None, **fields: object) -> AsyncIterator[Any]:
        return self._rows(query, project_id, fields)

    def _rows(
        self, query: str, project_id: str | None, fields: Mapping[str, object], **options: Any
    ) -> AsyncIterator[Any]:
        parameters: list[dict[str, object]] = [{"name": f"@{name}", "value": value} for name, value in fields.items()]
        partition = {} if project_id is None else {"partition_key": project_id}
        return self._container.query_items(query, parameters=parameters, **partition, **options)

    async def _delete(self, project_id: str, ids: list[str], limit: asyncio.Semaphore) -> None:
        async with limit:
            try:
                await execute(self._container, project_id, [("delete", (document_id,)) for document_id in ids])
            except Unavailable:
                # One that is already gone fails the whole batch; another run may be deleting the same versions. In an
                # outage the first delete fails too and ends this.
                await self._delete_each(project_id, ids)

    async def _delete_each(self, project_id: str, ids: list[str]) -> None:
        with translated(_SERVICE):
            for document_id in ids:
                try:
                    await self._container.delete_item(document_id, partition_key=project_id)
                except ResourceNotFoundError:
                    continue


def _bare(term: str) -> str:
    """Return a term that may stand in a query.

    Raises:
        ValueError: It holds more than word characters.
    """
    if not regex.fullmatch(r"\w+", term):
        raise ValueError(f"a term of word characters is expected, not {term!r}")
    return term


def _is_about_full_text(error: BaseException | None) -> bool:
    return (
        isinstance(error, HttpResponseError)
        and error.status_code == _BAD_REQUEST
        and bool(_ABOUT_FULL_TEXT.search(str(error)))
    )
