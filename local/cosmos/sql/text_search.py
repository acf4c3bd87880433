"""ORDER BY RANK FullTextScore: the items whose texts fit the terms best, by BM25 from the words in memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from local.cosmos.bm25 import Statistics, idf, length_norm, weight
from local.cosmos.definitions import ContainerDefinition
from local.cosmos.errors import bad_request
from local.cosmos.sql.compiler import Compiler, Env, Scope
from local.cosmos.sql.execution import Execution
from local.cosmos.sql.full_text import given_statistics, score_path, score_terms
from local.cosmos.sql.planner import TextCondition
from local.cosmos.sql.select import compile_subquery
from local.cosmos.sql.syntax import Call
from local.cosmos.store.reads import Filter, ItemReader
from local.cosmos.store.texts import PartitionView, Postings, TextIndex
from local.cosmos.words import occurrences, words

_FEW = 8
# Read and tested together, for some of the best will be refused by WHERE.
_MARGIN = 16


@dataclass(frozen=True, slots=True)
class TextSearch:
    """The text ``path`` and the terms, each of one word or several.

    ``statistics``: what the request says about all texts; None: they are counted. ``worst``: the other way round.
    """

    path: str
    terms: list[tuple[str, ...]]
    statistics: Statistics | None
    worst: bool


def plan_text_search(call: Call, run: Execution, definition: ContainerDefinition, *, worst: bool = False) -> TextSearch:
    """The search that ordering by ``call`` is: a FullTextScore, or a _FullTextScore with its statistics.

    Raises:
        CosmosError: 400, the container has no full-text policy or index for the path, or a term is no string.
    """
    path = score_path(call)
    policy = definition.texts.get(path)
    if policy is None:
        raise bad_request(f"FullTextScore: the container has no fullTextPolicy for the path {path}.")
    if not policy.indexed:
        raise bad_request(f"FullTextScore: the container has no full-text index for the path {path}.")
    constant = Compiler(Scope(), compile_subquery)
    env: Env = [run]
    values = [constant.compile(each)(env) for each in call.args[1:]]
    if call.name == "_FULLTEXTSCORE":
        if len(values) != 4:
            raise bad_request(f"_FullTextScore takes 5 arguments, not {len(values) + 1}.")
        terms, statistics = given_statistics(*values)
        return TextSearch(path, terms, statistics, worst)
    return TextSearch(path, score_terms(values), None, worst)


@dataclass(frozen=True, slots=True)
class _Scored:
    """Items of one partition or several. ``scores``: of each; only items with a text are there."""

    seqs: NDArray[np.int64]
    scores: NDArray[np.float64]


class TextCandidates:
    """The items of one view by their texts.

    ``counted``: the items that the statistics are about; ``conditions``: what WHERE demands of the texts.
    """

    def __init__(
        self,
        search: TextSearch,
        index: TextIndex,
        reader: ItemReader,
        wanted: Filter,
        counted: Filter,
        conditions: Sequence[TextCondition],
    ) -> None:
        self._search = search
        self._reader = reader
        self._wanted = wanted
        self._conditions = conditions
        sought = {word for term in search.terms for word in term}
        sought |= {word for condition in conditions for term in condition.terms for word in term}
        parts = reader.texts(index, counted, sorted(sought))
        statistics = search.statistics
        self._matches = {part.key: self._find(part) for part in parts}
        if statistics is None:
            statistics = _count(parts, self._matches, len(search.terms))
        among = reader.in_partitions(wanted)
        self._statistics = statistics
        self._parts = [part for part in parts if among is None or among(part.key)]

    def best(self, likely: int) -> Iterator[tuple[int, float, bytes]]:
        """(seq, score, head), best first, ties in the order of making. ``likely``: how many will be asked for."""
        found = self._narrowed(self._scored(conditions=True))
        towards = found.scores if self._search.worst else -found.scores
        for group in _groups(towards, found.seqs, likely + _MARGIN):
            seqs = found.seqs[group].tolist()
            heads = self._reader.heads(seqs)
            for seq, score in zip(seqs, found.scores[group].tolist(), strict=True):
                head = heads.get(seq)
                # Expired items have their words until they are purged.
                if head is not None:
                    yield seq, score, head

    def scores(self, seqs: Sequence[int]) -> dict[int, float]:
        """The scores of these items; what has no text is missing."""
        found = self._scored(conditions=False)
        chosen = np.isin(found.seqs, np.array(seqs, np.int64))
        return dict(zip(found.seqs[chosen].tolist(), found.scores[chosen].tolist(), strict=True))

    def _find(self, part: PartitionView) -> list[Postings]:
        path = self._search.path

        def in_item(seq: int, sought: tuple[str, ...]) -> int:
            text = self._reader.text(seq, path)
            return 0 if text is None else occurrences(words(text), sought)

        return [part.matches(term, in_item) for term in self._search.terms]

    def _scored(self, *, conditions: bool) -> _Scored:
        pieces = [self._score(part, conditions=conditions) for part in self._parts]
        if not pieces:
            return _Scored(np.empty(0, np.int64), np.empty(0, np.float64))
        seqs, scores = zip(*pieces, strict=True)
        return _Scored(np.concatenate(seqs), np.concatenate(scores))

    def _score(self, part: PartitionView, *, conditions: bool) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        statistics = self._statistics
        norms = length_norm(part.lengths.astype(np.float64), statistics.mean_words)
        scores = np.zeros(len(part.seqs))
        for found, hits in zip(self._matches[part.key], statistics.hits, strict=True):
            if len(found.rows):
                share = weight(found.counts.astype(np.float64), norms[found.rows])
                scores[found.rows] += idf(statistics.items, hits) * share
        kept = part.with_text
        for condition in self._conditions if conditions else ():
            kept &= _fulfilling(part, condition)
        return part.seqs[kept], scores[kept]

    def _narrowed(self, found: _Scored) -> _Scored:
        """The items that the tables leave, when asking them is worth it."""
        if not self._wanted.narrow:
            return found
        # Where many items pass, going through them from the best on and asking WHERE of each ends sooner.
        most = len(found.seqs) // _FEW
        seqs = self._reader.seqs(self._wanted, most + 1)
        if len(seqs) > most:
            return found
        chosen = np.isin(found.seqs, np.array(seqs, np.int64))
        return _Scored(found.seqs[chosen], found.scores[chosen])


def _count(parts: list[PartitionView], matches: dict[str, list[Postings]], terms: int) -> Statistics:
    hits = tuple(sum(len(matches[part.key][at].rows) for part in parts) for at in range(terms))
    return Statistics(sum(part.items for part in parts), sum(part.total_words for part in parts), hits)


def _fulfilling(part: PartitionView, condition: TextCondition) -> NDArray[np.bool_]:
    """The rows that may fulfil it: all words of a phrase are there, in whatever order."""
    combine: Callable[[NDArray[np.bool_], NDArray[np.bool_]], NDArray[np.bool_]]
    combine = np.logical_and if condition.all else np.logical_or
    held = np.full(len(part.seqs), condition.all)
    for term in condition.terms:
        # A term of no word is nowhere.
        among = part.holding_all(term) if term else np.zeros(len(part.seqs), np.bool_)
        held = combine(held, among)
    return held


def _groups(towards: NDArray[np.float64], seqs: NDArray[np.int64], first: int) -> Iterator[NDArray[np.int64]]:
    """Places in order, smallest ``towards`` first and ties by ``seqs``, in groups; the first has ``first``."""
    if len(towards) <= first:
        yield np.lexsort((seqs, towards))
        return
    border = np.partition(towards, first - 1)[first - 1]
    before, at = np.flatnonzero(towards < border), np.flatnonzero(towards == border)
    missing = first - len(before)
    if len(at) > missing:
        at = at[np.argpartition(seqs[at], missing - 1)[:missing]]
    chosen = np.concatenate([before, at])
    yield chosen[np.lexsort((seqs[chosen], towards[chosen]))]
    # Only when WHERE refused so many that the first group was not enough.
    taken = np.zeros(len(towards), np.bool_)
    taken[chosen] = True
    rest = np.flatnonzero(~taken)
    rest = rest[np.lexsort((seqs[rest], towards[rest]))]
    size = first * 4
    for start in range(0, len(rest), size):
        yield rest[start : start + size]
