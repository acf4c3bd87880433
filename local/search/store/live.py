"""One index in memory, and the views of it that searches hold on to."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any, cast

import numpy as np
import orjson
from tantivy import Searcher

from local.search.definitions import IndexDefinition
from local.search.store.actions import Content
from local.search.store.columns import Mask, Table, TextColumn
from local.search.store.database import StoredDocument
from local.search.store.terms import Terms
from local.search.store.values import Vector
from local.search.store.vectors import VectorColumn

# Rows of gone documents are dropped when they are at least so many and half of all.
_COMPACT_FROM = 1_024
_generations = count()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An index at one moment. Rows ``0`` to ``count`` exist; those in ``alive`` are its documents.

    ``generation``: a row has the same document in all snapshots of one generation, whatever the index.
    """

    definition: IndexDefinition
    count: int
    alive: Mask
    table: Table
    vectors: dict[str, VectorColumn]
    terms: Terms
    searcher: Searcher
    bodies: list[bytes]
    keys: list[str]
    generation: int

    @property
    def document_count(self) -> int:
        return int(self.alive.sum())

    def row(self, key: str) -> int | None:
        """The row of the document ``key``."""
        keys = cast(TextColumn, self.table[self.definition.key.name])
        rows = np.flatnonzero(keys.among((key,), self.count) & self.alive)
        return int(rows[0]) if len(rows) else None

    def body(self, row: int) -> dict[str, Any]:
        """The document's fields without vectors."""
        return orjson.loads(self.bodies[row])


class LiveIndex:
    """Written by one thread; ``snapshot`` may be taken by any."""

    def __init__(self, number: int, definition: IndexDefinition, etag: str) -> None:
        self.number = number
        self.definition = definition
        self.etag = etag
        self._start_empty()
        self._publish()

    def _start_empty(self) -> None:
        self._table = Table(self.definition.fields)
        self._vectors = {field.name: VectorColumn(field.dimensions or 0) for field in self.definition.vectors}
        self._terms = Terms(self.definition.searchable)
        self._bodies: list[bytes] = []
        self._keys: list[str] = []
        self._rows: dict[str, int] = {}
        self._alive = np.zeros(0, np.bool_)
        self._generation = next(_generations)

    def redefine(self, definition: IndexDefinition, etag: str) -> None:
        """Take a definition that differs in nothing but how it was written."""
        self.definition, self.etag = definition, etag
        self._publish()

    def load(self, documents: Iterable[StoredDocument]) -> None:
        """Fill the index with what is stored."""
        self._add(list(documents))
        self._publish()

    def content(self, key: str) -> Content | None:
        """The document ``key``, for the thread that writes."""
        row = self._rows.get(key)
        return None if row is None else Content(orjson.loads(self._bodies[row]), self._vectors_of(row))

    def change(self, stored: list[StoredDocument], deleted: list[str]) -> None:
        """Replace, add and delete documents, all in one step for readers."""
        self._drop([*deleted, *(document.key for document in stored)])
        self._add(stored)
        if len(self._bodies) >= _COMPACT_FROM and len(self._bodies) > 2 * len(self._rows):
            self._compact()
        self._publish()

    def _vectors_of(self, row: int) -> dict[str, Vector]:
        found = {name: column.vector(row) for name, column in self._vectors.items()}
        return {name: vector for name, vector in found.items() if vector is not None}

    def _drop(self, keys: list[str]) -> None:
        # Readers keep the mask that they have.
        self._alive = self._alive.copy()
        for key in keys:
            row = self._rows.pop(key, None)
            if row is not None:
                self._alive[row] = False
                self._terms.remove(row)

    def _add(self, documents: list[StoredDocument]) -> None:
        bodies = [orjson.loads(document.body) for document in documents]
        self._table.extend(bodies)
        for name, column in self._vectors.items():
            column.extend([document.vectors.get(name) for document in documents])
        for row, (document, body) in enumerate(zip(documents, bodies, strict=True), len(self._bodies)):
            self._terms.add(row, body)
            self._rows[document.key] = row
        self._bodies.extend(document.body for document in documents)
        self._keys.extend(document.key for document in documents)
        self._alive = np.concatenate((self._alive, np.ones(len(documents), np.bool_)))

    def _compact(self) -> None:
        rows = sorted(self._rows.values())
        kept = [StoredDocument(self._keys[row], self._bodies[row], self._vectors_of(row)) for row in rows]
        self._start_empty()
        self._add(kept)

    def _publish(self) -> None:
        self.snapshot = Snapshot(
            definition=self.definition,
            count=len(self._bodies),
            alive=self._alive,
            table=self._table,
            vectors=self._vectors,
            terms=self._terms,
            searcher=self._terms.commit(),
            bodies=self._bodies,
            keys=self._keys,
            generation=self._generation,
        )
