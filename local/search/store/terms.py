"""The inverted index of one index: tantivy in memory, made again from the documents when the endpoint starts.

5,000 documents take a tenth of a second, so that keeping tantivy's files in step with SQLite would buy nothing.
"""

from typing import Any

import numpy as np
import tantivy
from numpy.typing import NDArray

from local.search.fields import Field
from local.search.text.analysis import analyzer

ROW = "row"
_HEAP_BYTES = 32 * 1024 * 1024


class Terms:
    """Written by one thread; ``searcher`` gives a view that later writes do not change."""

    def __init__(self, fields: tuple[Field, ...]) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field(ROW, indexed=True, fast=True)
        self._fields = fields
        for field in fields:
            # A field's name may be "row" too; with the prefix they stay apart.
            builder.add_text_field(term_field(field), tokenizer_name=field.analyzer)
        self.schema = builder.build()
        self._index = tantivy.Index(self.schema)
        for name in {field.analyzer for field in fields}:
            self._index.register_tokenizer(name, analyzer(name))
        self._writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)

    def add(self, row: int, document: dict[str, Any]) -> None:
        added = tantivy.Document()
        added.add_unsigned(ROW, row)
        for field in self._fields:
            for text in texts(document, field.path.split("/")):
                added.add_text(term_field(field), text)
        self._writer.add_document(added)

    def remove(self, row: int) -> None:
        self._writer.delete_documents_by_term(ROW, row)

    def commit(self) -> "tantivy.Searcher":
        """Make what was added and removed visible; returns the view that has it."""
        self._writer.commit()
        self._index.reload()
        return self._index.searcher()


def term_field(field: Field) -> str:
    return f"f.{field.path}"


def texts(value: Any, path: list[str]) -> list[str]:
    """The strings at ``path`` of a document, in order."""
    if value is None:
        return []
    if isinstance(value, list):
        return [text for element in value for text in texts(element, path)]
    if not path:
        return [value] if isinstance(value, str) else []
    return texts(value.get(path[0]), path[1:]) if isinstance(value, dict) else []


def matches(
    searcher: "tantivy.Searcher", query: "tantivy.Query", most: int | None = None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows that match, and their BM25 scores, best first; equal scores in the order of writing.

    Args:
        most: How many at most; None for all.
    """
    limit = max(1, searcher.num_docs) if most is None else most
    hits = searcher.search(query, limit=limit, count=False).hits
    if not hits:
        return np.empty(0, np.int64), np.empty(0)
    scores = np.array([score for score, _ in hits], np.float64)
    rows = np.array(searcher.fast_field_values(ROW, [address for _, address in hits]), np.int64)
    order = np.lexsort((rows, -scores))
    return rows[order], scores[order]


def among(schema: "tantivy.Schema", query: "tantivy.Query", rows: NDArray[np.int64]) -> "tantivy.Query":
    """``query`` for these rows alone, with the scores that they have among all."""
    chosen = tantivy.Query.const_score_query(tantivy.Query.term_set_query(schema, ROW, rows.tolist()), 0.0)
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, chosen)])
