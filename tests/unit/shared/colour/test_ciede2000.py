"""CIEDE2000 against the table of Sharma et al., colour-science and its own properties."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.colour.ciede2000 import ciede2000

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns of optional packages that it lacks
    from colour.difference import delta_E_CIE2000

TOLERANCE = 1e-9
COORDINATES = st.tuples(st.floats(0, 100), st.floats(-128, 127), st.floats(-128, 127))

# Sharma, Wu and Dalal 2005, table 1: two colours and their difference, to four decimals.
SHARMA = [
    ((50.0000, 2.6772, -79.7751), (50.0000, 0.0000, -82.7485), 2.0425),
    ((50.0000, 3.1571, -77.2803), (50.0000, 0.0000, -82.7485), 2.8615),
    ((50.0000, 2.8361, -74.0200), (50.0000, 0.0000, -82.7485), 3.4412),
    ((50.0000, -1.3802, -84.2814), (50.0000, 0.0000, -82.7485), 1.0000),
    ((50.0000, -1.1848, -84.8006), (50.0000, 0.0000, -82.7485), 1.0000),
    ((50.0000, -0.9009, -85.5211), (50.0000, 0.0000, -82.7485), 1.0000),
    ((50.0000, 0.0000, 0.0000), (50.0000, -1.0000, 2.0000), 2.3669),
    ((50.0000, -1.0000, 2.0000), (50.0000, 0.0000, 0.0000), 2.3669),
    ((50.0000, 2.4900, -0.0010), (50.0000, -2.4900, 0.0009), 7.1792),
    ((50.0000, 2.4900, -0.0010), (50.0000, -2.4900, 0.0010), 7.1792),
    ((50.0000, 2.4900, -0.0010), (50.0000, -2.4900, 0.0011), 7.2195),
    ((50.0000, 2.4900, -0.0010), (50.0000, -2.4900, 0.0012), 7.2195),
    ((50.0000, -0.0010, 2.4900), (50.0000, 0.0009, -2.4900), 4.8045),
    ((50.0000, -0.0010, 2.4900), (50.0000, 0.0010, -2.4900), 4.8045),
    ((50.0000, -0.0010, 2.4900), (50.0000, 0.0011, -2.4900), 4.7461),
    ((50.0000, 2.5000, 0.0000), (50.0000, 0.0000, -2.5000), 4.3065),
    ((50.0000, 2.5000, 0.0000), (73.0000, 25.0000, -18.0000), 27.1492),
    ((50.0000, 2.5000, 0.0000), (61.0000, -5.0000, 29.0000), 22.8977),
    ((50.0000, 2.5000, 0.0000), (56.0000, -27.0000, -3.0000), 31.9030),
    ((50.0000, 2.5000, 0.0000), (58.0000, 24.0000, 15.0000), 19.4535),
    ((50.0000, 2.5000, 0.0000), (50.0000, 3.1736, 0.5854), 1.0000),
    ((50.0000, 2.5000, 0.0000), (50.0000, 3.2972, 0.0000), 1.0000),
    ((50.0000, 2.5000, 0.0000), (50.0000, 1.8634, 0.5757), 1.0000),
    ((50.0000, 2.5000, 0.0000), (50.0000, 3.2592, 0.3350), 1.0000),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((63.0109, -31.0961, -5.8663), (62.8187, -29.7946, -4.0864), 1.2630),
    ((61.2901, 3.7196, -5.3901), (61.4292, 2.2480, -4.9620), 1.8731),
    ((35.0831, -44.1164, 3.7933), (35.0232, -40.0716, 1.5901), 1.8645),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((36.4612, 47.8580, 18.3852), (36.2715, 50.5065, 21.2231), 1.4146),
    ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ((90.9257, -0.5406, -0.9208), (88.6381, -0.8985, -0.7239), 1.5381),
    ((6.7747, -0.2908, -2.4247), (5.8714, -0.0985, -2.2286), 0.6377),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("first", "second", "published"), SHARMA)
def test_the_table_of_sharma_is_met_both_ways(first, second, published):
    assert ciede2000(first, second) == pytest.approx([published], abs=5.1e-5)
    assert ciede2000(second, first) == pytest.approx([published], abs=5.1e-5)


def test_ten_thousand_random_pairs_agree_with_colour_science():
    random = np.random.default_rng(2000)
    first, second = random.uniform([0, -128, -128], [100, 127, 127], (2, 10_000, 3))

    np.testing.assert_allclose(ciede2000(first, second), delta_E_CIE2000(first, second), rtol=0, atol=TOLERANCE)


def test_one_colour_is_compared_with_many():
    standard, samples = (45.5, 12.3, -25.7), [(45.5, 12.3, -25.7), (50.0, 10.0, -20.0), (0.0, 0.0, 0.0)]
    one_by_one = [ciede2000(standard, sample)[0] for sample in samples]
    assert ciede2000(standard, samples).tolist() == one_by_one
    assert one_by_one[0] == 0


@settings(deadline=None)
@given(COORDINATES, COORDINATES)
def test_it_is_symmetric_and_never_negative(first, second):
    there, back = ciede2000(first, second)[0], ciede2000(second, first)[0]
    assert there >= 0
    assert there == pytest.approx(back, abs=TOLERANCE)


@settings(deadline=None)
@given(COORDINATES)
def test_a_colour_is_at_zero_from_itself(colour):
    assert ciede2000(colour, colour).tolist() == [0.0]


@pytest.mark.parametrize("colours", [[[1.0, 2.0]], 5.0, [[[1.0, 2.0, 3.0]]]])
def test_colours_of_another_shape_are_refused(colours):
    with pytest.raises(ValueError, match="must have shape"):
        ciede2000(colours, (50.0, 0.0, 0.0))
