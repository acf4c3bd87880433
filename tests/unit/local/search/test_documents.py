"""Documents: their values, index actions and definitions."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.search.definitions import parse_definition
from local.search.errors import SearchError
from local.search.fields import parse_fields
from local.search.store import actions
from local.search.store.actions import Content
from local.search.store.values import checked, instant, microseconds, vector
from tests.support.search_documents import PAINTS

PAINT = parse_definition("paints", PAINTS)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2020-01-02T03:04:05Z", "2020-01-02T03:04:05Z"),
        ("2020-01-02T03:04:05.120Z", "2020-01-02T03:04:05.12Z"),
        ("2020-01-02T03:04:05.1234567+01:30", "2020-01-02T01:34:05.123456Z"),
        ("1969-12-31T23:59Z", "1969-12-31T23:59:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ],
)
def test_times_are_kept_in_utc(text: str, kept: str) -> None:
    value = microseconds(text)
    assert value is not None
    assert instant(value) == kept


@pytest.mark.parametrize(
    "text", ["2020-01-02", "2020-01-02T03:04:05", "2020-13-01T00:00:00Z", "now", "0001-01-01T00:00+99:00"]
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert microseconds(text) is None


@pytest.mark.parametrize(
    ("edm", "value", "kept"),
    [
        ("Edm.Double", 1, 1.0),
        ("Edm.Double", "INF", "INF"),
        ("Edm.Int32", 5.0, 5),
        ("Edm.Int64", 2**63 - 1, 2**63 - 1),
        ("Collection(Edm.String)", None, []),
        ("Edm.Boolean", False, False),
    ],
)
def test_value_is_kept_as_its_type(edm: str, value: Any, kept: Any) -> None:
    (field,) = parse_fields([{"name": "f", "type": edm}])
    found = checked(field, value)
    assert found == kept
    assert type(found) is type(kept)


@pytest.mark.parametrize(
    ("edm", "value"),
    [
        ("Edm.Double", "1"),
        ("Edm.Double", True),
        ("Edm.Int32", 2**31),
        ("Edm.Int32", 1.5),
        ("Edm.Int32", math.nan),
        ("Edm.Boolean", 0),
        ("Edm.String", 5),
        ("Collection(Edm.String)", ["a", None]),
        ("Collection(Edm.Int32)", 1),
    ],
)
def test_value_of_another_type_is_refused_by_name(edm: str, value: Any) -> None:
    (field,) = parse_fields([{"name": "f", "type": edm}])
    with pytest.raises(SearchError, match="'f'") as raised:
        checked(field, value)
    assert raised.value.status == 400


@given(st.dictionaries(st.sampled_from([f["name"] for f in PAINTS["fields"]]), _JSON))
def test_no_document_is_more_than_a_bad_request(document: dict[str, Any]) -> None:
    status, message = 200, ""
    try:
        actions.parse_batch({"value": [document]}, PAINT)
    except SearchError as error:
        status, message = error.status, error.message
    assert status in (200, 400)
    assert len(message) < 1_000


@given(_JSON)
def test_no_definition_is_more_than_a_bad_request(value: Any) -> None:
    for body in (value, {**PAINTS, "fields": value}, {**PAINTS, "semantic": value}, {**PAINTS, "vectorSearch": value},
                 {**PAINTS, "scoringProfiles": value}, {**PAINTS, "fields": [value]}):  # fmt: skip
        status, message = 200, ""
        try:
            parse_definition("paints", body)
        except SearchError as error:
            status, message = error.status, error.message
        assert status in (200, 400)
        assert len(message) < 1_000


def test_vector_is_kept_in_single_precision() -> None:
    field = PAINT.find("near")
    assert field is not None
    found = vector(field, [0.1, 1, 2.5, -3])
    assert found is not None
    assert found.tolist() == np.array([0.1, 1, 2.5, -3], np.float32).tolist()


def batch(*documents: dict[str, Any]) -> list[actions.Action]:
    return actions.parse_batch({"value": list(documents)}, PAINT)


def do(before: dict[str, Content], *documents: dict[str, Any]) -> tuple[list[int], dict[str, Content | None]]:
    outcomes, changed = actions.apply(batch(*documents), before.get)
    return [outcome.status for outcome in outcomes], changed


def test_merge_replaces_lists_and_goes_into_objects() -> None:
    old = Content({"id": "a", "marks": ["x"], "maker": {"city": "B", "founded": 1}, "title": "t"})
    _, changed = do({"a": old}, {"@search.action": "merge", "id": "a", "marks": [], "maker": {"city": "C"}})
    assert changed["a"] == Content({"id": "a", "marks": [], "maker": {"city": "C", "founded": 1}, "title": "t"})


def test_merge_keeps_vectors_that_it_does_not_name() -> None:
    first = batch({"id": "a", "near": [1, 0, 0, 0], "shown": [0, 1, 0, 0]})[0].content
    _, changed = do({"a": first}, {"@search.action": "mergeOrUpload", "id": "a", "shown": None})
    after = changed["a"]
    assert after is not None
    assert set(after.vectors) == {"near"}


def test_document_deleted_earlier_in_the_batch_is_new_again() -> None:
    statuses, changed = do(
        {"a": Content({"id": "a"})},
        {"@search.action": "delete", "id": "a"},
        {"@search.action": "merge", "id": "a", "title": "x"},
        {"@search.action": "upload", "id": "a", "title": "y"},
    )
    assert statuses == [200, 404, 201]
    assert changed["a"] == Content({"id": "a", "title": "y"})


def test_merge_of_a_missing_document_changes_nothing() -> None:
    statuses, changed = do({}, {"@search.action": "merge", "id": "a", "title": "x"})
    assert statuses == [404]
    assert changed == {}
