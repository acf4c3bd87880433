"""Plans of queries with ORDER BY RANK, and the query texts in them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.cosmos.errors import CosmosError
from local.cosmos.sql.parser import parse
from local.cosmos.sql.printer import select
from local.cosmos.sql.query_plan import is_ranked, query_plan
from local.cosmos.sql.values_query import query_values

TOTAL = "{documentdb-formattablehybridsearchquery-totaldocumentcount}"
ITEM: dict[str, Any] = {
    "id": "a",
    "n": 2,
    "s": "Te\"x\\t\n'",
    "t": True,
    "z": None,
    "list": [1, "x"],
    "o": {"in": [10]},
}

ATOMS = st.sampled_from(
    "c.n c.s c.t c.z c.missing c['o']['in'][0] c.list[1] @p 1 -2.5 1e300 'te''' \"q\\u0041\" null true undefined "
    "[] [1,c.n] {} {'a-b':c.n}".replace("'te'''", "'te\\''").split()
)
OPERATORS = ["+", "-", "*", "/", "%", "=", "!=", "<", ">=", "??", "&", "|", "^", "<<", "AND", "OR", "||"]
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: (
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})")
        | inner.map(lambda each: f"(NOT ({each}))")
        | inner.map(lambda each: f"(- ({each}))")
        | st.tuples(inner, inner, inner).map(lambda parts: f"(({parts[0]}) BETWEEN ({parts[1]}) AND ({parts[2]}))")
        | st.tuples(inner, inner, inner).map(lambda parts: f"(({parts[0]}) NOT IN ({parts[1]}, {parts[2]}))")
        | st.tuples(inner, inner, inner).map(lambda parts: f"(({parts[0]}) ? ({parts[1]}) : ({parts[2]}))")
        | inner.map(lambda each: f"(({each}) LIKE 'T%!%' ESCAPE '!')")
        | inner.map(lambda each: f"CONCAT(ToString({each}), 'x')")
        | inner.map(lambda each: f"ARRAY(SELECT VALUE x FROM x IN c.list WHERE ({each}) = true)")
        | inner.map(lambda each: f"EXISTS(SELECT TOP 1 x AS y FROM x IN c.list ORDER BY x DESC, {each})")
        | inner.map(lambda each: f"(SELECT VALUE COUNT({each}) FROM x IN c.list JOIN y IN c['o'][\"in\"])")
    ),
    max_leaves=8,
)


@given(EXPRESSIONS)
def test_printed_query_is_the_same_query(expression: str):
    text = f"SELECT VALUE {expression} FROM c WHERE true"
    printed = select(parse(text))
    assert select(parse(printed)) == printed
    assert query_values(printed, {"@p": 7}, [ITEM]) == query_values(text, {"@p": 7}, [ITEM])


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("select top 3 * from c where c.a=1", "SELECT TOP 3 * FROM c WHERE c.a = 1"),
        (
            'SELECT DISTINCT c.a AS b, c["order"] FROM c JOIN t IN c.tags ORDER BY c.a ASC, c.b OFFSET 1 LIMIT @n',
            'SELECT DISTINCT c.a AS b, c["order"] FROM c JOIN t IN c.tags ORDER BY c.a ASC, c.b OFFSET 1 LIMIT @n',
        ),
        ("SELECT c.a, COUNT(1) FROM c AS c GROUP BY c.a", "SELECT c.a, COUNT(1) FROM c AS c GROUP BY c.a"),
        (
            "SELECT TOP 1 c.a FROM c ORDER BY RANK FullTextScore(c.w, 'x')",
            'SELECT TOP 1 c.a FROM c ORDER BY RANK FULLTEXTSCORE(c.w, "x")',
        ),
    ],
)
def test_clauses_are_printed(text: str, printed: str):
    assert select(parse(text)) == printed


def test_plan_of_one_score_asks_for_what_is_wanted():
    plan = query_plan(
        "SELECT c.id, c.w AS words FROM c WHERE c.n > @n ORDER BY RANK FullTextScore(c.w, 'a', @b) OFFSET 2 LIMIT 5"
    )
    info = plan["hybridSearchQueryInfo"]
    assert (info["skip"], info["take"], info["requiresGlobalStatistics"]) == (2, 5, True)
    assert info["globalStatisticsQuery"] == (
        'SELECT COUNT(1) AS documentCount, [{"totalWordCount": SUM(_FullTextWordCount(c.w)), "hitCounts": '
        '[COUNTIF(FullTextContains(c.w, "a")), COUNTIF(FullTextContains(c.w, @b))]}] AS fullTextStatistics FROM c'
    )
    (component,) = info["componentQueryInfos"]
    score = (
        f'_FullTextScore(c.w, ["a", @b], {TOTAL}, {{documentdb-formattablehybridsearchquery-totalwordcount-0}}, '
        "{documentdb-formattablehybridsearchquery-hitcountsarray-0})"
    )
    assert component["orderByExpressions"] == [score]
    assert (component["orderBy"], component["top"]) == (["Descending"], 7)
    assert component["rewrittenQuery"] == (
        f'SELECT TOP 7 c._rid, [{{"item": {score}}}] AS orderByItems, {{"payload": {{"id": c.id, "words": c.w}}, '
        f'"componentScores": [({score} ?? -1.79769e+308)]}} AS payload FROM c WHERE (c.n > @n) AND '
        f"({{documentdb-formattableorderbyquery-filter}}) ORDER BY {score} DESC"
    )


def test_plan_of_a_fusion_has_a_component_for_each_score_and_looks_deeper():
    plan = query_plan(
        "SELECT TOP 10 VALUE c FROM c ORDER BY RANK RRF(VectorDistance(c.v, [1, 2]), FullTextScore(c.w, 'a'), [1, -2])"
    )
    info = plan["hybridSearchQueryInfo"]
    assert info["componentWeights"] == [1.0, 2.0]
    assert [each["top"] for each in info["componentQueryInfos"]] == [120, 120]
    assert [each["orderBy"] for each in info["componentQueryInfos"]] == [["Descending"], ["Ascending"]]
    assert info["componentQueryInfos"][0]["orderByExpressions"] == ["_VectorScore(c.v, [1, 2])"]
    assert info["componentQueryInfos"][1]["rewrittenQuery"].endswith(" ASC")


def test_plan_of_vectors_alone_needs_no_statistics_and_no_placeholder():
    plan = query_plan(
        "SELECT TOP 5 * FROM c WHERE c.n = 1 ORDER BY RANK RRF(VectorDistance(c.v, [1, 2]), VectorDistance(c.w, [1]))"
    )
    info = plan["hybridSearchQueryInfo"]
    assert info["requiresGlobalStatistics"] is False
    assert all("{documentdb" not in each["rewrittenQuery"] for each in info["componentQueryInfos"])


@pytest.mark.parametrize("text", ["SELECT * FROM c", "SELECT c.rank FROM c", "SELECT 'ORDER BY RANK' FROM c"])
def test_other_queries_have_no_plan(text: str):
    assert not is_ranked(text)
    with pytest.raises(CosmosError):
        query_plan(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT TOP @n * FROM c ORDER BY RANK FullTextScore(c.w, 'a')",
        "SELECT TOP 5 * FROM c ORDER BY RANK RRF(FullTextScore(c.w, 'a'), c.w)",
        "SELECT TOP 5 * FROM c ORDER BY RANK c.w",
        "SELECT TOP 5 c.id FROM c JOIN t IN c.t ORDER BY RANK FullTextScore(c.w, 'a')",
    ],
)
def test_what_cannot_be_planned_is_refused(text: str):
    assert is_ranked(text)
    with pytest.raises(CosmosError) as refused:
        query_plan(text)
    assert refused.value.status == 400
