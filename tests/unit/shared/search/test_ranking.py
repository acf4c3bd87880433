"""The order in which a user gets the results, and which of them keep a place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.colour.cmc import delta_e_cmc
from shared.search.contracts import Candidate, LabValues, MeantColour, Score, ScoredChunk, Wanted
from shared.search.eligibility import EQUALLY_NEAR
from shared.search.ranking import UNREAD_CAP, ranked

ASKED = LabValues(L=50, a=10, b=10)
ANY = Wanted(lab=ASKED, threshold=50)
PP = Wanted(lab=ASKED, threshold=5, resin="PP", synonyms=("POM",))


def candidate(
    name: str, lightness: float | None = 50, fused: float = 0.01, resin: str | None = None, **more
) -> Candidate:
    """Of a resin of its own unless one is named, so that only the rules under test put it in order."""
    lab = None if lightness is None else LabValues(L=lightness, a=10, b=10)
    return Candidate(id=name, search_score=1.0, fused_score=fused, lab=lab, resin=resin or f"X{name}", **more)


def scored(**scores: float) -> list[ScoredChunk]:
    each = [Score(id=name, score=score, explanation=f"why {name}") for name, score in scores.items()]
    return [ScoredChunk(chunk_id=number, scores=(score,)) for number, score in enumerate(each)]


def order(candidates, chunks=(), wanted: Wanted = ANY, k: int = 100) -> str:
    return "".join(result.id for result in ranked(candidates, chunks, wanted, k))


# By score, colour, how well it was found


def test_the_higher_score_comes_first_and_brings_its_explanation():
    results = ranked([candidate("a"), candidate("b")], scored(a=20, b=80.126), ANY, 10)
    assert [(result.id, result.score, result.explanation) for result in results] == [
        ("b", 80.13, "why b"),
        ("a", 20.0, "why a"),
    ]


def test_those_without_a_score_come_last_nearest_colour_first():
    candidates = [candidate("a", 60), candidate("b", 51), candidate("c", None), candidate("d", 90)]
    assert order(candidates, scored(d=1)) == "dbac"


def test_equal_scores_are_told_apart_by_colour_then_fused_score_then_id():
    candidates = [
        candidate("d", None),
        candidate("c", 52),
        candidate("b", 50),
        candidate("a", 52),
        candidate("e", 52, 0.5),
    ]
    assert order(candidates, scored(a=5, b=5, c=5, d=5, e=5)) == "beacd"


def test_without_any_score_colour_decides_then_the_fused_score_then_the_id():
    candidates = [candidate("a", 60), candidate("b", 50, 0.01), candidate("c", 50, 0.02), candidate("d", 50, 0.01)]
    assert order(candidates) == "cbda"


def test_without_a_colour_asked_for_nothing_has_a_distance_and_the_fused_score_decides():
    candidates = [candidate("b", 60), candidate("a", 50), candidate("c", 50, 0.5)]
    assert order(candidates, wanted=Wanted()) == "cab"
    assert {result.dE for result in ranked(candidates, (), Wanted(), 9)} == {None}
    assert {result.within_tolerance for result in ranked(candidates, (), Wanted(), 9)} == {None}


def test_the_distance_is_that_from_the_colour_asked_for_as_the_standard():
    (result,) = ranked([candidate("a", 70)], (), ANY, 1)
    assert result.dE == pytest.approx(delta_e_cmc((50, 10, 10), (70, 10, 10))[0], abs=1e-4)
    assert result.dE != pytest.approx(delta_e_cmc((70, 10, 10), (50, 10, 10))[0], abs=1e-4)


def test_scores_of_materials_that_were_not_found_are_ignored():
    assert order([candidate("a")], scored(a=1, x=99)) == "a"


# Within tolerance, and of the resin


def test_what_is_within_tolerance_stands_before_what_is_not_whatever_its_score():
    candidates = [candidate("a", 90), candidate("b", 51)]
    assert order(candidates, scored(a=99, b=1), Wanted(lab=ASKED, threshold=5)) == "ba"
    assert [result.within_tolerance for result in ranked(candidates, (), Wanted(lab=ASKED, threshold=5), 9)] == [
        True,
        False,
    ]


def test_of_what_is_within_tolerance_the_resin_asked_for_stands_first():
    candidates = [candidate("a", 50), candidate("b", 53, resin="PP"), candidate("c", 90, resin="PP")]
    assert order(candidates, scored(a=99, b=10, c=50), PP) == "bac"


def test_a_caller_may_put_the_resin_before_all_or_let_any_come_first():
    candidates = [candidate("a", 50), candidate("b", 53, resin="PP"), candidate("c", 90, resin="PP")]
    scores = scored(a=99, b=10, c=50)
    assert order(candidates, scores, PP.model_copy(update={"strict": True})) == "bca"
    assert order(candidates, scores, PP.model_copy(update={"strict": False})) == "abc"


def test_where_nothing_of_the_resin_is_within_tolerance_its_nearest_stands_first():
    candidates = [candidate("a", 50), candidate("b", 80, resin="PP"), candidate("c", 90, resin="PP")]
    assert order(candidates, scored(a=99, b=10, c=50), PP) == "bac"


def test_where_nothing_is_within_tolerance_the_nearest_stands_first():
    candidates = [candidate("a", 90), candidate("b", 70), candidate("c", 80)]
    assert order(candidates, scored(a=99, b=1, c=50), Wanted(lab=ASKED, threshold=2)) == "bac"


def test_a_stand_in_counts_as_the_resin_that_the_catalogue_does_not_have():
    candidates = [candidate("a", 50), candidate("b", 53, resin="POM"), candidate("c", 51, resin="PBT")]
    wanted = Wanted(lab=ASKED, threshold=5, resin="POM-C", synonyms=("PBT", "POM"), stand_ins=("POM",))
    assert order(candidates, scored(a=99, b=10, c=50), wanted) == "bac"


def test_a_resin_that_nothing_is_of_leaves_the_order_to_the_rest():
    candidates = [candidate("a", 51), candidate("b", 50)]
    assert order(candidates, scored(a=99, b=1), PP) == "ab"


# What is better stands before


def test_nothing_stands_before_a_nearer_material_of_its_resin():
    candidates = [candidate("a", 54, resin="PP"), candidate("b", 51, resin="PP"), candidate("c", 52)]
    assert order(candidates, scored(a=90, b=10, c=50)) == "bac"


def test_one_that_meets_more_wishes_may_stand_before_a_nearer_one():
    met = {"regulatory": "met"}
    candidates = [candidate("a", 54, resin="PP", wishes=met), candidate("b", 51, resin="PP")]
    assert order(candidates, scored(a=90, b=10)) == "ab"


def test_of_equally_near_materials_the_one_that_meets_the_wish_stands_first():
    candidates = [
        candidate("a", 50.0, resin="PP", wishes={"regulatory": "not_met"}),
        candidate("b", 50.2, resin="PP", wishes={"regulatory": "met"}),
        candidate("c", 58.0, resin="PP", wishes={"regulatory": "met"}),
    ]
    assert order(candidates, scored(a=90, b=50, c=10)) == "bac"


wishes_strategy = st.dictionaries(st.sampled_from(["opacity", "regulatory"]), st.sampled_from(["met", "not_met"]))
candidates_strategy = st.lists(
    st.tuples(
        st.integers(20, 90) | st.none(),
        st.sampled_from(["PP", "POM", "PE-HD", "ABS"]),
        wishes_strategy,
        st.integers(0, 100),
    ),
    max_size=25,
)


@given(
    candidates_strategy,
    st.sampled_from([None, True, False]),
    st.sampled_from([None, "PP"]),
    st.integers(1, 30),
    st.integers(0, 30),
)
def test_whatever_was_found_and_scored_no_result_stands_before_a_better_one(rows, strict, resin, k, threshold):
    candidates = [
        candidate(f"m{number}", lightness, resin=of, wishes=wishes)
        for number, (lightness, of, wishes, _) in enumerate(rows)
    ]
    chunks = scored(**{f"m{number}": row[3] for number, row in enumerate(rows)})
    wanted = Wanted(lab=ASKED, threshold=threshold, resin=resin, strict=strict)
    results = ranked(candidates, chunks, wanted, k)
    assert len(results) == min(k, len(rows))
    assert len({result.id for result in results}) == len(results)
    far = {result.id: float("inf") if result.dE is None else result.dE for result in results}
    met = {result.id: {wish for wish, answer in (result.wishes or {}).items() if answer == "met"} for result in results}
    for place, first in enumerate(results):
        for later in results[place + 1 :]:
            if later.resin == first.resin and met[later.id] >= met[first.id]:
                assert far[later.id] >= far[first.id]
                assert (
                    met[later.id] == met[first.id]
                    or far[later.id] > far[first.id] + EQUALLY_NEAR
                    or far[later.id] == float("inf")
                )


@given(candidates_strategy, st.integers(1, 12))
def test_a_wider_tolerance_never_makes_the_best_result_worse(rows, k):
    candidates = [candidate(f"m{number}", lightness, resin=of) for number, (lightness, of, _, _) in enumerate(rows)]
    chunks = scored(**{f"m{number}": row[3] for number, row in enumerate(rows)})
    best = []
    for threshold in (0, 1, 2, 5, 8, 12, 20, 50):
        results = ranked(candidates, chunks, PP.model_copy(update={"threshold": threshold}), k)
        best.append(min((each.dE for each in results if each.resin == "PP" and each.dE is not None), default=999.0))
    assert best == sorted(best, reverse=True)


# Which keep a place


def test_the_nearest_of_the_resin_of_its_kin_and_of_all_keep_places():
    candidates = [candidate(name, 70, resin="PP") for name in "abcdefgh"]
    candidates += [candidate("x", 60, resin="PP"), candidate("y", 54, resin="POM"), candidate("z", 52, resin="ABS")]
    scores = scored(**dict.fromkeys("abcdefgh", 90), x=1, y=1, z=1)
    wanted = PP.model_copy(update={"threshold": 50})
    assert set("xyz") <= set(order(candidates, scores, wanted, 3))
    assert set("xyz") <= set(order(candidates, scores, wanted, 5))


def test_the_three_nearest_of_the_resin_keep_places_among_ten():
    candidates = [candidate(name, 70) for name in "abcdefghij"]
    candidates += [candidate(name, lightness, resin="PP") for name, lightness in (("x", 60), ("y", 61), ("z", 62))]
    wanted = PP.model_copy(update={"threshold": 50, "strict": False})
    assert set("xyz") <= set(order(candidates, scored(**dict.fromkeys("abcdefghij", 90)), wanted, 10))


def test_where_one_place_is_left_the_first_has_it():
    candidates = [candidate("a", 52, resin="PP"), candidate("b", 50)]
    assert order(candidates, scored(a=90, b=95), PP, 1) == "a"


# Words in place of a colour


DARK = MeantColour(text="dunkel", meaning="dark", lab=LabValues(L=20, a=10, b=10), reach=10)


def test_without_a_colour_what_passes_for_the_words_stands_first():
    candidates = [candidate("a", 80, resin="PP"), candidate("b", 21, resin="PP"), candidate("c", 20)]
    wanted = Wanted(colours=(DARK,), resin="PP")
    assert order(candidates, scored(a=99, b=50, c=99), wanted) == "bca"


def test_of_several_meanings_the_nearest_counts():
    light = MeantColour(text="hell", meaning="light", lab=LabValues(L=90, a=10, b=10), reach=5)
    candidates = [candidate("a", 50), candidate("b", 21), candidate("c", 90)]
    assert order(candidates, scored(a=99, b=10, c=20), Wanted(colours=(DARK, light))) == "cba"


def test_no_score_is_high_where_the_colour_words_were_not_understood():
    (result,) = ranked([candidate("a")], scored(a=100), Wanted(unread=True), 1)
    assert result.score == UNREAD_CAP
    (result,) = ranked([candidate("a")], scored(a=100), Wanted(unread=True, lab=ASKED, threshold=5), 1)
    assert result.score == 100
