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


def test_a_grey_beside_a_colour_is_named_by_the_axes_too():
    assert lab_difference(Lab(50, 40, 0), Lab(50, 1, 0)).words == "greener"


@settings(deadline=None)
@given(COLOURS, COLOURS)
def test_words_never_contradict_the_numbers(request_, material):
    found = lab_difference(request_, material)
    words = found.words.split(", ")
    assert ("lighter" in words) <= (found.dL > 0)
    assert ("darker" in words) <= (found.dL < 0)
    assert ("stronger" in words) <= (found.dC > 0)
    assert ("weaker" in words) <= (found.dC < 0)
    assert ("redder" in words) <= (found.da > 0)
    assert ("greener" in words) <= (found.da < 0)
    assert ("yellower" in words) <= (found.db > 0)
    assert ("bluer" in words) <= (found.db < 0)
    assert (found.words == SAME) <= (found.dE_cmc < NOTICEABLE * math.sqrt(3) + 1e-9)
    assert len(words) == len(set(words))


@settings(deadline=None)
@given(COLOURS, st.lists(COLOURS, max_size=5))
def test_each_material_differs_as_it_does_alone(request_, materials):
    for found, each in zip(lab_differences(request_, materials), materials, strict=True):
        alone = lab_difference(request_, each)
        assert found[:-1] == pytest.approx(alone[:-1], abs=1e-9)
        assert found.words == alone.words
