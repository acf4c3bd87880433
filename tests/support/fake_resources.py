"""Resources in memory for unit tests: small stand-ins that keep what is written and fail by script.

``tests/unit/shared/test_fakes.py`` holds them to the real repositories.
"""

import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import numpy as np
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from local.cosmos.sql.like import like
from shared.chunking import Chunk
from shared.clients.ai_search import MaterialQuery
from shared.clients.blobs import StoredBlob
from shared.clients.lab_data import LabData
from shared.colour.near_table import NearTable
from shared.contracts import Snippet
from shared.errors import Rejected
from shared.resources import Resources
from shared.search.catalogue import Catalogue
from shared.search.colour_words import colour_words_cache
from shared.search.lab_table import LabTable
from shared.search.near_filters import near_filters
from shared.search.query_vectors import QueryVectors
from shared.search.synonyms import SynonymCache
from shared.settings import load_settings
from shared.snippets.chunk_repository import ChunkFilter, RunMarker
from shared.snippets.documents import RUN_MARKER, ChunkRecord, Document, latest_version, vector_document
from shared.snippets.embedder import Embedder
from shared.snippets.identifiers import run_marker_id, snippet_id, version_of
from shared.snippets.querying.globs import ESCAPE
from shared.snippets.recipes import recipe
from shared.snippets.repository import Visible
from shared.snippets.segment_cache import SegmentCache
from shared.snippets.vector_repository import KnownVector
from tests.support.stack import sample_environment

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
Step = BaseException | Callable[[], object] | None


class Scripted:
    """Before a method answers, the next step of its script happens: an error is raised, a function called, or nothing.

    ``calls``: arguments of each call, by method.
    """

    def __init__(self) -> None:
        self.calls: dict[str, list[Any]] = defaultdict(list)
        self._steps: dict[str, deque[Step]] = defaultdict(deque)

    def script(self, method: str, *steps: Step) -> None:
        """Say what happens at the next calls of ``method``; after that they just answer."""
        self._steps[method].extend(steps)

    def _step(self, method: str, *arguments: Any) -> None:
        self.calls[method].append(arguments)
        step = self._steps[method].popleft() if self._steps[method] else None
        if isinstance(step, BaseException):
            raise step
        if step is not None:
            step()


class FakeSnippets(Scripted):
    """Stands in for ``Snippets``: each write gives a document a new ETag, and the ETag decides a race."""

    def __init__(self) -> None:
        super().__init__()
        self.documents: dict[tuple[str, str], Document] = {}
        self._etags = 0

    def put(self, document: Document) -> None:
        """Store a document as somebody else would."""
        self._etags += 1
        self.documents[document["projectId"], document["name"]] = document | {"_etag": f'"{self._etags}"'}

    async def read(self, project_id: str, name: str) -> Document | None:
        self._step("read", project_id, name)
        found = self.documents.get((project_id, name))
        return dict(found) if found else None

    async def replace(self, document: Document, seen: Document | None) -> bool:
        self._step("replace", document)
        assert document["id"] == snippet_id(document["name"])
        current = self.documents.get((document["projectId"], document["name"]))
        if (current and current["_etag"]) != (seen and seen["_etag"]):
            return False
        self.put(document)
        return True

    async def confirm(self, seen: Document, version: str) -> bool:
        self._step("confirm", seen["name"], version)
        current = self.documents.get((seen["projectId"], seen["name"]))
        if not current or current["_etag"] != seen["_etag"]:
            return version <= latest_version(seen)
        if version > latest_version(seen):
            self.put(current | {"confirmed": version})
        return True

    async def nearest(self, vector: list[float], model: str, where: ChunkFilter, limit: int) -> list[tuple[str, str]]:
        self._step("nearest", vector, model, where, limit)
        rows = [
            row
            for row in self.documents.values()
            if row.get("model") == model and "embedding" in row and where.project_id in (None, row["projectId"])
        ]
        nearest = sorted(rows, key=lambda row: -float(np.dot(row["embedding"], vector)))
        return [(row["projectId"], row["name"]) for row in nearest[:limit]]

    async def models(self, project_id: str | None) -> frozenset[str]:
        self._step("models", project_id)
        asked = (row for (project, _), row in self.documents.items() if project_id in (None, project))
        rows = [row for row in asked if "deleted" not in row]
        return frozenset(row["model"] for row in rows if "model" in row)

    async def below(self, project_id: str, prefix: str) -> list[Document]:
        self._step("below", project_id, prefix)
        rows = [
            row for (project, name), row in self.documents.items() if project == project_id and name.startswith(prefix)
        ]
        return sorted(rows, key=lambda row: row["name"])

    async def versions(self, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
        self._step("versions", list(names))
        found = {name: self.documents[name] for name in names if name in self.documents}
        return {name: document["version"] for name, document in found.items() if "deleted" not in document}

    async def visible(self, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], Visible]:
        self._step("visible", sorted(names))
        found = {name: self.documents[name] for name in names if name in self.documents}
        return {
            name: Visible(document["version"], document["chunks"])
            for name, document in found.items()
            if "deleted" not in document
        }


