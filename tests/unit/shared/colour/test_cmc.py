"""CMC(l:c) against published values, colour-science and its own properties."""

import warnings

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.colour.cmc import delta_e_cmc, tolerances

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns of optional packages that it lacks
    from colour.difference import delta_E_CMC

# Both compute in float64, by different sums.
TOLERANCE = 1e-9

COORDINATES = st.tuples(st.floats(0, 100), st.floats(-128, 127), st.floats(-128, 127))

# standard, sample, l:c, dE and its last decimal. BYK-Gardner's brilliant yellow (an error of hue, low and high chroma)
# and far pairs of Sharma et al. 2005, as Color.js tests them; the rest are python-colormath's.
PUBLISHED = [
    ((84.25, 5.74, 96.00), (84.46, 8.88, 96.49), (2, 1), 1.6364, 1e-4),
    ((84.25, 5.74, 96.00), (84.52, 5.75, 93.09), (2, 1), 0.8770, 1e-4),
    ((84.25, 5.74, 96.00), (84.37, 5.86, 99.42), (2, 1), 1.0221, 1e-4),
    ((50.0, 30.0, 40.0), (50.0, 0.0, 0.0), (2, 1), 19.4894, 1e-4),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), (2, 1), 37.9233, 1e-4),
    ((50.0, 2.5, 0.0), (56.0, -27.0, -3.0), (2, 1), 38.0618, 1e-4),
    ((50.0, 2.5, 0.0), (58.0, 24.0, 15.0), (2, 1), 33.3342, 1e-4),
    ((0.9, 16.3, -2.22), (0.7, 14.2, -1.80), (2, 1), 1.443, 1e-3),
    ((0.9, 16.3, -2.22), (0.7, 14.2, -1.80), (1, 1), 1.482, 1e-3),
    ((69.417, -12.612, -11.271), (83.386, 39.426, -17.525), (2, 1), 44.346, 1e-3),
]


@pytest.mark.parametrize(("standard", "sample", "ratio", "published", "last_decimal"), PUBLISHED)
def test_published_values_are_met(standard, sample, ratio, published, last_decimal):
    assert delta_e_cmc(standard, sample, *ratio) == pytest.approx([published], abs=last_decimal)


@pytest.mark.parametrize("ratio", [(2.0, 1.0), (1.0, 1.0)])
def test_ten_thousand_random_pairs_agree_with_colour_science(ratio):
    random = np.random.default_rng(1984)
    low, high = np.array([0, -128, -128]), np.array([100, 127, 127])
    standards, samples = random.uniform(low, high, (100, 3)), random.uniform(low, high, (100, 100, 3))

    ours = [delta_e_cmc(standard, rows, *ratio) for standard, rows in zip(standards, samples, strict=True)]

    oracle = delta_E_CMC(standards[:, None, :], samples, l=ratio[0], c=ratio[1])
    np.testing.assert_allclose(ours, oracle, rtol=0, atol=TOLERANCE)


def test_the_neighbourhood_of_a_colour_agrees_with_colour_science():
    random = np.random.default_rng(6923)
    standard = np.array([45.5, 12.3, -25.7])
    samples = standard + random.normal(0, 1, (10_000, 3))

    np.testing.assert_allclose(delta_e_cmc(standard, samples), delta_E_CMC(standard, samples), rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("hue_deg", [0.0, 163.9, 164.1, 344.9, 345.1])
@pytest.mark.parametrize("lightness", [0.0, 15.999, 16.0, 100.0])
def test_both_branches_of_hue_and_lightness_agree_with_colour_science(hue_deg, lightness):
    standard = np.array([lightness, 40 * np.cos(np.radians(hue_deg)), 40 * np.sin(np.radians(hue_deg))])
    samples = np.random.default_rng(105).uniform([0, -128, -128], [100, 127, 127], (100, 3))

    np.testing.assert_allclose(delta_e_cmc(standard, samples), delta_E_CMC(standard, samples), rtol=0, atol=TOLERANCE)


def test_a_grey_standard_has_the_same_tolerance_for_hue_and_chroma():
    around = tolerances((50.0, 0.0, 0.0))
    assert around.hue == around.chroma == 0.638
    in_all_directions = delta_e_cmc((50.0, 0.0, 0.0), [(50.0, 3.0, 0.0), (50.0, 0.0, -3.0), (50.0, -3.0, 0.0)])
    assert in_all_directions == pytest.approx([3 / 0.638] * 3)


def test_a_grey_sample_differs_from_a_chromatic_standard_in_chroma_only():
    around = tolerances((50.0, 0.0, 30.0))
    assert delta_e_cmc((50.0, 0.0, 30.0), (50.0, 0.0, 0.0)) == pytest.approx([30.0 / around.chroma])


def test_the_first_colour_is_the_standard():
    vivid, dull = (50.0, 60.0, 30.0), (50.0, 55.0, 25.0)
    assert delta_e_cmc(vivid, dull)[0] != pytest.approx(delta_e_cmc(dull, vivid)[0], rel=0.01)


def test_lightness_counts_half_in_two_to_one():
    black_to_white = (50.0, 0.0, 0.0), (60.0, 0.0, 0.0)
    assert delta_e_cmc(*black_to_white, l=1)[0] == pytest.approx(2 * delta_e_cmc(*black_to_white, l=2)[0])


@settings(deadline=None)
@given(COORDINATES, st.floats(0.1, 3), st.floats(0.1, 3))
@example((0.0, 2.125, 2.218884194011093), 1.0, 0.5)  # Python and NumPy round its chroma differently
def test_a_colour_is_at_zero_from_itself(colour, l, c):  # noqa: E741
    assert delta_e_cmc(colour, [colour, colour], l, c).tolist() == [0.0, 0.0]


@settings(deadline=None)
@given(COORDINATES, COORDINATES)
def test_every_difference_is_a_number_from_zero_up(standard, sample):
    assert delta_e_cmc(standard, sample)[0] >= 0


@settings(deadline=None)
@given(COORDINATES, COORDINATES, st.integers(0, 40))
def test_equal_samples_are_equally_far_wherever_they_stand(standard, sample, before):
    far = delta_e_cmc(standard, [(1.0, 2.0, 3.0)] * before + [sample] * 17)
    assert len(set(far[before:].tolist())) == 1


@pytest.mark.parametrize("samples", [[[1.0, 2.0]], [[[1.0, 2.0, 3.0]]], 5.0])
def test_samples_of_another_shape_are_refused(samples):
    with pytest.raises(ValueError, match="must have shape"):
        delta_e_cmc((50.0, 0.0, 0.0), samples)


def test_a_list_of_standards_is_refused():
    with pytest.raises(ValueError, match=r"the standard must have shape \(3,\)"):
        delta_e_cmc([(50.0, 0.0, 0.0)], (50.0, 0.0, 0.0))


@pytest.mark.parametrize("ratio", [(0.0, 1.0), (2.0, -1.0), (float("nan"), 1.0)])
def test_tolerance_factors_must_be_positive(ratio):
    with pytest.raises(ValueError, match="must be greater than 0"):
        delta_e_cmc((50.0, 0.0, 0.0), (50.0, 0.0, 0.0), *ratio)
