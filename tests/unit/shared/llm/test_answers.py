"""Answers are checked before anything is done with them."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.llm.answers import (
    LONGEST_EXPLANATION,
    LONGEST_SUMMARY,
    MOST_CAVEATS,
    BadAnswer,
    read_analysis,
    read_scores,
    read_synonyms,
    shown,
)

SENT = {"A", "B"}
KEYS = st.sampled_from(["scores", "id", "score", "explanation", "resins", "summary", "best_match", "caveats", "other"])
JSON = st.recursive(
    st.none() | st.floats() | st.text(max_size=10),
    lambda node: st.lists(node, max_size=3) | st.dictionaries(KEYS, node, max_size=4),
    max_leaves=8,
)


def scores(*entries):
    return json.dumps({"scores": [{"id": i, "score": s, "explanation": "good"} for i, s in entries]})


def analysis(**fields):
    return json.dumps({"summary": "Good.", "best_match": "A", "caveats": []} | fields)


def test_scores_are_taken_as_they_stand():
    found = read_scores(scores(("B", 0), ("A", 99.96)), SENT)
    assert [(each.id, each.score) for each in found] == [("B", 0.0), ("A", 100.0)]


def test_a_material_that_is_left_out_has_no_score():
    assert [each.id for each in read_scores(scores(("A", 5)), SENT)] == ["A"]
    assert read_scores(scores(), SENT) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "the answer: Invalid JSON"),
        ("```json\n{}\n```", "the answer: Invalid JSON"),
        ("[" * 100_000, "the answer: Invalid JSON"),
        ("\ud800", "the answer: Invalid JSON"),
        ("[]", "the answer: Input should be an object"),
        ("{}", "scores: Field required"),
        (scores(("A", 1)).replace('"good"', "null"), "scores.0.explanation: Input should be a valid string"),
        (scores(("A", "90")), "scores.0.score: Input should be a valid number"),
        (scores(("A", True)), "scores.0.score: Input should be a valid number"),
        (scores(("A", 101)), "scores.0.score: Input should be less than or equal to 100"),
        (scores(("A", -0.1)), "scores.0.score: Input should be greater than or equal to 0"),
        (scores(("A", float("nan"))), "scores.0.score"),
        (scores(("A", float("inf"))), "scores.0.score"),
        ('{"scores": [], "note": "x"}', "note: Extra inputs are not permitted"),
        (scores(("A", 1), ("C", 2)), "scores: 'C' was not in the block"),
        (scores(("A", 1), ("A", 2)), "scores: 'A' stands in it twice"),
        (scores(*[("A", 1)] * 2_000), "scores: List should have at most 1000 items"),
        (" " * 300_000, "the answer has 300,000 characters"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused_with_its_fault(text, fault):
    with pytest.raises(BadAnswer) as caught:
        read_scores(text, SENT)
    assert fault in str(caught.value)
    assert len(str(caught.value)) < 2_000


@settings(max_examples=100, deadline=None)
@given(st.text() | JSON)
def test_whatever_comes_is_an_answer_or_a_bad_answer(document):
    text = document if isinstance(document, str) else json.dumps(document)
    for read in (lambda t: read_scores(t, SENT), read_synonyms, lambda t: read_analysis(t, SENT)):
        with suppress(BadAnswer):
            read(text)


def test_an_explanation_is_one_line_of_at_most_200_characters():
    text = scores(("A", 1)).replace("good", "a\\n\\u001b[31m" + "b" * 500)
    (score,) = read_scores(text, SENT)
    assert len(score.explanation) == LONGEST_EXPLANATION
    assert score.explanation.startswith("a [31mbbb")
    assert score.explanation.endswith("…")


def test_resins_are_taken_as_written():
    assert read_synonyms('{"resins": [" PE-HD ", "nylon 6"]}') == ["PE-HD", "nylon 6"]
    assert read_synonyms('{"resins": []}') == []


@pytest.mark.parametrize("resin", ["", "  ", "x" * 61])
def test_what_is_no_code_is_a_bad_answer(resin):
    with pytest.raises(BadAnswer, match="is no code"):
        read_synonyms(json.dumps({"resins": ["PP", resin]}))


def test_an_analysis_is_trimmed_to_what_a_page_can_show():
    found = read_analysis(analysis(summary="x" * 9_000, caveats=["", "a", *"bcdefgh"]), SENT)
    assert len(found.summary) == LONGEST_SUMMARY
    assert found.caveats == ["a", "b", "c", "d", "e"]
    assert len(found.caveats) == MOST_CAVEATS


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"best_match": "C"}, "best_match: 'C' was not in the block"),
        ({"summary": " \n"}, "summary: is empty"),
        ({"caveats": "none"}, "caveats: Input should be a valid array"),
    ],
)
def test_an_analysis_that_cannot_be_used_is_refused(fields, fault):
    with pytest.raises(BadAnswer, match=fault):
        read_analysis(analysis(**fields), SENT)


def test_an_analysis_may_recommend_nothing():
    assert read_analysis(analysis(best_match=None), SENT).best_match is None


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters()), st.integers(1, 50))
def test_a_shown_text_is_one_short_line(text, longest):
    line = shown(text, longest)
    assert len(line) <= longest
    assert len(line.splitlines()) <= 1
    line.encode()