class FakeChunks(Scripted):
    """Stands in for ``Chunks``: chunks and markers by project and id."""

    def __init__(self) -> None:
        super().__init__()
        self.documents: dict[tuple[str, str], Document] = {}

    async def store(self, project_id: str, documents: Sequence[Document]) -> None:
        self._step("store", project_id, list(documents))
        self.documents |= {(project_id, document["id"]): dict(document) for document in documents}

    async def count(self, project_id: str, name: str, version: str) -> tuple[int, int]:
        self._step("count", project_id, name, version)
        rows = [row for row in self._chunks(project_id, name) if row["version"] == version]
        return len(rows), sum(row["reused"] for row in rows)

    async def nearest(self, vector: list[float], model: str, where: ChunkFilter, limit: int) -> list[Document]:
        self._step("nearest", model, where, limit)
        rows = [row for row in self._asked(where) if row["model"] == model]
        scored = [row | {"score": sum(a * b for a, b in zip(row["embedding"], vector, strict=True))} for row in rows]
        return sorted(scored, key=lambda row: -row["score"])[:limit]

    async def matching(self, terms: Sequence[str], where: ChunkFilter, limit: int) -> list[Document]:
        self._step("matching", list(terms), where, limit)
        # Enough of BM25 for tests of what is done with a ranking: how often the terms stand in a chunk.
        counted = [(sum(map(row["words"].split().count, terms)), row) for row in self._asked(where)]
        return [row for _, row in sorted(counted, key=lambda each: -each[0])][:limit]

    async def pieces(self, wanted: Collection[tuple[str, str, str, int]]) -> list[Document]:
        self._step("pieces", sorted(wanted))
        keys = ("projectId", "name", "version", "chunkIndex")
        return [row for row in self._chunks(None) if tuple(row[key] for key in keys) in wanted]

    async def texts(self, project_id: str, name: str, version: str) -> list[Document]:
        self._step("texts", project_id, name, version)
        rows = [row for row in self._chunks(project_id, name) if row["version"] == version]
        return sorted(rows, key=lambda row: row["chunkIndex"])

    async def delete_versions(self, project_id: str, name: str, *, before: str = "", only: str = "") -> int:
        self._step("delete_versions", project_id, name, before or only)
        gone = [
            key
            for key, row in self.documents.items()
            if key[0] == project_id
            and row["name"] == name
            and (row["version"] == only if only else row["version"] < before)
        ]
        for key in gone:
            del self.documents[key]
        return len(gone)

    async def delete_marker(self, project_id: str, name: str, version: str) -> None:
        self._step("delete_marker", project_id, name, version)
        self.documents.pop((project_id, run_marker_id(name, version)), None)

    async def markers(self, before: str) -> AsyncIterator[RunMarker]:
        self._step("markers", before)
        for row in list(self.documents.values()):
            if row.get("kind") == RUN_MARKER and row["createdAt"] < before:
                yield RunMarker(row["projectId"], row["name"], row["version"], row["runId"])

    def stored(self, project_id: str, name: str) -> set[tuple[str, int | None]]:
        """Version and index of each chunk of a snippet; the index is None for a marker."""
        return {
            (row["version"], row.get("chunkIndex"))
            for key, row in self.documents.items()
            if key[0] == project_id and row["name"] == name
        }

    def _chunks(self, project_id: str | None, name: str | None = None) -> list[Document]:
        return [
            row
            for key, row in self.documents.items()
            if "chunkIndex" in row and project_id in {None, key[0]} and name in {None, row["name"]}
        ]

    def _asked(self, where: ChunkFilter) -> list[Document]:
        fits = like(where.like, ESCAPE) if where.like is not None else None
        return [
            row
            for row in self._chunks(where.project_id)
            if (fits is None or fits(row["name"]))
            and where.language in {None, row["language"]}
            and (row["projectId"], row["name"]) not in where.other_than
        ]


