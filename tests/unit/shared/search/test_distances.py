"""How far candidates are from what was asked for."""

import pytest

from shared.colour.cmc import delta_e_cmc
from shared.search.contracts import Candidate, LabValues, MeantColour
from shared.search.distances import distances_from, fit_of, reaches_from

ASKED = LabValues(L=50, a=10, b=10)
NEAR, FAR, NONE = (
    Candidate(id=name, search_score=0, lab=lab)
    for name, lab in (("n", LabValues(L=52, a=10, b=10)), ("f", LabValues(L=90, a=10, b=10)), ("x", None))
)


def test_distances_have_the_colour_asked_for_as_the_standard():
    near, far, none = distances_from(ASKED, [NEAR, FAR, NONE])
    assert near == pytest.approx(delta_e_cmc((50, 10, 10), (52, 10, 10))[0], abs=1e-4)
    assert far > near
    assert none is None
    assert distances_from(None, [NEAR, NONE]) == [None, None]


def test_a_reach_is_that_of_the_nearest_meaning():
    narrow = MeantColour(text="a", meaning="a", lab=ASKED, reach=1)
    wide = MeantColour(text="b", meaning="b", lab=LabValues(L=90, a=10, b=10), reach=10)
    near, far, none = reaches_from([narrow, wide], [NEAR, FAR, NONE])
    assert near == pytest.approx(distances_from(ASKED, [NEAR])[0])
    assert (far, none) == (0.0, None)
    assert reaches_from([], [NEAR]) == [None]


def test_a_fit_falls_with_distance_and_is_half_at_two_reaches():
    assert [fit_of(reach) for reach in (0, 1, 2, None)] == [1.0, 0.8, 0.5, None]
    assert fit_of(100) < 0.01
