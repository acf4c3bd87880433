"""The query language on values in memory: operators, functions, and that no input breaks it."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.cosmos.errors import CosmosError
from local.cosmos.sql.like import like
from local.cosmos.sql.parser import parse
from local.cosmos.sql.values import UNDEFINED, compare, equal, fingerprint, order_key
from local.cosmos.sql.values_query import query_values

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
ITEM: dict[str, Any] = {
    "id": "a",
    "n": 2,
    "f": 2.5,
    "s": "Text",
    "t": True,
    "z": None,
    "list": [1, "x", {"k": 1, "m": 2}],
    "o": {"in": [10, 20]},
}


def value(expression: str, item: dict[str, Any] | None = None, **params: Any) -> Any:
    rows = query_values(f"SELECT VALUE {expression} FROM c", {f"@{k}": v for k, v in params.items()}, [item or ITEM])
    return rows[0] if rows else UNDEFINED


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 = 1.0", True),
        ("1 = '1'", False),
        ("1 != '1'", True),
        ("true = 1", False),
        ("null = null", True),
        ("c.missing = null", UNDEFINED),
        ("c.missing != 1", UNDEFINED),
        ("[1, {'a': 2}] = [1, {'a': 2.0}]", True),
        ("1 < 'a'", UNDEFINED),
        ("'a' < 'b'", True),
        ("[1] < [2]", UNDEFINED),
        ("false < true", True),
        ("c.missing AND false", False),
        ("c.missing AND true", UNDEFINED),
        ("c.missing OR true", True),
        ("NOT c.missing", UNDEFINED),
        ("NOT (1 = 2)", True),
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 % 4", 3),
        ("-7 % 4", -3),
        ("1 / 2", 0.5),
        ("1 / 0", UNDEFINED),
        ("1 + 'a'", UNDEFINED),
        ("5 & 3", 1),
        ("5 | 3", 7),
        ("5 ^ 3", 6),
        ("~5", -6),
        ("1 << 4", 16),
        ("-1 >>> 28", 15),
        ("'a' || 'b' || 'c'", "abc"),
        ("c.missing ?? c.n", 2),
        ("c.z ?? 1", None),
        ("c.n > 1 ? 'yes' : 'no'", "yes"),
        ("c.missing ? 'yes' : 'no'", "no"),
        ("c.o['in'][1]", 20),
        ("c.list[7]", UNDEFINED),
        ("c.list[2].m", 2),
        ("c[@p]", 2),
        ("2 IN (1, 2)", True),
        ("c.missing IN (1)", UNDEFINED),
        ("1 NOT IN (true, '1')", True),
        ("c.f NOT BETWEEN 1 AND 2", True),
        ("[c.missing, 1]", [1]),
        ("{'a': c.missing, b: 1}", {"b": 1}),
        ("'\\u00e9\\n\\'x'", "é\n'x"),
        ("1 -- a comment\n + 1", 2),
    ],
)
def test_operator_gives(expression: str, expected: Any):
    assert equal_or_undefined(value(expression, p="n"), expected)


def equal_or_undefined(left: Any, right: Any) -> bool:
    return left is right if UNDEFINED in (left, right) else equal(left, right)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("IS_DEFINED(c.z)", True),
        ("IS_DEFINED(c.missing)", False),
        ("IS_PRIMITIVE(c.o)", False),
        ("IS_BOOL(c.t)", True),
        ("IS_NUMBER(c.t)", False),
        ("IS_INTEGER(2.0)", True),
        ("CONTAINS('Hello', 'ELL', true)", True),
        ("CONTAINS('Hello', 'ELL')", False),
        ("STARTSWITH('Hello', 'he', true)", True),
        ("ENDSWITH('Hello', 'lo')", True),
        ("STRINGEQUALS('a', 'A', true)", True),
        ("CONTAINS(1, 'a')", UNDEFINED),
        ("INDEX_OF('abcabc', 'c', 3)", 5),
        ("LENGTH('é🙂')", 2),
        ("UPPER(c.s)", "TEXT"),
        ("SUBSTRING('abcdef', 1, 3)", "bcd"),
        ("LEFT('abc', 2)", "ab"),
        ("RIGHT('abc', 2)", "bc"),
        ("TRIM('  a ')", "a"),
        ("RTRIM('abb', 'b')", "a"),
        ("CONCAT('a', 'b', 'c')", "abc"),
        ("REPLACE('aXbX', 'X', '--')", "a--b--"),
        ("REVERSE('abc')", "cba"),
        ("REPLICATE('ab', 3)", "ababab"),
        ("REGEXMATCH('Hello', '^h', 'i')", True),
        ("TOSTRING(1.0)", "1.0"),
        ("TOSTRING([1, 'a'])", '[1,"a"]'),
        ("STRINGTONUMBER(' 60 ')", 60),
        ("STRINGTONUMBER('0xF')", UNDEFINED),
        ("ToNumber('2.5')", 2.5),
        ("STRINGTOARRAY('[1]')", [1]),
        ("ARRAY_CONTAINS(c.list, {'k': 1}, true)", True),
        ("ARRAY_CONTAINS(c.list, {'k': 1})", False),
        ("ARRAY_CONTAINS([1], true)", False),
        ("ARRAY_CONTAINS_ANY(c.list, 9, 'x')", True),
        ("ARRAY_CONTAINS_ALL(c.list, 1, 'x')", True),
        ("ARRAY_LENGTH(c.list)", 3),
        ("ARRAY_SLICE([1, 2, 3, 4], 1, 2)", [2, 3]),
        ("ARRAY_SLICE([1, 2, 3, 4], -2)", [3, 4]),
        ("ARRAY_CONCAT([1], [2], [3])", [1, 2, 3]),
        ("SetUnion([1, 2], [2, 3])", [1, 2, 3]),
        ("SetIntersect([1, 2, 2], [2])", [2]),
        ("ABS(-3)", 3),
        ("CEILING(1.2)", 2),
        ("FLOOR(-1.2)", -2),
        ("ROUND(2.5)", 3),
        ("ROUND(-2.5)", -3),
        ("POWER(2, 10)", 1024),
        ("POWER(10, 999)", UNDEFINED),
        ("SQRT(-1)", UNDEFINED),
        ("LOG(8, 2)", 3),
        ("SIGN(-2)", -1),
        ("DateTimeToTimestamp('1970-01-01T00:00:01.5Z')", 1500),
        ("TimestampToDateTime(1500)", "1970-01-01T00:00:01.5000000Z"),
        ("IIF(c.n = 2, 'a', 'b')", "a"),
        ("CHOOSE(2, 'a', 'b')", "b"),
        ("(SELECT VALUE COUNT(1) FROM x IN c.list)", 3),
        ("FullTextContains('a red, RED car', 'Red car')", True),
        ("FullTextContains('a red blue car', 'red car')", False),
        ("FullTextContains('reddish', 'red')", False),
        ("FullTextContains('', 'red')", False),
        ("FullTextContains(c.n, 'red')", UNDEFINED),
        ("FullTextContainsAll('red car', 'car', 'red')", True),
        ("FullTextContainsAll('red car', 'car', 'blue')", False),
        ("FullTextContainsAny('red car', 'blue', 'car')", True),
        ("FullTextContainsAny(c.missing, 'car')", UNDEFINED),
        ("_FullTextWordCount('a red, RED car')", 4),
        ("_FullTextWordCount(c.n)", UNDEFINED),
        ("_FullTextScore('red car', ['blue'], 4, 16, [2])", 0),
        ("_FullTextScore(c.missing, ['blue'], 4, 16, [2])", UNDEFINED),
        ("_VectorScore([3, 4], [0, 0], false, {distanceFunction: 'euclidean'})", -5),
        ("_VectorScore([3, 4], [1, 2], false, {distanceFunction: 'dotproduct'})", 11),
        ("ARRAY(SELECT VALUE x + 1 FROM x IN c.o['in'] WHERE x > 10)", [21]),
        ("EXISTS(SELECT VALUE x FROM x IN c.list WHERE x = 'x')", True),
        ("VectorDistance([1, 0], [1, 1])", 1 / math.sqrt(2)),
        ("VectorDistance([1, 0], [1, 1], false, {'distanceFunction': 'euclidean'})", 1),
        ("VectorDistance([1, 2], [3, 4], false, {distanceFunction: 'dotproduct'})", 11),
        ("VectorDistance([1, 2], [3])", UNDEFINED),
    ],
)
def test_function_gives(expression: str, expected: Any):
    result = value(expression)
    if isinstance(expected, float):
        assert result == pytest.approx(expected)
    else:
        assert equal_or_undefined(result, expected)


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        ([1, 2, 3.5], "SUM", 6.5),
        ([1, "a"], "SUM", UNDEFINED),
        ([1, None], "AVG", UNDEFINED),
        ([2, "a", None, True], "MIN", None),
        ([2, "a", None, True], "MAX", "a"),
        ([], "SUM", 0),
        ([], "AVG", UNDEFINED),
        ([], "MAX", UNDEFINED),
        ([1, None, "a"], "COUNT", 3),
        ([True, False, 1, "true", True], "COUNTIF", 2),
    ],
)
def test_aggregate_of_mixed_values_gives(values: list[Any], name: str, expected: Any):
    rows = query_values(f"SELECT VALUE {name}(c.v) FROM c", {}, [*({"v": each} for each in values), {}])
    assert equal_or_undefined(rows[0] if rows else UNDEFINED, expected)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM c WHERE NOT c.a = 1",
        "SELECT * FROM c WHERE c.a & 1 = 1",
        "SELECT VALUE c.a = 'x' || 'y' FROM c",
        "SELECT c.value FROM c",
        "SELECT VALUE 'bad \\q escape'",
        "SELECT VALUE '\\ud800'",
    ],
)
def test_unclear_text_is_refused_with_its_place(text: str):
    with pytest.raises(CosmosError) as refused:
        parse(text)
    assert refused.value.status == 400
    assert '"location"' in refused.value.message


def test_order_by_leaves_out_what_has_no_value_and_sorts_by_type():
    values = [{"v": each} for each in ([1], "a", 2, True, None, {"x": 1}, False, 1.5)]
    rows = query_values("SELECT VALUE c.v FROM c ORDER BY c.v", {}, [{}, *values])
    assert rows == [None, False, True, 1.5, 2, "a", [1], {"x": 1}]


@given(JSON, JSON, JSON)
def test_order_is_total(a: Any, b: Any, c: Any):
    assert compare(a, b) == 0 if equal(a, b) else (compare(a, b) > 0) == (compare(b, a) < 0)
    if compare(a, b) <= 0 and compare(b, c) <= 0:
        assert compare(a, c) <= 0
    assert (order_key(a) < order_key(b)) == (compare(a, b) < 0)


@given(JSON, JSON)
def test_equal_values_and_no_others_have_one_fingerprint(a: Any, b: Any):
    assert (fingerprint(a) == fingerprint(b)) == equal(a, b)


@given(JSON)
def test_parameter_comes_back_as_it_was(sent: Any):
    assert equal(query_values("SELECT VALUE @v", {"@v": sent}, [{}])[0], sent)


TOKENS = (
    "SELECT VALUE TOP 1 2.5 * FROM c WHERE ORDER BY GROUP OFFSET LIMIT JOIN IN NOT AND OR LIKE BETWEEN EXISTS ( ) "
    "[ ] { } . , : ? ?? || | & ^ ~ + - / % = != <> < <= > >= << >> @v c.n c.s c.list c['o'] 'a' \"b\" null true "
    "undefined COUNT(1) LENGTH( RANK VectorDistance( FullTextScore( FullTextContains( RRF( "
    "ARRAY( AS x DISTINCT -- \\ ' \" ; é"
)
WORDS = st.sampled_from(TOKENS.split())


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=14).map(" ".join) | st.text(max_size=60))
def test_any_text_is_answered_or_refused(text: str):
    for query in (text, f"SELECT {text}", f"SELECT VALUE {text} FROM c", f"SELECT * FROM c WHERE {text}"):
        try:
            query_values(query, {"@v": [1.0, 2.0]}, [ITEM, {"id": "b"}])
        except CosmosError as error:
            assert 400 <= error.status < 500  # noqa: PT017


NAMES = st.sampled_from(["c.n", "c.s", "c.z", "c.list", "c.o", "c.missing", "1", "'a'", "@v", "null", "true", "[1]"])
OPERATORS = st.sampled_from(["+", "-", "*", "/", "%", "=", "!=", "<", ">", "AND", "OR", "??", "&", "<<"])
ONE = st.sampled_from(["LENGTH", "UPPER", "ABS", "ROUND", "TOSTRING", "ARRAY_LENGTH", "IS_DEFINED", "OBJECTTOARRAY"])
TWO = st.sampled_from(["CONTAINS", "POWER", "ARRAY_CONTAINS", "LEFT", "REPLICATE", "LOG", "SETUNION"])
EXPRESSIONS = st.recursive(
    NAMES,
    lambda inner: (
        st.tuples(inner, OPERATORS, inner).map(lambda parts: f"(({parts[0]}) {parts[1]} ({parts[2]}))")
        | st.tuples(ONE, inner).map(lambda parts: f"{parts[0]}({parts[1]})")
        | st.tuples(TWO, inner, inner).map(lambda parts: f"{parts[0]}({parts[1]}, {parts[2]})")
    ),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(EXPRESSIONS, JSON)
def test_any_expression_has_a_json_value_or_none(expression: str, sent: Any):
    try:
        result = value(expression, v=sent)
    except CosmosError as error:
        assert error.status == 400  # noqa: PT017
        return
    assert result is UNDEFINED or fingerprint(result)


@given(st.text("ab%_", max_size=8), st.text("ab", max_size=10))
def test_like_agrees_with_its_definition(pattern: str, text: str):
    def matches(at: int, place: int) -> bool:
        if at == len(pattern):
            return place == len(text)
        if pattern[at] == "%":
            return any(matches(at + 1, later) for later in range(place, len(text) + 1))
        return place < len(text) and pattern[at] in ("_", text[place]) and matches(at + 1, place + 1)

    assert like(pattern, None)(text) == matches(0, 0)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [("[a-c]x", "bx", True), ("[^a]x", "ax", False), ("100!%", "100%", True), ("%a" * 50, "a" * 100_000, True)],
)
def test_like_knows_sets_escapes_and_long_texts(pattern: str, text: str, expected: bool):
    assert like(pattern, "!")(text) is expected