class FakeVectors(Scripted):
    """Stands in for ``Vectors``. ``stale``: content keys whose vectors are due to be written again."""

    def __init__(self) -> None:
        super().__init__()
        self.documents: dict[tuple[str, str], tuple[list[float], str]] = {}
        self.stale: set[str] = set()

    async def known(self, project_id: str, keys: Sequence[str]) -> dict[str, KnownVector]:
        self._step("known", project_id, list(keys))
        found = {key: self.documents[project_id, key] for key in keys if (project_id, key) in self.documents}
        return {key: KnownVector(vector, paid_by, stale=key in self.stale) for key, (vector, paid_by) in found.items()}

    async def store(self, project_id: str, vectors: Sequence[tuple[ChunkRecord, list[float]]]) -> None:
        self._step("store", project_id, [record.key for record, _ in vectors])
        for record, vector in vectors:
            self.documents[project_id, record.key] = (vector, vector_document(record, vector)["paidBy"])
            self.stale.discard(record.key)


class FakeUploads(Scripted):
    """Stands in for ``Uploads``: blobs by name, with the moment of their last change."""

    def __init__(self) -> None:
        super().__init__()
        self.blobs: dict[str, tuple[bytes, datetime]] = {}

    async def write(self, name: str, content: bytes) -> None:
        self._step("write", name)
        self.blobs[name] = (content, NOW)

    async def read(self, name: str) -> bytes:
        self._step("read", name)
        if name not in self.blobs:
            raise Rejected(f"blob {name!r} does not exist")
        return self.blobs[name][0]

    async def delete_run(self, run_id: str) -> int:
        self._step("delete_run", run_id)
        gone = [name for name in self.blobs if name.startswith(f"{run_id}/")]
        for name in gone:
            del self.blobs[name]
        return len(gone)

    async def older_than(self, moment: datetime) -> AsyncIterator[StoredBlob]:
        self._step("older_than", moment)
        for name, (_, changed_at) in list(self.blobs.items()):
            if changed_at < moment:
                yield StoredBlob(name, changed_at)


class FakeModel(Scripted):
    """Stands in for the deployment: the vector of a text is that of its first letter, ``a`` to ``d`` orthogonal."""

    model = "letters"
    dimensions = 4

    async def embed(self, texts: Sequence[str], patience_s: float = 30.0) -> list[list[float]]:
        self._step("embed", list(texts))
        return [letter_vector(text) for text in texts]

    @property
    def requests(self) -> list[list[str]]:
        """The texts of each request."""
        return [texts for (texts,) in self.calls["embed"]]


def letter_vector(text: str) -> list[float]:
    """Return the vector of a text: 1 at its first letter's place from ``a`` to ``d``."""
    return [float(text[:1] == letter) for letter in "abcd"]


class FakeMaterials(Scripted):
    """Stands in for ``Materials``: every search finds the first ``top`` documents, as the SDK hands them out."""

    def __init__(self) -> None:
        super().__init__()
        self.documents: list[Document] = []

    async def search(self, query: MaterialQuery) -> list[Document]:
        self._step("search", query)
        return [dict(document) for document in self.documents[: query.top]]

    async def attributes(self, ids: Sequence[str]) -> dict[str, Document]:
        self._step("attributes", list(ids))
        return {document["id"]: document for document in self._of(ids)}

    async def by_id(self, ids: Sequence[str]) -> list[Document]:
        self._step("by_id", list(ids))
        return self._of(ids)

    async def of_resins(self, resins: Sequence[str], text: str, top: int) -> list[Document]:
        self._step("of_resins", list(resins), text, top)
        return [dict(document) for document in self.documents if document["resin"] in resins][:top]

    async def facts(self, ids: Sequence[str]) -> list[Document]:
        self._step("facts", list(ids))
        return self._of(ids)

    async def facts_of_resins(self, resins: Sequence[str]) -> tuple[list[Document], bool]:
        self._step("facts_of_resins", list(resins))
        return [dict(document) for document in self.documents if document["resin"] in resins], True

    async def resins(self) -> list[str]:
        self._step("resins")
        return sorted({document["resin"] for document in self.documents})

    def _of(self, ids: Sequence[str]) -> list[Document]:
        wanted = set(ids)
        return [dict(document) for document in self.documents if document["id"] in wanted]


