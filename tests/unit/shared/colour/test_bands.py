"""Names of colour differences."""

import pytest

from shared.colour.bands import band_of


@pytest.mark.parametrize(
    ("delta_e", "band"),
    [
        (0, "indistinguishable"),
        (1, "indistinguishable"),
        (1.001, "close"),
        (2, "close"),
        (2.001, "similar"),
        (5, "similar"),
        (5.001, "different"),
        (400, "different"),
    ],
)
def test_a_band_includes_its_upper_edge(delta_e, band):
    assert band_of(delta_e) == band


@pytest.mark.parametrize("delta_e", [-0.1, float("nan")])
def test_what_is_no_difference_has_no_band(delta_e):
    with pytest.raises(ValueError, match="must be 0 or more"):
        band_of(delta_e)
