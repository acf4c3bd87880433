"""What is taken out of WHERE for the tables, and which properties a query reads."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.cosmos.partition_key import PartitionKey, canonical, effective, steps_of
from local.cosmos.sql.execution import Execution
from local.cosmos.sql.parser import parse
from local.cosmos.sql.planner import ALL, constraints, deciding_names, patterns, projected_names, text_conditions
from local.cosmos.sql.values_query import query_values


def found(where: str, **params: Any) -> dict[tuple[Any, ...], list[Any]]:
    run = Execution({f"@{name}": value for name, value in params.items()})
    return constraints(parse(f"SELECT * FROM c WHERE {where}").where, run, "c")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("c.a = 1 AND @p = c.b", {("a",): [1], ("b",): ["x"]}),
        ("c.a IN (1, 2) AND c.n > 3", {("a",): [1, 2]}),
        ("ARRAY_CONTAINS(@list, c.a.b)", {("a", "b"): ["k", "l"]}),
        ("(c.id = 'a' AND c.pk = 'p') OR (c.id = 'b' AND c.pk = 'p')", {("id",): ["a", "b"], ("pk",): ["p"]}),
        ("c.a = 1 OR c.b = 2", {}),
        ("NOT (c.a = 1)", {}),
        ("c.a NOT IN (1)", {}),
        ("c.a = null", {}),
        ("c.a = true", {}),
        ("c.a = c.b", {}),
        ("d.a = 1", {}),
        ("ARRAY_CONTAINS(@list, c.a, true)", {}),
    ],
)
def test_equalities_are_taken_out(where: str, expected: dict[tuple[str, ...], list[Any]]):
    taken = found(where, p="x", list=["k", "l"])
    assert {path: sorted(values, key=str) for path, values in taken.items()} == expected


ATOMS = st.sampled_from(
    [
        "c.a = 1",
        "c.a = 'x'",
        "c.b = 2",
        "c.b IN (1, 2)",
        "c.a != 1",
        "ARRAY_CONTAINS([1, 2], c.b)",
        "c.missing = 1",
        "true",
    ]
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
        | inner.map(lambda part: f"(NOT ({part}))")
    ),
    max_leaves=8,
)
ROWS: list[dict[str, Any]] = [{"a": a, "b": b} for a in (1, "x", None, True) for b in (1, 2, "1")]


@settings(max_examples=200, deadline=None)
@given(CONDITIONS)
def test_nothing_that_passes_where_is_left_out(where: str):
    taken = found(where)
    for row in query_values(f"SELECT * FROM c WHERE {where}", {}, ROWS):
        for path, values in taken.items():
            assert row[path[0]] in values


@pytest.mark.parametrize(
    ("text", "projected", "deciding"),
    [
        ("SELECT c.a.b, c.d FROM c WHERE c.e = 1 ORDER BY c.f", {"a", "d"}, {"e", "f"}),
        ("SELECT c FROM c", ALL, set()),
        ("SELECT VALUE c['a'] FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.tags)", {"a"}, {"tags"}),
        ("SELECT c[@p] FROM c", ALL, set()),
        ("SELECT VALUE (SELECT VALUE x.y FROM c x) FROM c", ALL, set()),
        ("SELECT TOP 1 c.a FROM c WHERE c.b = 1 ORDER BY RANK FullTextScore(c.words, 'x')", {"a"}, {"b"}),
    ],
)
def test_properties_that_a_query_reads(text: str, projected: set[str], deciding: set[str]):
    query = parse(text)
    names = projected_names(query, "c")
    assert (names >= ALL) if projected is ALL else names == projected
    assert deciding_names(query, "c") == deciding


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("FullTextContains(c.words, 'Red car') AND c.n = 1", [(True, [("red", "car")])]),
        ("FullTextContainsAny(c.words, @p, 'b')", [(False, [("x",), ("b",)])]),
        ("FullTextContainsAll(c.words, 'a', c.other)", [(True, [("a",)])]),
        ("FullTextContainsAny(c.words, 'a', c.other)", []),
        ("FullTextContains(c.words, 'a') OR c.n = 1", []),
        ("NOT FullTextContains(c.words, 'a')", []),
        ("FullTextContains(c.other, 'a')", []),
    ],
)
def test_what_a_text_must_hold_is_taken_out(where: str, expected: list[tuple[bool, list[tuple[str, ...]]]]):
    run = Execution({"@p": "x"})
    taken = text_conditions(parse(f"SELECT * FROM c WHERE {where}").where, run, "/words")
    assert [(each.all, each.terms) for each in taken] == expected


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("c.name LIKE 'src/%' AND c.n = 1", {"name"}),
        ("c.name LIKE @p ESCAPE '!'", {"name"}),
        ("c.name NOT LIKE 'src/%'", set()),
        ("c.name LIKE 'a' OR c.n = 1", set()),
        ("c.deep.name LIKE 'a'", set()),
        ("c.name LIKE c.other", set()),
        ("c.name LIKE @missing_type", set()),
    ],
)
def test_patterns_of_properties_are_taken_out(where: str, names: set[str]):
    run = Execution({"@p": "src/%", "@missing_type": 1})
    taken = patterns(parse(f"SELECT * FROM c WHERE {where}").where, run, "c")
    assert taken.keys() == names
    assert all(fits("src/a") and not fits("lib/a") for fits in taken.values())


# Adding zero makes 0.0 of -0.0, which is the same key here and another one to the SDK.
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False).map(lambda each: each + 0.0)


@given(st.none() | st.booleans() | NUMBERS | st.text())
def test_hash_of_a_key_is_that_of_the_sdk(component: Any):
    from azure.cosmos import PartitionKey as SdkKey

    theirs = SdkKey("/pk")._get_epk_range_for_partition_key(component).min
    assert effective(canonical([component]), hierarchical=False) == theirs


def test_hash_of_a_hierarchical_key_is_that_of_the_sdk():
    from azure.cosmos import PartitionKey as SdkKey

    theirs = SdkKey(["/a", "/b"], kind="MultiHash")._get_epk_range_for_partition_key(["x", 7]).min
    assert effective(canonical(["x", 7]), hierarchical=True) == theirs


def test_key_of_an_item_follows_quoted_and_nested_paths():
    key = PartitionKey((steps_of('/"odd name"/b', "path"), steps_of("/c", "path")), hierarchical=True)
    assert key.of({"odd name": {"b": 1.0}}) == "[1,{}]"
