"""The order in which a user gets the results."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.colour.cmc import delta_e_cmc
from shared.search.contracts import Candidate, LabValues, Score, ScoredChunk
from shared.search.ranking import ranked_by_fusion, ranked_by_score

ASKED = LabValues(L=50, a=10, b=10)


def candidate(name: str, lightness: float | None = 50, fused: float = 0.01) -> Candidate:
    lab = None if lightness is None else LabValues(L=lightness, a=10, b=10)
    return Candidate(id=name, search_score=1.0, fused_score=fused, lab=lab)


def scored(**scores: float) -> list[ScoredChunk]:
    each = [Score(id=name, score=score, explanation=f"why {name}") for name, score in scores.items()]
    return [ScoredChunk(chunk_id=number, scores=(score,)) for number, score in enumerate(each)]


def order(candidates, chunks=(), lab: LabValues | None = ASKED, k: int = 100) -> str:
    return "".join(result.id for result in ranked_by_score(candidates, chunks, lab, k))


def test_the_higher_score_comes_first_and_brings_its_explanation():
    results = ranked_by_score([candidate("a"), candidate("b")], scored(a=20, b=80.126), ASKED, 10)
    assert [(result.id, result.score, result.explanation) for result in results] == [
        ("b", 80.13, "why b"),
        ("a", 20.0, "why a"),
    ]


def test_those_without_a_score_come_last_nearest_colour_first():
    candidates = [candidate("a", 60), candidate("b", 51), candidate("c", None), candidate("d", 90)]
    assert order(candidates, scored(d=1)) == "dbac"


def test_equal_scores_are_told_apart_by_colour_then_id():
    candidates = [candidate("d", None), candidate("c", 52), candidate("b", 50), candidate("a", 52)]
    assert order(candidates, scored(a=5, b=5, c=5, d=5)) == "bacd"


def test_without_any_score_colour_decides_then_the_fused_score_then_the_id():
    candidates = [candidate("a", 60), candidate("b", 50, 0.01), candidate("c", 50, 0.02), candidate("d", 50, 0.01)]
    assert order(candidates) == "cbda"


def test_without_a_colour_asked_for_nothing_has_a_distance():
    candidates = [candidate("b", 60), candidate("a", 50), candidate("c", 50, 0.5)]
    assert order(candidates, lab=None) == "cab"
    assert {result.dE for result in ranked_by_score(candidates, (), None, 9)} == {None}


def test_the_distance_is_that_from_the_colour_asked_for_as_the_standard():
    (result,) = ranked_by_score([candidate("a", 70)], (), ASKED, 1)
    assert result.dE == pytest.approx(delta_e_cmc((50, 10, 10), (70, 10, 10))[0], abs=1e-4)
    assert result.dE != pytest.approx(delta_e_cmc((70, 10, 10), (50, 10, 10))[0], abs=1e-4)


def test_scores_of_materials_that_were_not_found_are_ignored():
    assert order([candidate("a")], scored(a=1, x=99)) == "a"


def test_fusion_alone_orders_by_fused_score_then_id_and_cuts():
    candidates = [candidate("c", 50, 0.01), candidate("b", 90, 0.02), candidate("a", 10, 0.02), candidate("d", 1, 0.0)]
    results = ranked_by_fusion(candidates, 3)
    assert [(result.id, result.score, result.dE) for result in results] == [
        ("a", None, None),
        ("b", None, None),
        ("c", None, None),
    ]


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.none() | st.integers(0, 3)), unique_by=lambda pair: pair[0]),
    st.integers(1, 10),
)
def test_whatever_was_scored_the_best_k_are_there_and_null_is_last(pairs, k):
    candidates = [candidate(name) for name, _ in pairs]
    chunks = scored(**{name: score for name, score in pairs if score is not None})
    results = ranked_by_score(candidates, chunks, ASKED, k)
    scores = [result.score for result in results]
    known = [score for score in scores if score is not None]
    assert len(results) == min(k, len(pairs))
    assert scores == sorted(known, reverse=True) + [None] * (len(scores) - len(known))
