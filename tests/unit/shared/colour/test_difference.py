"""What is said of a material beside the colour that was asked for."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.colour.ciede2000 import ciede2000
from shared.colour.cmc import delta_e_cmc, tolerances
from shared.colour.difference import NOTICEABLE, SAME, LabDifference, lab_differences
from shared.colour.lab import Lab

COLOURS = st.builds(Lab, st.floats(0, 100), st.floats(-128, 127), st.floats(-128, 127))
BLUE = Lab(45.5, 12.3, -25.7)
GREY = Lab(50.0, 0.0, 0.0)


def at(lightness: float, chroma: float, hue_deg: float) -> Lab:
    return Lab(lightness, chroma * math.cos(math.radians(hue_deg)), chroma * math.sin(math.radians(hue_deg)))


def lab_difference(request_: Lab, material: Lab) -> LabDifference:
    (found,) = lab_differences(request_, [material])
    return found


def test_it_is_material_minus_request():
    found = lab_difference(BLUE, Lab(50.5, 10.3, -20.7))
    assert (found.dL, found.da, found.db) == pytest.approx((5.0, -2.0, 5.0))
    assert found.dC == pytest.approx(math.hypot(10.3, 20.7) - math.hypot(12.3, 25.7))


def test_the_request_is_the_standard():
    material = Lab(40.0, 30.0, -50.0)
    found = lab_difference(BLUE, material)
    assert found.dE_cmc == delta_e_cmc(BLUE, material)[0] != delta_e_cmc(material, BLUE)[0]
    assert found.dE_2000 == ciede2000(BLUE, material)[0]


@settings(deadline=None)
@given(COLOURS, COLOURS)
def test_chroma_and_hue_make_up_the_difference_of_a_and_b(request_, material):
    found = lab_difference(request_, material)
    assert found.dC**2 + found.dH**2 == pytest.approx(found.da**2 + found.db**2, abs=1e-6)


@settings(deadline=None)
@given(COLOURS, COLOURS)
def test_the_parts_make_up_dE_cmc(request_, material):
    found, around = lab_difference(request_, material), tolerances(request_)
    parts = found.dL / around.lightness, found.dC / around.chroma, found.dH / around.hue
    assert math.hypot(*parts) == pytest.approx(found.dE_cmc, abs=1e-6)


@pytest.mark.parametrize(
    ("material", "words"),
    [
        (BLUE, SAME),
        (Lab(46.4, 12.3, -25.7), SAME),
        (Lab(50.0, 12.3, -25.7), "lighter"),
        (Lab(41.0, 12.3, -25.7), "darker"),
        (Lab(50.0, 16.3, -24.0), "lighter, redder"),
        (Lab(45.5, 7.0, -27.7), "greener"),
        (Lab(45.5, 15.0, -31.4), "stronger"),
        (Lab(45.5, 9.0, -18.8), "weaker"),
        (Lab(38.0, 16.0, -15.0), "darker, redder, weaker"),
        (Lab(95.0, 12.9, -25.7), "lighter"),
    ],
)
def test_words_for_a_blue(material, words):
    assert lab_difference(BLUE, material).words == words


@pytest.mark.parametrize(
    ("colour", "hue_deg", "forwards", "backwards"),
    [
        ("red", 20, "yellower", "bluer"),
        ("pink", 350, "yellower", "bluer"),
        ("yellow", 90, "greener", "redder"),
        ("green", 160, "bluer", "yellower"),
        ("blue", 270, "redder", "greener"),
    ],
)
def test_a_hue_turns_to_the_shades_that_the_trade_names(colour, hue_deg, forwards, backwards):
    middle = at(50, 40, hue_deg)
    assert lab_difference(middle, at(50, 40, hue_deg + 8)).words == forwards
    assert lab_difference(middle, at(50, 40, hue_deg - 8)).words == backwards


@pytest.mark.parametrize(
    ("material", "words"),
    [
        (Lab(50, 3, 0), "redder"),
        (Lab(50, -3, 0), "greener"),
        (Lab(50, 0, 3), "yellower"),
        (Lab(50, 0, -3), "bluer"),
        (Lab(50, 2, -2), "redder, bluer"),
        (Lab(50, 0.1, -0.2), SAME),
        (Lab(70, -10, 8), "lighter, greener, yellower"),
    ],
)
def test_beside_grey_the_axes_name_the_direction(material, words):
    assert lab_difference(GREY, material).words == words


@pytest.mark.parametrize(
    ("request_", "material", "words"),
    [
        (Lab(50, 40, 0), Lab(50, 1, 0), "weaker"),
        # However it leans, beside a strong colour a grey is a grey.
        (Lab(50, 40, 0), Lab(50, -1, 0), "weaker"),
        (Lab(50, 0, -40), Lab(60, 0.5, 0.5), "lighter, weaker"),
        (Lab(50, 0, -40), Lab(50, 0, 0), "weaker"),
        # Two that are nearly grey: what is asked for has a hue to turn from, and is stronger or weaker.
        (Lab(50, 0, -4), Lab(50, 0, -2.5), "weaker"),
        (Lab(50, 0, -4), Lab(50, 0, -8), "stronger"),
        (Lab(50, 0, -4), Lab(50, 2.5, -3), "redder"),
        (Lab(50, 0, -3), Lab(50, 0, 3), "yellower"),
        # It lies opposite: to it a blue does not get redder.
        (Lab(50, 0, -30), Lab(50, 2, 30), "yellower"),
        (Lab(50, 0, -30), Lab(50, -2, 30), "yellower"),
        # Its b* falls, and yet it is no bluer: it turned towards yellow and lost chroma.
        (at(50, 50, 30), at(50, 40, 36), "yellower, weaker"),
    ],
)
def test_beside_a_colour_hue_and_strength_are_told(request_, material, words):
    assert lab_difference(request_, material).words == words


HUE_WORDS = {"redder": "greener", "greener": "redder", "yellower": "bluer", "bluer": "yellower"}
# Strong enough to have a hue, and so much turned that it is named. At a right angle another rule begins, and which side
# of it a turn lies on is a matter of rounding.
CHROMAS, HUES_DEG, TURNS_DEG = st.floats(10, 60), st.floats(0, 360), st.floats(15, 89.9)


def hue_words_of(found: LabDifference) -> list[str]:
    return [word for word in found.words.split(", ") if word in HUE_WORDS]


@settings(deadline=None)
@given(st.floats(0, 100), st.floats(3, 120), HUES_DEG, st.floats(0, 2))
def test_a_colour_that_only_gains_or_loses_strength_turns_to_no_hue(lightness, chroma, hue_deg, factor):
    request_ = at(lightness, chroma, hue_deg)
    assert hue_words_of(lab_difference(request_, Lab(lightness, factor * request_.a, factor * request_.b))) == []


@settings(deadline=None)
@given(CHROMAS, HUES_DEG, TURNS_DEG, st.floats(0.9, 1.1))
def test_the_opposite_turn_has_the_opposite_word(chroma, hue_deg, turn_deg, factor):
    request_ = at(50, chroma, hue_deg)
    (forwards,), (backwards,) = (
        hue_words_of(lab_difference(request_, at(50, factor * chroma, hue_deg + turn)))
        for turn in (turn_deg, -turn_deg)
    )
    assert forwards == HUE_WORDS[backwards]


@settings(deadline=None)
@given(CHROMAS, st.floats(-44.9, 44.9), TURNS_DEG, st.sampled_from([1, -1]), st.floats(0.9, 1.1))
def test_the_quadrant_of_the_request_says_which_words(chroma, beside_deg, turn_deg, direction, factor):
    for axis_deg, forwards in ((0, "yellower"), (90, "greener"), (180, "bluer"), (270, "redder")):
        hue_deg = axis_deg + beside_deg
        found = lab_difference(at(50, chroma, hue_deg), at(50, factor * chroma, hue_deg + direction * turn_deg))
        assert hue_words_of(found) == [forwards if direction > 0 else HUE_WORDS[forwards]]


# A turn of hue counts no more than the way from the requested hue, which near "same" is shorter by less than this.
BESIDE_FACTOR = 1.1


@settings(deadline=None)
@given(COLOURS, COLOURS)
def test_words_never_contradict_the_numbers(request_, material):
    found = lab_difference(request_, material)
    words = found.words.split(", ")
    assert ("lighter" in words) <= (found.dL > 0)
    assert ("darker" in words) <= (found.dL < 0)
    assert ("stronger" in words) <= (found.dC > 0)
    assert ("weaker" in words) <= (found.dC < 0)
    assert (found.words == SAME) <= (found.dE_cmc < NOTICEABLE * math.sqrt(3) * BESIDE_FACTOR)
    assert len(words) == len(set(words))


@settings(deadline=None)
@given(COLOURS, st.floats(-180, 180))
def test_at_equal_chroma_the_hue_words_say_how_a_and_b_differ(request_, turn_deg):
    found = lab_difference(request_, at(request_.L, request_.chroma, request_.hue_deg + turn_deg))
    words = found.words.split(", ")
    assert ("redder" in words) <= (found.da > 0)
    assert ("greener" in words) <= (found.da < 0)
    assert ("yellower" in words) <= (found.db > 0)
    assert ("bluer" in words) <= (found.db < 0)


@settings(deadline=None)
@given(st.builds(Lab, st.floats(0, 100), st.floats(-1.8, 1.8), st.floats(-1.8, 1.8)), COLOURS)
def test_beside_grey_the_words_say_how_a_and_b_differ(grey, material):
    found = lab_difference(grey, material)
    words = found.words.split(", ")
    assert not {"stronger", "weaker"} & set(words)
    assert ("redder" in words) <= (found.da > 0)
    assert ("greener" in words) <= (found.da < 0)
    assert ("yellower" in words) <= (found.db > 0)
    assert ("bluer" in words) <= (found.db < 0)


@settings(deadline=None)
@given(COLOURS, st.lists(COLOURS, max_size=5))
def test_each_material_differs_as_it_does_alone(request_, materials):
    for found, each in zip(lab_differences(request_, materials), materials, strict=True):
        alone = lab_difference(request_, each)
        assert found[:-1] == pytest.approx(alone[:-1], abs=1e-9)
        assert found.words == alone.words
