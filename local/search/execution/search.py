"""One search: matching rows, their order, and the page that is answered."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local.search import limits
from local.search.definitions import IndexDefinition
from local.search.errors import bad_request
from local.search.execution.facets import facet_counts
from local.search.execution.fusion import Ranking, fuse
from local.search.execution.ordering import ordered
from local.search.execution.rendering import highlights_of, selected
from local.search.execution.request import SearchRequest, parse_request
from local.search.execution.semantic import Reranked, SemanticRanker, captions
from local.search.execution.vector_query import nearest
from local.search.fields import every_field
from local.search.store.columns import Mask
from local.search.store.live import Snapshot
from local.search.store.terms import among, matches
from local.search.text.compiler import Compiler, Sought
from local.search.text.lucene import parse_lucene
from local.search.text.simple import parse_simple
from local.search.text.syntax import Everything, Node, QuerySyntaxError


@dataclass(slots=True)
class _Matched:
    """Rows, best first. ``sought``: what the text query looked for, by field."""

    ranking: Ranking
    sought: dict[str, Sought] = field(default_factory=dict)


@dataclass(slots=True)
class _Found:
    """All results in the order of the answer. ``ranked``: what the semantic ranker says of the first of them."""

    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    sought: dict[str, Sought]
    ranked: dict[int, Reranked]


def search(snapshot: Snapshot, body: Any, ranker: SemanticRanker, address: str) -> dict[str, Any]:
    """Answer a search request.

    Args:
        address: Where the next page is asked for.

    Raises:
        SearchError: 400 naming the parameter that is wrong.
    """
    request = parse_request(body, snapshot.definition)
    found = _find(snapshot, request, ranker)
    answer: dict[str, Any] = {}
    if request.count:
        answer["@odata.count"] = len(found.rows)
    if request.coverage:
        answer["@search.coverage"] = 100.0
    if request.facets:
        answer["@search.facets"] = {
            facet.field.path: facet_counts(facet, found.rows, snapshot.table, snapshot.count)
            for facet in request.facets
        }
    if request.semantics is not None and request.semantics.answers is not None:
        answer["@search.answers"] = ranker.answers(found.ranked, snapshot.keys, request.semantics)
    taken = min(limits.DEFAULT_TOP if request.top is None else request.top, limits.PAGE)
    following = _next_page(request, taken, len(found.rows))
    if following is not None:
        answer["@search.nextPageParameters"] = following
        answer["@odata.nextLink"] = address
    page = range(request.skip, min(request.skip + taken, len(found.rows)))
    answer["value"] = [_result(snapshot, request, found, place) for place in page]
    return answer


def _find(snapshot: Snapshot, request: SearchRequest, ranker: SemanticRanker) -> _Found:
    matched = _match(snapshot, request)
    rows, scores = matched.ranking.rows, matched.ranking.scores
    if request.order_by:
        order = ordered(request.order_by, rows, scores, snapshot.table, snapshot.count)
        rows, scores = rows[order], scores[order]
    ranked: dict[int, Reranked] = {}
    if request.semantics is not None:
        first = rows[: limits.RERANKED].tolist()
        ranked = ranker.rank(snapshot, first, request.semantics)
        order = _reranked(first, ranked, len(rows))
        rows, scores = rows[order], scores[order]
    return _Found(rows, scores, matched.sought, ranked)


def _match(snapshot: Snapshot, request: SearchRequest) -> _Matched:
    allowed = snapshot.alive
    if request.filter is not None:
        allowed = allowed & request.filter(snapshot.table, snapshot.count)
    text = (request.text or "").strip()
    if not request.vectors:
        return _match_text(snapshot, request, allowed)
    searched = allowed if request.pre_filter else snapshot.alive
    rankings = [nearest(query, snapshot, searched) for query in request.vectors]
    sought: dict[str, Sought] = {}
    if text:
        matched = _match_text(snapshot, request, allowed)
        sought, best = matched.sought, matched.ranking
        rankings.insert(0, Ranking(best.rows[: limits.TEXT_RECALL], best.scores[: limits.TEXT_RECALL]))
    if not request.pre_filter:
        rankings = [_only(ranking, allowed) for ranking in rankings]
    return _Matched(rankings[0] if len(rankings) == 1 else fuse(rankings), sought)


def _only(ranking: Ranking, allowed: Mask) -> Ranking:
    kept = allowed[ranking.rows]
    return Ranking(ranking.rows[kept], ranking.scores[kept], ranking.weight)


def _match_text(snapshot: Snapshot, request: SearchRequest, allowed: Mask) -> _Matched:
    node = _parse(request)
    if isinstance(node, Everything):
        rows: NDArray[np.int64] = np.flatnonzero(allowed)
        return _Matched(Ranking(rows, np.ones(len(rows))))
    definition: IndexDefinition = snapshot.definition
    compiler = Compiler(
        schema=snapshot.terms.schema,
        fields={known.path: known for known in every_field(definition.fields)},
        weights=request.weights,
        match_all=request.match_all,
    )
    query = compiler.compile(node, request.search_fields)
    most: int | None = None
    if request.filter is not None:
        # It may leave any of the matches. When it leaves few, tantivy looks at those alone, not at all that match.
        left = np.flatnonzero(allowed)
        if len(left) <= limits.TEXT_RECALL:
            query, most = among(snapshot.terms.schema, query, left), max(1, len(left))
    elif request.vectors:
        most = limits.TEXT_RECALL  # no more take part in the fusion
    rows, scores = matches(snapshot.searcher, query, most)
    return _Matched(_only(Ranking(rows, scores), allowed), compiler.sought)


def _parse(request: SearchRequest) -> Node:
    text = request.text or ""
    if not request.full_syntax:
        return parse_simple(text, match_all=request.match_all)
    try:
        return parse_lucene(text, match_all=request.match_all)
    except QuerySyntaxError as error:
        raise bad_request(
            f"Failed to parse query string: {error}. See https://aka.ms/azure-search-full-query for supported syntax."
            "\r\nParameter name: search"
        ) from None


def _reranked(first: list[int], ranked: dict[int, Reranked], count: int) -> NDArray[np.int64]:
    """Places of all results: the first ones in the semantic ranker's order, the others as they were."""
    order = sorted(range(len(first)), key=lambda place: -ranked[first[place]].score)
    return np.concatenate((np.array(order, np.int64), np.arange(len(first), count)))


def _result(snapshot: Snapshot, request: SearchRequest, found: _Found, place: int) -> dict[str, Any]:
    row = int(found.rows[place])
    result: dict[str, Any] = {"@search.score": float(found.scores[place])}
    body = snapshot.body(row)
    if request.semantics is not None and row in found.ranked:
        result["@search.rerankerScore"] = found.ranked[row].score
        if (shown := captions(found.ranked[row], request.semantics)) is not None:
            result["@search.captions"] = shown
    if request.highlighting is not None and (highlights := highlights_of(request.highlighting, found.sought, body)):
        result["@search.highlights"] = highlights
    result.update(selected(request.select, body, snapshot, row))
    return result


def _next_page(request: SearchRequest, taken: int, total: int) -> dict[str, Any] | None:
    """The request for the results after this page; None when it ends with what was asked for or what there is."""
    skip = request.skip + taken
    left = None if request.top is None else request.top - taken
    if left == 0 or skip >= total or skip > limits.SKIP or taken == 0:
        return None
    return {**request.body, "skip": skip} | ({} if left is None else {"top": left})
