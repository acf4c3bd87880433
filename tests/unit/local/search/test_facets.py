"""Facets over columns."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.search.definitions import IndexDefinition, parse_definition
from local.search.errors import SearchError
from local.search.execution.facets import facet_counts, parse_facet
from local.search.store.columns import Table
from tests.support.search_documents import PAINTS


@pytest.fixture(scope="module")
def definition() -> IndexDefinition:
    return parse_definition("paints", PAINTS)


def counts(definition: IndexDefinition, facet: str, documents: list[dict[str, Any]], rows: list[int]) -> list[Any]:
    table = Table(definition.fields)
    table.extend(documents)
    return facet_counts(parse_facet(facet, definition), np.array(rows, np.int64), table, len(documents))


RESINS = [{"resin": name} for name in ("PP", "ABS", "PP", None, "PA6", "ABS", "PP")]


@pytest.mark.parametrize(
    ("options", "values"),
    [
        ("", [("PP", 3), ("ABS", 2), ("PA6", 1)]),
        (",count:1", [("PP", 3)]),
        (",count:0", [("PP", 3), ("ABS", 2), ("PA6", 1)]),
        (",sort:-count", [("PA6", 1), ("ABS", 2), ("PP", 3)]),
        (",sort:value", [("ABS", 2), ("PA6", 1), ("PP", 3)]),
        (", sort:-value, count:2", [("PP", 3), ("PA6", 1)]),
    ],
)
def test_values_are_counted_and_sorted(
    definition: IndexDefinition, options: str, values: list[tuple[str, int]]
) -> None:
    found = counts(definition, f"resin{options}", RESINS, list(range(7)))
    assert [(bucket["value"], bucket["count"]) for bucket in found] == values


def test_only_the_rows_given_are_counted(definition: IndexDefinition) -> None:
    assert counts(definition, "resin", RESINS, [1, 3]) == [{"value": "ABS", "count": 1}]
    assert counts(definition, "resin", RESINS, []) == []


def test_document_counts_once_for_a_value_it_has_twice(definition: IndexDefinition) -> None:
    documents: list[dict[str, Any]] = [{"marks": ["a", "a", "b"]}, {"marks": []}, {"marks": ["b"]}]
    assert counts(definition, "marks,sort:value", documents, [0, 1, 2]) == [
        {"value": "a", "count": 1},
        {"value": "b", "count": 2},
    ]


def test_values_inside_complex_collections_are_counted_by_document(definition: IndexDefinition) -> None:
    documents: list[dict[str, Any]] = [
        {"packs": [{"kind": "tin"}, {"kind": "tin"}]},
        {"packs": [{"kind": None}]},
        {"packs": [{"kind": "tin"}, {"kind": "bucket"}]},
    ]
    assert counts(definition, "packs/kind", documents, [0, 1, 2]) == [
        {"value": "tin", "count": 2},
        {"value": "bucket", "count": 1},
    ]


def test_ranges_take_in_their_lower_bound(definition: IndexDefinition) -> None:
    documents = [{"price": price} for price in (1.0, 10.0, 15.0, 20.0, None)]
    assert counts(definition, "price,values:10|20", documents, list(range(5))) == [
        {"count": 1, "to": 10.0},
        {"count": 2, "from": 10.0, "to": 20.0},
        {"count": 1, "from": 20.0},
    ]


def test_intervals_start_at_multiples(definition: IndexDefinition) -> None:
    documents = [{"price": price} for price in (-1.0, 0.0, 4.9, 5.0)]
    assert counts(definition, "price,interval:5", documents, list(range(4))) == [
        {"value": -5.0, "count": 1},
        {"value": 0.0, "count": 2},
        {"value": 5.0, "count": 1},
    ]


@pytest.mark.parametrize(
    ("unit", "start"),
    [
        ("minute", "2021-08-19T13:45:00Z"),
        ("hour", "2021-08-19T13:00:00Z"),
        ("day", "2021-08-19T00:00:00Z"),
        ("week", "2021-08-16T00:00:00Z"),
        ("month", "2021-08-01T00:00:00Z"),
        ("quarter", "2021-07-01T00:00:00Z"),
        ("year", "2021-01-01T00:00:00Z"),
    ],
)
def test_times_fall_into_parts_of_the_calendar(definition: IndexDefinition, unit: str, start: str) -> None:
    found = counts(definition, f"made,interval:{unit}", [{"made": "2021-08-19T13:45:59.5Z"}], [0])
    assert found == [{"value": start, "count": 1}]


@given(st.lists(st.lists(st.sampled_from("abcd"), max_size=5), max_size=12))
def test_counts_are_those_of_a_counter(lists: list[list[str]]) -> None:
    definition = parse_definition("paints", PAINTS)
    found = counts(definition, "marks", [{"marks": marks} for marks in lists], list(range(len(lists))))
    expected = Counter(mark for marks in lists for mark in set(marks))
    assert {bucket["value"]: bucket["count"] for bucket in found} == dict(expected)


@given(st.text(max_size=40) | st.text(alphabet="resinpc,:|0123count values-interval.", max_size=40))
def test_no_facet_is_more_than_a_bad_request(text: str) -> None:
    status, message = 200, ""
    try:
        parse_facet(text, parse_definition("paints", PAINTS))
    except SearchError as error:
        status, message = error.status, error.message
    assert status in (200, 400)
    assert len(message) < 1_000
