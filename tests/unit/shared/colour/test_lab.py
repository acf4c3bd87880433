"""Lightness, chroma and hue of a colour."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.colour.lab import NEUTRAL_BELOW_CHROMA, Lab, lch_of

COLOURS = st.builds(Lab, st.floats(0, 100), st.floats(-128, 127), st.floats(-128, 127))


@pytest.mark.parametrize(
    ("lab", "lch"),
    [
        ((45.5, 12.3, -25.7), (45.5, 28.49, 295.6)),
        ((50.0, 40.0, 0.0), (50.0, 40.0, 0.0)),
        ((50.126, 0.0, 40.0), (50.13, 40.0, 90.0)),
        ((50.0, -40.0, -0.0), (50.0, 40.0, 180.0)),
        # A breath below 360 degrees, which is rounded to 0.
        ((50.0, 40.0, -0.01), (50.0, 40.0, 0.0)),
    ],
)
def test_numbers_to_read_are_rounded(lab, lch):
    assert lch_of(Lab(*lab)) == lch


@pytest.mark.parametrize(("chroma", "has_hue"), [(0.0, False), (2.59, False), (NEUTRAL_BELOW_CHROMA, True), (5, True)])
def test_what_passes_for_grey_has_no_hue(chroma, has_hue):
    lab = Lab(50.0, 0.0, -chroma)
    assert lab.is_neutral is not has_hue
    assert lch_of(lab).h_deg == (270.0 if has_hue else None)


@given(COLOURS)
def test_hue_is_an_angle_or_nothing(lab):
    lightness, chroma, hue_deg = lch_of(lab)
    assert lightness == pytest.approx(lab.L, abs=0.0051)
    assert chroma == pytest.approx(lab.chroma, abs=0.0051)
    assert (hue_deg is None) == lab.is_neutral
    assert hue_deg is None or 0 <= hue_deg < 360
