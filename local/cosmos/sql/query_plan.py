"""The plan of a query with ORDER BY RANK, by which the SDK counts words, ranks each component and fuses them itself.

Its form is the service's: a query for statistics over all items, a query for each scoring function with placeholders
for what the first one found, weights, and how many of the fused are wanted.
"""

from typing import Any

from local.cosmos.errors import bad_request
from local.cosmos.sql.executor import compiled
from local.cosmos.sql.printer import expression
from local.cosmos.sql.rank_fusion import LAST, depth, fusion_of
from local.cosmos.sql.restrictions import check_ranking, literal_bounds
from local.cosmos.sql.select import Select, named_items
from local.cosmos.sql.syntax import Call, Literal

_TOTAL = "{documentdb-formattablehybridsearchquery-totaldocumentcount}"
_WORDS = "{{documentdb-formattablehybridsearchquery-totalwordcount-{0}}}"
_HITS = "{{documentdb-formattablehybridsearchquery-hitcountsarray-{0}}}"
_FILTER = "{documentdb-formattableorderbyquery-filter}"
_EVERYTHING = {"min": "", "max": "FF", "isMinInclusive": True, "isMaxInclusive": False}


def is_ranked(text: str) -> bool:
    """Whether the query has ORDER BY RANK."""
    return "RANK" in text.upper() and compiled(text).query.rank


def query_plan(text: str) -> dict[str, Any]:
    """What the SDK needs to run ``text``.

    Raises:
        CosmosError: 400, it is no query with ORDER BY RANK that can be run.
    """
    select = compiled(text)
    query = select.query
    if not query.rank or select.root is None:
        raise bad_request("This endpoint makes plans of queries with ORDER BY RANK only: it answers all others whole.")
    call = check_ranking(query)
    skip, take = literal_bounds(query)
    fusion = fusion_of(call) if call.name == "RRF" else None
    calls, weights = (fusion.components, fusion.weights) if fusion is not None else ((call,), (1.0,))
    wanted = (skip or 0) + (take or 0)
    return {
        "partitionedQueryExecutionInfoVersion": 2,
        "hybridSearchQueryInfo": {
            "globalStatisticsQuery": _statistics(select.root, calls),
            "componentQueryInfos": _components(select, calls, weights, depth(wanted) if fusion else wanted),
            "componentWithoutPayloadQueryInfos": [],
            "projectionQueryInfo": None,
            "componentWeights": [abs(weight) for weight in weights],
            "skip": skip,
            "take": take,
            "requiresGlobalStatistics": any(each.name == "FULLTEXTSCORE" for each in calls),
        },
        "queryRanges": [_EVERYTHING],
    }


def _statistics(root: str, calls: tuple[Call, ...]) -> str:
    counted: list[str] = []
    for call in calls:
        if call.name == "FULLTEXTSCORE":
            path, *terms = map(expression, call.args)
            hits = ", ".join(f"COUNTIF(FullTextContains({path}, {term}))" for term in terms)
            counted.append(f'{{"totalWordCount": SUM(_FullTextWordCount({path})), "hitCounts": [{hits}]}}')
    return f"SELECT COUNT(1) AS documentCount, [{', '.join(counted)}] AS fullTextStatistics FROM {root}"  # noqa: S608


def _components(select: Select, calls: tuple[Call, ...], weights: tuple[float, ...], most: int) -> list[dict[str, Any]]:
    query, root = select.query, select.root
    scores = _scores(calls)
    texts = any(call.name == "FULLTEXTSCORE" for call in calls)
    where = [f"({expression(query.where)})"] if query.where is not None else []
    # The SDK fills placeholders in only where it fills statistics in.
    where += [f"({_FILTER})"] if texts else []
    condition = f"WHERE {' AND '.join(where)} " if where else ""
    missing = [LAST if weight < 0 else -LAST for weight in weights]
    ranked = ", ".join(f"({score} ?? {last})" for score, last in zip(scores, missing, strict=True))
    payload = f'{{"payload": {_payload(select)}, "componentScores": [{ranked}]}}'
    infos: list[dict[str, Any]] = []
    for score, weight in zip(scores, weights, strict=True):
        way, order = ("Ascending", "ASC") if weight < 0 else ("Descending", "DESC")
        selected = f'{root}._rid, [{{"item": {score}}}] AS orderByItems, {payload} AS payload'
        rewritten = f"SELECT TOP {most} {selected} FROM {root} {condition}ORDER BY {score} {order}"  # noqa: S608
        infos.append(
            {
                "distinctType": "None",
                "top": most,
                "offset": None,
                "limit": None,
                "orderBy": [way],
                "orderByExpressions": [score],
                "groupByExpressions": [],
                "groupByAliases": [],
                "aggregates": [],
                "groupByAliasToAggregateType": {},
                "rewrittenQuery": rewritten,
                "hasSelectValue": False,
                "dCountInfo": None,
                "hasNonStreamingOrderBy": True,
            }
        )
    return infos


def _scores(calls: tuple[Call, ...]) -> list[str]:
    scores: list[str] = []
    texts = 0
    for call in calls:
        first, *others = map(expression, call.args)
        listed = ", ".join(others)
        if call.name == "FULLTEXTSCORE":
            placeholders = ", ".join((_TOTAL, _WORDS.format(texts), _HITS.format(texts)))
            scores.append(f"_FullTextScore({first}, [{listed}], {placeholders})")
            texts += 1
        else:
            scores.append(f"_VectorScore({first}, {listed})")
    return scores


def _payload(select: Select) -> str:
    query = select.query
    if query.star:
        return str(select.root)
    if query.value:
        return expression(query.items[0].expr)
    named = ", ".join(
        f"{expression(Literal(name))}: {expression(item.expr)}" for name, item in named_items(query.items)
    )
    return f"{{{named}}}"
