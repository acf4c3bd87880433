"""The semantic ranker: how near the meaning of each result is to that of the query, captions and answers.

The service has a deep model trained on judged results; here the cosine of wordllama's vectors stands in for it, so that
scores are in the service's range and order by meaning, and are not the service's numbers.
"""

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from local.openai.models.vectors import Vectors
from local.openai.models.wordllama import TokenIds, WordLlama
from local.search.definitions import SemanticConfiguration
from local.search.execution.highlights import marked
from local.search.execution.request import Semantics
from local.search.store.live import Snapshot
from local.search.store.terms import texts
from local.search.text.analysis import tokens
from local.search.text.compiler import Sought

HIGHEST_SCORE = 4.0
# The service hands its model about 2,000 tokens of a document; so many characters are about as much.
DOCUMENT_CHARACTERS = 8_000
QUERY_CHARACTERS = 1_000
CAPTION_CHARACTERS = 300
_TAGS = ("<em>", "</em>")
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]*)*[.!?]?")
# Three kilobytes each: a catalogue of some thousand documents fits.
_REMEMBERED = 16_384
_ANALYZER = "stop"


@dataclass(frozen=True, slots=True)
class Reranked:
    """What the ranker says of one result. ``answer_score``: of its best passage, 0 to 1."""

    score: float
    passage: str = ""
    answer_score: float = 0.0


@dataclass(slots=True)
class _Passages:
    """A document for the ranker: its passages, and the vectors of the whole (first) and of each passage."""

    texts: list[str]
    vectors: Vectors


@dataclass(slots=True)
class SemanticRanker:
    """Loads its model on first use; remembers the vectors of documents it has seen. For several threads."""

    _seen: "OrderedDict[tuple[int, str, int], _Passages]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def rank(self, snapshot: Snapshot, rows: list[int], semantics: Semantics) -> dict[int, Reranked]:
        """Score ``rows``: from 0, not related, to 4, the same meaning."""
        query = _embed(semantics.query[:QUERY_CHARACTERS])
        found: dict[int, Reranked] = {}
        for row, passages in zip(rows, self._passages(snapshot, rows, semantics.configuration), strict=True):
            cosines = np.maximum(passages.vectors @ query, 0.0).tolist()
            # A long document may hold what is asked for in one passage.
            score = HIGHEST_SCORE * min(1.0, max(cosines))
            places = range(1, len(cosines))
            best = max(places, key=cosines.__getitem__, default=0)
            passage = passages.texts[best - 1] if best else ""
            found[row] = Reranked(round(score, 6), passage, min(1.0, cosines[best]))
        return found

    def answers(self, ranked: dict[int, Reranked], keys: list[str], semantics: Semantics) -> list[dict[str, Any]]:
        """The best passages of the results, when they are near enough to the query."""
        options = semantics.answers
        if options is None:
            return []
        sought = _sought(semantics)
        near = [(r.answer_score, row) for row, r in ranked.items() if r.passage and r.answer_score >= options.threshold]
        near.sort(key=lambda pair: (-pair[0], pair[1]))
        return [
            {
                "key": keys[row],
                "score": round(score, 6),
                "text": ranked[row].passage,
                "highlights": marked(ranked[row].passage, sought, _ANALYZER, _TAGS),
            }
            for score, row in near[: options.count]
        ]

    def _passages(self, snapshot: Snapshot, rows: list[int], configuration: SemanticConfiguration) -> list[_Passages]:
        keys = [(snapshot.generation, configuration.name, row) for row in rows]
        with self._lock:
            found = {key: self._seen[key] for key in keys if key in self._seen}
        missing = [key for key in keys if key not in found]
        if missing:
            found.update(zip(missing, _read(snapshot, [row for _, _, row in missing], configuration), strict=True))
        with self._lock:
            for key in keys:
                self._seen[key] = found[key]
                self._seen.move_to_end(key)
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
        return [found[key] for key in keys]


@cache
def _model() -> WordLlama:
    return WordLlama.load()


def _embed(text: str) -> Vectors:
    model = _model()
    return model.embed(_ids([text]), model.dimensions)[0]


def _ids(parts: list[str]) -> list[TokenIds]:
    # A text of no token has no mean; a full stop has.
    return _model().tokenize([part if part.strip() else "." for part in parts])


def _read(snapshot: Snapshot, rows: list[int], configuration: SemanticConfiguration) -> list[_Passages]:
    """Embed documents together: one call of the tokenizer costs less than one for each."""
    documents = [_parts(snapshot.body(row), configuration) for row in rows]
    ids = _ids([part for around, passages in documents for part in (around, *passages)])
    embedded: list[TokenIds] = []
    at = 0
    for _, passages in documents:
        own = ids[at : at + 1 + len(passages)]
        embedded += [np.concatenate(own), *own[1:]]
        at += len(own)
    model = _model()
    vectors = model.embed(embedded, model.dimensions)
    found: list[_Passages] = []
    for _, passages in documents:
        found.append(_Passages(passages, vectors[: 1 + len(passages)]))
        vectors = vectors[1 + len(passages) :]
    return found


def _parts(body: dict[str, Any], configuration: SemanticConfiguration) -> tuple[str, list[str]]:
    """Title and keywords of a document, and the passages of its content, or of its title when it has none."""
    title = texts(body, configuration.title.split("/")) if configuration.title else []
    keywords = [text for path in configuration.keywords for text in texts(body, path.split("/"))]
    content = [text for path in configuration.content for text in texts(body, path.split("/"))]
    around = "\n".join((*title, *keywords))[:DOCUMENT_CHARACTERS]
    return around, _cut("\n".join(content or title)[:DOCUMENT_CHARACTERS])


def _cut(text: str) -> list[str]:
    """Sentences, joined while they fit into one caption."""
    passages: list[str] = []
    for match in _SENTENCE.finditer(text):
        sentence = match.group().strip()[:CAPTION_CHARACTERS]
        if passages and len(passages[-1]) + 1 + len(sentence) <= CAPTION_CHARACTERS // 2:
            passages[-1] = f"{passages[-1]} {sentence}"
        elif sentence:
            passages.append(sentence)
    return passages


def captions(ranked: Reranked, semantics: Semantics) -> list[dict[str, str]] | None:
    """The passage of a result that is nearest to the query, None when captions were not asked for."""
    if semantics.captions is None:
        return None
    highlight = semantics.captions.highlight
    highlights = marked(ranked.passage, _sought(semantics), _ANALYZER, _TAGS) if highlight else ""
    return [{"text": ranked.passage, "highlights": highlights}]


def _sought(semantics: Semantics) -> Sought:
    return Sought(terms={token.text for token in tokens(_ANALYZER, semantics.query)})
