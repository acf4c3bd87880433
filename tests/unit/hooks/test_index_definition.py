"""What an index that exists lacks of the one that is wanted."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.hooks.index_definition import conflicts, covers, merged
from tests.support.tracked_files import ROOT

WANTED: dict[str, Any] = json.loads((ROOT / "shared" / "search_index.json").read_text(encoding="utf-8"))


def with_field(name: str, **changes: Any) -> dict[str, Any]:
    """The index as it is wanted, but for one field."""
    changed = deepcopy(WANTED)
    next(field for field in changed["fields"] if field["name"] == name).update(changes)
    return changed


def as_answered() -> dict[str, Any]:
    """The index as the service answers it: with what it fills in."""
    answered = deepcopy(WANTED)
    for field in answered["fields"]:
        field.setdefault("key", False)
        field |= {"analyzer": None, "synonymMaps": [], "stored": True}
        field.setdefault("dimensions", None)
        field.setdefault("vectorSearchProfile", None)
    return {"@odata.etag": "1", **answered, "corsOptions": None, "suggesters": []}


def test_what_the_service_fills_in_is_no_difference():
    assert conflicts(as_answered(), WANTED) == []
    assert covers(as_answered(), WANTED)


def test_a_new_field_can_be_added():
    older = deepcopy(WANTED)
    older["fields"] = [field for field in older["fields"] if field["name"] != "content_key"]

    assert conflicts(older, WANTED) == []
    assert not covers(older, WANTED)
    assert covers(merged(older, WANTED), WANTED)


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("L", {"type": "Edm.Int32"}, "field L: type is Edm.Int32, expected Edm.Double"),
        ("resin", {"facetable": False}, "field resin: facetable is false, expected true"),
        ("content_vector", {"dimensions": 3072}, "field content_vector: dimensions is 3072, expected 1536"),
        ("name", {"analyzer": "de.microsoft"}, "field name: analyzer is de.microsoft, expected None"),
    ],
)
def test_what_is_fixed_when_a_field_is_made_is_a_conflict(name, changes, said):
    assert conflicts(with_field(name, **changes), WANTED) == [said]


def test_what_may_change_is_no_conflict():
    older = with_field("description", retrievable=False)

    assert conflicts(older, WANTED) == []
    assert not covers(older, WANTED)


def test_another_graph_is_a_conflict():
    other = deepcopy(WANTED)
    other["vectorSearch"]["algorithms"][0]["hnswParameters"]["metric"] = "euclidean"

    assert conflicts(other, WANTED) == ["vectorSearch: algorithm content-hnsw has other parameters"]


def test_another_key_is_a_conflict():
    other = deepcopy(WANTED)
    other["fields"][0]["name"] = "material"

    assert conflicts(other, WANTED) == ["field id: is missing, and the key cannot be added"]


documents = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3),
    lambda inner: (
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
        | st.lists(
            st.builds(lambda name, value: {"name": name, "value": value}, st.sampled_from("xyz"), inner),
            unique_by=lambda each: each["name"],
            max_size=3,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(documents, documents)
def test_what_is_merged_covers_what_is_wanted(existing, wanted):
    assert covers(merged(existing, wanted), wanted)


@settings(max_examples=60, deadline=None)
@given(documents)
def test_merging_what_is_there_changes_nothing(existing):
    assert merged(existing, existing) == existing
