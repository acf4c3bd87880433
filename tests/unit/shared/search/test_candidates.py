"""What of a document travels, and how much room it takes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.search.candidates import (
    CANDIDATE_BYTES,
    LONGEST_ID,
    TEXT_BYTES,
    candidate_of,
    shortened,
    text_size,
)
from shared.search.contracts import LabValues
from tests.support.scripted_search import material

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5000),
    st.lists(st.one_of(st.text(max_size=900), st.fixed_dictionaries({"text": st.text(max_size=900)})), max_size=4),
)
FIELDS = ["name", "resin", "resin_family", "colour_words", "description", "L", "a", "b"]
SCORES = ["@search.score", "@search.reranker_score", "@search.captions"]


class Caption:
    """As the SDK hands it out."""

    text = "a warm blue"


def test_a_document_is_carried_with_scores_colour_captions_and_who_found_it():
    candidate = candidate_of(material(1), "synonym_2")
    assert (candidate.id, candidate.name, candidate.resin, candidate.resin_family) == (
        "m1",
        "Blue 1",
        "PP",
        "polyolefin",
    )
    assert candidate.lab == LabValues(L=45.55, a=12.3, b=-25.7)
    assert (candidate.search_score, candidate.reranker_score) == (0.016393, 3.0)
    assert (candidate.captions, candidate.found_by) == (("Material 1",), ("synonym_2",))
    assert (candidate.text, candidate.text_truncated) == ("Material 1, a warm blue.", False)


def test_captions_come_as_objects_of_the_sdk_too():
    assert candidate_of(material(1, **{"@search.captions": [Caption()]}), "base").captions == ("a warm blue",)


@pytest.mark.parametrize("name", [None, 7, "", "x" * (LONGEST_ID + 1)])
def test_a_document_whose_id_does_not_fit_is_no_candidate(name):
    assert candidate_of(material(1, id=name), "base") is None


@pytest.mark.parametrize("lab", [{"L": None}, {"a": "12"}, {"b": float("nan")}, {"L": True}])
def test_a_material_without_three_numbers_has_no_colour(lab):
    assert candidate_of(material(1, **lab), "base").lab is None


def test_a_long_text_is_cut_to_a_kilobyte_and_marked():
    candidate = candidate_of(material(1, description="x" * 30_000), "base")
    assert candidate.text.endswith("x…")
    assert text_size(candidate.text) <= TEXT_BYTES
    assert candidate.text_truncated


def test_half_a_surrogate_pair_is_replaced():
    assert candidate_of(material(1, description="a\ud800b"), "base").text == "a�b"


@given(st.dictionaries(st.sampled_from(FIELDS + SCORES), ANYTHING), st.sampled_from(["base", "synonym_3"]))
def test_no_document_becomes_larger_than_its_share_of_a_payload(document, search_type):
    candidate = candidate_of({"id": "x" * LONGEST_ID, **document}, search_type)
    assert len(json.dumps(candidate.to_json())) <= CANDIDATE_BYTES
    json.dumps(candidate.to_json(), ensure_ascii=False).encode()


@given(st.text(), st.integers(0, 60))
def test_a_shortened_text_fits_and_begins_like_the_whole(text, json_bytes):
    kept = shortened(text, json_bytes)
    assert text_size(kept) <= json_bytes
    assert kept == text or text.startswith(kept.removesuffix("…"))


@given(st.text(min_size=1).filter(lambda text: not any(map(str.isspace, text))), st.integers(7, 60))
def test_a_shortened_text_gives_no_room_away(text, json_bytes):
    kept = shortened(text, json_bytes).removesuffix("…")
    assert text in (kept, kept + "…") or text_size(text[: len(kept) + 1] + "…") > json_bytes
