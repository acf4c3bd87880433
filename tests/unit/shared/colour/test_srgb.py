"""Colours to draw with, against colour-science and by what a screen can show."""

import math
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.colour.lab import Lab
from shared.colour.srgb import Srgb, srgb_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns of optional packages that it lacks
    from colour import CCS_ILLUMINANTS, Lab_to_XYZ, XYZ_to_Lab, XYZ_to_sRGB, sRGB_to_XYZ

# A step of 8 bits: the published matrix and white are rounded, and a channel may lie between two steps.
CHANNEL_TOLERANCE = 1
# The same of a colour that is near sRGB's edge, in units of CIELAB.
HUE_TOLERANCE = 3.0
D65 = CCS_ILLUMINANTS["CIE 1931 2 Degree Standard Observer"]["D65"]
COLOURS = st.builds(Lab, st.floats(0, 100), st.floats(-128, 127), st.floats(-128, 127))
CHANNELS = st.tuples(*[st.integers(0, 255)] * 3)


def channels_of(found: Srgb) -> list[int]:
    return [int(found.hex[first : first + 2], 16) for first in (1, 3, 5)]


def lab_of(channels) -> Lab:
    return Lab(*XYZ_to_Lab(sRGB_to_XYZ([channel / 255 for channel in channels]), D65).tolist())


@settings(deadline=None)
@given(CHANNELS)
def test_what_sRGB_can_show_is_drawn_as_it_is(channels):
    found = srgb_of(lab_of(channels))
    assert found.in_gamut
    assert channels_of(found) == pytest.approx(channels, abs=CHANNEL_TOLERANCE)


@settings(deadline=None)
@given(COLOURS)
def test_a_colour_in_gamut_is_that_of_colour_science(lab):
    found = srgb_of(lab)
    published = [255 * channel for channel in XYZ_to_sRGB(Lab_to_XYZ(list(lab), D65)).tolist()]
    if found.in_gamut:
        assert channels_of(found) == pytest.approx(published, abs=CHANNEL_TOLERANCE)
    else:
        assert min(published) < CHANNEL_TOLERANCE or max(published) > 255 - CHANNEL_TOLERANCE


@settings(deadline=None)
@given(st.floats(0, 100))
def test_a_grey_stays_grey(lightness):
    found = srgb_of(Lab(lightness, 0.0, 0.0))
    assert found.in_gamut
    assert len(set(channels_of(found))) == 1


@pytest.mark.parametrize(
    ("lab", "drawn"),
    [
        ((0, 0, 0), "#000000"),
        ((100, 0, 0), "#ffffff"),
        # Those of sRGB's own corners, to two decimals as colour-science computes them.
        ((53.24, 80.09, 67.20), "#ff0000"),
        ((87.74, -86.18, 83.19), "#00ff00"),
        ((32.30, 79.19, -107.86), "#0000ff"),
        ((45.5, 12.3, -25.7), "#696797"),
    ],
)
def test_a_known_colour_is_drawn_in_lower_case(lab, drawn):
    assert srgb_of(Lab(*lab)) == (drawn, True)


@pytest.mark.parametrize("lab", [(50, 0, -120), (60, -110, 30), (85, 20, 120), (20, 70, 40), (50, 127, 127)])
def test_a_colour_beyond_the_gamut_keeps_its_lightness_and_hue(lab):
    wanted = Lab(*lab)
    found = srgb_of(wanted)
    assert not found.in_gamut
    drawn = lab_of(channels_of(found))
    assert abs(drawn.L - wanted.L) < 1.0
    turn = math.radians(drawn.hue_deg - wanted.hue_deg)
    assert abs(drawn.chroma * math.sin(turn)) < HUE_TOLERANCE
    assert 0 < drawn.chroma * math.cos(turn) < wanted.chroma
    # No more chroma would fit.
    assert min(channels_of(found)) == 0 or max(channels_of(found)) == 255


@pytest.mark.parametrize("a", [-128, 0, 127])
@pytest.mark.parametrize("b", [-128, 0, 127])
@pytest.mark.parametrize(("lightness", "end"), [(0, 0), (100, 255), (-5, 0), (105, 255)])
def test_black_and_white_have_no_colour_to_show(lightness, end, a, b):
    found = srgb_of(Lab(lightness, a, b))
    assert found.in_gamut == (a == b == 0 and 0 <= lightness <= 100)
    assert channels_of(found) == pytest.approx([end] * 3, abs=2)


@settings(deadline=None)
@given(COLOURS)
def test_every_colour_is_drawn_and_weaker_ones_fit_where_it_does(lab):
    found = srgb_of(lab)
    assert len(found.hex) == 7
    assert found.hex == found.hex.lower()
    assert all(0 <= channel <= 255 for channel in channels_of(found))
    if found.in_gamut:
        assert srgb_of(Lab(lab.L, lab.a / 2, lab.b / 2)).in_gamut
