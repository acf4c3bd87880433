"""``$filter`` and ``$orderby``: the grammar, and what comes of it over columns."""

import string
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local.search.definitions import parse_definition
from local.search.errors import SearchError
from local.search.execution.ordering import ordered, parse_order_by
from local.search.fields import parse_fields
from local.search.odata.binding import compile_filter
from local.search.odata.parser import parse_filter
from local.search.odata.syntax import Bare, Comparison, Either, Every, Literal, Not, Path
from local.search.store.columns import Table
from tests.support.search_documents import PAINTS

FIELDS = parse_fields(
    [
        {"name": "id", "type": "Edm.String", "key": True},
        {"name": "L", "type": "Edm.Double"},
        {"name": "n", "type": "Edm.Int64"},
        {"name": "ok", "type": "Edm.Boolean"},
        {"name": "orders", "type": "Edm.String"},
        {"name": "tags", "type": "Collection(Edm.String)"},
        {"name": "sizes", "type": "Collection(Edm.Int32)"},
        {
            "name": "rooms",
            "type": "Collection(Edm.ComplexType)",
            "fields": [
                {"name": "beds", "type": "Edm.Int32", "sortable": False},
                {"name": "names", "type": "Collection(Edm.String)"},
            ],
        },
    ]
)
ROWS: list[dict[str, Any]] = [
    {"id": "a", "L": 1.5, "n": 2**62 + 1, "ok": True, "tags": ["x", "y"], "sizes": [1, 9], "rooms": [{"beds": 1}]},
    {"id": "b's", "L": None, "n": -5, "orders": "eq", "rooms": [{"beds": 3, "names": ["s", "t"]}, {"names": []}]},
    {"id": "ü", "L": float("-0.0"), "ok": False, "sizes": [5]},
]


def matching(text: str) -> list[int]:
    table = Table(FIELDS)
    table.extend(ROWS)
    return np.flatnonzero(compile_filter(text, FIELDS)(table, len(ROWS))).tolist()


def test_and_binds_closer_than_or_and_not_closest() -> None:
    assert parse_filter("ok or not ok and L eq 1") == Either(
        (
            Bare(Path(("ok",))),
            Every(
                (Not(Bare(Path(("ok",))), 1), Comparison(Path(("L",)), "eq", Literal(1))),
                2,
            ),
        ),
        3,
    )


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("id eq 'b''s'", [1]),
        ("id eq 'ü'", [2]),
        ("orders eq 'eq'", [1]),
        ("n eq 4611686018427387905", [0]),
        ("n gt 9223372036854775808", []),
        ("n lt 9223372036854775808", [0, 1]),
        ("n gt -9223372036854775809", [0, 1]),
        ("n lt 1e300", [0, 1]),
        ("L eq 0", [2]),
        ("L eq NaN", []),
        ("L ne NaN", [0, 1, 2]),
        ("ok eq null", [1]),
        ("not (L ne null)", [1]),
        ("true", [0, 1, 2]),
        ("false or ok", [0]),
        ("sizes/any(s: s gt 4 and s lt 9)", [2]),
        ("sizes/all(s: s lt 9)", [1, 2]),
        ("rooms/any(r: r/names/any(n: n eq 't'))", [1]),
        ("rooms/any(r: not r/names/any())", [0, 1]),
        ("rooms/any(r: r/beds eq null)", [1]),
        ("tags/any(t: not (t ne 'x'))", [0]),
        ("tags/all(t: not search.in(t, 'x'))", [1, 2]),
        ("search.in(id, 'a;ü', ';')", [0, 2]),
        ("search.in(id, '', ',')", []),
        ("  L\n\tgt  1 ", [0]),
    ],
)
def test_filter_holds_for(text: str, rows: list[int]) -> None:
    assert matching(text) == rows


def test_field_may_begin_like_an_operator() -> None:
    assert matching("orders ne null and not (orders eq 'or')") == [1]


def test_rows_added_later_do_not_change_an_answer() -> None:
    table = Table(FIELDS)
    table.extend(ROWS)
    table.extend([{"id": "a", "tags": ["x"]}] * 100)
    assert np.flatnonzero(compile_filter("tags/any(t: t eq 'x') or id eq 'a'", FIELDS)(table, 3)).tolist() == [0]


_WORDS = [*"()'/:,", " ", "id", "L", "tags", "rooms", "r", "any", "all", "search.in", "geo.distance", "eq", "gt", "and",
          "or", "not", "null", "true", "NaN", "-INF", "1", "-2.5e7", "'a'", "''", "2020-01-01T00:00:00Z", "2020-99-99T",
          "ok", "beds", "names", "9" * 50]  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(_WORDS), max_size=25).map(" ".join)))
@example("(" * 5_000)
@example("not " * 5_000 + "ok")
@example("'" * 999)
@example("L eq 1" + "0" * 500)
@example("id eq '\ud800'")
def test_no_text_is_more_than_a_bad_request(text: str) -> None:
    status, message = 200, ""
    try:
        matching(text)
    except SearchError as error:
        status, message = error.status, error.message
    assert status in (200, 400)
    assert len(message) < 1_000


@given(st.text(alphabet=string.printable, max_size=30))
def test_quoted_text_is_only_a_value(text: str) -> None:
    quoted = text.replace("'", "''")
    assert matching(f"id eq '{quoted}'") == [place for place, row in enumerate(ROWS) if row["id"] == text]


@given(st.lists(st.sampled_from(["L gt 0", "ok", "id eq 'a'", "n lt 0"]), min_size=1, max_size=5))
def test_negation_takes_the_other_rows(parts: list[str]) -> None:
    whole = " or ".join(parts)
    assert sorted(matching(whole) + matching(f"not ({whole})")) == [0, 1, 2]


def order(text: str) -> list[str]:
    definition = parse_definition("paints", PAINTS)
    rows = [
        {"id": "a", "price": 2.0, "maker": {"city": "B"}},
        {"id": "b", "price": None, "maker": {"city": "A"}},
        {"id": "c", "price": 1.0},
        {"id": "d", "price": 2.0, "maker": {"city": "C"}},
    ]
    table = Table(definition.fields)
    table.extend(rows)
    scores = np.array([0.1, 0.2, 0.3, 0.4])
    places = ordered(parse_order_by(text, definition), np.arange(4), scores, table, 4)
    return [rows[place]["id"] for place in places]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("price", ["b", "c", "d", "a"]),
        ("price desc", ["d", "a", "c", "b"]),
        ("price desc, maker/city", ["a", "d", "c", "b"]),
        ("maker/city desc", ["d", "a", "b", "c"]),
        ("search.score()", ["a", "b", "c", "d"]),
        ("search.score() desc, id", ["d", "c", "b", "a"]),
    ],
)
def test_null_comes_first_and_ties_go_by_score(text: str, ids: list[str]) -> None:
    assert order(text) == ids


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from([*_WORDS, "asc", "desc"]), max_size=9).map(" ".join)))
def test_no_order_is_more_than_a_bad_request(text: str) -> None:
    status, message = 200, ""
    try:
        order(text)
    except SearchError as error:
        status, message = error.status, error.message
    assert status in (200, 400)
    assert len(message) < 1_000