class FakeLabData(Scripted):
    """Stands in for ``LabSource``: Lab values by id, as if uploaded under ``version``."""

    def __init__(self) -> None:
        super().__init__()
        self.colours: dict[str, tuple[float, float, float]] = {}
        self.version = '"1"'

    async def current(self) -> LabData:
        self._step("current")
        ids, labs = tuple(self.colours), np.array(list(self.colours.values()), dtype=np.float64).reshape(-1, 3)
        return LabData(LabTable(ids, labs, NearTable(ids, labs), {}), self.version)


class FakeItems(Scripted):
    """Stands in for a Cosmos DB container that is read and written item by item, such as ``search-cache``."""

    def __init__(self) -> None:
        super().__init__()
        self.items: dict[str, Document] = {}

    async def read_item(self, item: str, partition_key: str) -> Document:
        self._step("read_item", item, partition_key)
        if item not in self.items:
            raise CosmosResourceNotFoundError(404)
        return dict(self.items[item])

    async def upsert_item(self, body: Document) -> None:
        self._step("upsert_item", body)
        self.items[body["id"]] = json.loads(json.dumps(body))


@dataclass
class FakeCloud:
    """What tests look into; ``resources`` is what the code under test gets."""

    model: FakeModel = field(default_factory=FakeModel)
    vectors: FakeVectors = field(default_factory=FakeVectors)
    chunks: FakeChunks = field(default_factory=FakeChunks)
    snippets: FakeSnippets = field(default_factory=FakeSnippets)
    uploads: FakeUploads = field(default_factory=FakeUploads)
    materials: FakeMaterials = field(default_factory=FakeMaterials)
    lab_data: FakeLabData = field(default_factory=FakeLabData)
    search_cache: FakeItems = field(default_factory=FakeItems)
    chat: Any = None
    catalogue: Catalogue = field(init=False)

    def __post_init__(self) -> None:
        self.catalogue = Catalogue(cast("Any", self.materials))

    @property
    def resources(self) -> Resources:
        fakes = cast("Any", self)
        return Resources(
            settings=load_settings(sample_environment()),
            model=fakes.model,
            chat=self.chat,
            synonyms=SynonymCache(fakes.search_cache),
            embedder=Embedder(fakes.model, fakes.vectors, fakes.chunks),
            snippets=fakes.snippets,
            chunks=fakes.chunks,
            uploads=fakes.uploads,
            segments=SegmentCache(fakes.uploads),
            idempotency_keys=cast("Any", None),
            search_requests=cast("Any", None),
            search_queue=cast("Any", None),
            materials=fakes.materials,
            query_vectors=QueryVectors(fakes.model),
            catalogue=self.catalogue,
            colour_words=colour_words_cache(fakes.search_cache),
            lab_data=fakes.lab_data,
            near_filters=near_filters(fakes.search_cache),
            github=cast("Any", None),
            github_cache=cast("Any", None),
        )


def run_of(number: int, name: str = "a.py", project_id: str = "project") -> Snippet:
    """Return run ``number`` for a snippet; later runs have greater numbers."""
    run_id = f"run-{number}"
    return Snippet(project_id=project_id, name=name, version=version_of(number, run_id), run_id=run_id)


def record_of(snippet: Snippet, index: int = 0, text: str = "a", created_at: datetime = NOW) -> ChunkRecord:
    """Return a chunk of a run."""
    return ChunkRecord(
        snippet=snippet,
        index=index,
        chunk=Chunk(text, 1, 1),
        model=FakeModel.model,
        recipe=recipe(snippet.cutting, FakeModel.model, FakeModel.dimensions),
        created_at=created_at.isoformat(timespec="milliseconds"),
    )
