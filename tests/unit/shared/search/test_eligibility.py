"""What stays of the candidates where a colour with a tolerance was asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.search.contracts import Candidate, LabValues, Wanted
from shared.search.distances import distances_from
from shared.search.eligibility import eligible

ASKED = LabValues(L=50, a=10, b=10)
PP = Wanted(lab=ASKED, threshold=5, resin="PP")
MET, NOT = {"regulatory": "met"}, {"regulatory": "not_met"}


def candidate(name: str, lightness: float | None, resin: str = "PP", **more) -> Candidate:
    lab = None if lightness is None else LabValues(L=lightness, a=10, b=10)
    return Candidate(id=name, search_score=1.0, lab=lab, resin=resin, **more)


def left(candidates, wanted: Wanted = PP) -> str:
    return "".join(each.id for each in eligible(candidates, wanted))


def test_what_is_not_within_tolerance_goes_where_something_of_the_resin_is():
    assert left([candidate("a", 90), candidate("b", 51), candidate("c", 52, "ABS"), candidate("d", 80, "ABS")]) == "bc"


def test_where_nothing_of_the_resin_is_within_tolerance_its_nearest_stay():
    candidates = [candidate(name, lightness) for name, lightness in zip("abcde", (90, 80, 70, 75, 95), strict=True)]
    assert left([*candidates, candidate("x", 51, "ABS"), candidate("y", 80, "ABS")]) == "bcdx"


def test_where_any_resin_may_come_first_no_resin_is_kept_for_itself():
    candidates = [candidate("a", 90), candidate("x", 51, "ABS")]
    assert left(candidates, PP.model_copy(update={"strict": False})) == "x"
    assert left(candidates, PP.model_copy(update={"resin": None})) == "x"


def test_where_nothing_is_within_tolerance_all_stay():
    assert left([candidate("a", 90), candidate("b", 80, "ABS")]) == "ab"


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(resin="PP", threshold=1), Wanted(lab=ASKED)])
def test_without_a_colour_or_a_tolerance_all_stay(wanted):
    assert left([candidate("a", 90), candidate("b", 51)], wanted) == "ab"


def test_what_has_no_lab_values_is_not_judged_by_them():
    assert left([candidate("a", None), candidate("b", 51), candidate("c", 90)]) == "ab"


def test_an_equally_near_one_that_meets_more_wishes_stays():
    edge = PP.model_copy(update={"threshold": 0.5})
    inside, just_outside, far = (
        candidate("a", 50.5, wishes=NOT),
        candidate("b", 51.3, wishes=MET),
        candidate("c", 60, wishes=MET),
    )
    assert left([inside, just_outside, far], edge) == "ab"
    assert left([inside, candidate("b", 51.3, wishes=NOT)], edge) == "a"
    assert left([inside, candidate("b", 51.3, "ABS", wishes=MET)], edge) == "a"


@given(st.lists(st.tuples(st.integers(1, 99), st.sampled_from(["PP", "ABS"])), max_size=30), st.integers(0, 40))
def test_the_nearest_of_the_resin_and_of_all_always_stay(rows, threshold):
    candidates = [candidate(f"m{number}", lightness, resin) for number, (lightness, resin) in enumerate(rows)]
    kept = {each.id for each in eligible(candidates, PP.model_copy(update={"threshold": threshold}))}
    far = dict(zip((each.id for each in candidates), distances_from(ASKED, candidates), strict=True))
    for group in (candidates, [each for each in candidates if each.resin == "PP"]):
        if group:
            assert min(group, key=lambda each: (far[each.id], each.id)).id in kept
