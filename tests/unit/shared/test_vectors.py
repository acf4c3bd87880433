"""Sums, means and encodings of vectors."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.snippets.vectors import (
    WeightedSum,
    combine,
    from_base64,
    rounded,
    to_base64,
    unit_mean,
    weighted_sum,
)

NUMBERS = st.floats(-1, 1, width=32)


def test_the_mean_is_weighted_by_length_and_has_length_one():
    mean = unit_mean(weighted_sum([[1.0, 0.0], [0.0, 1.0]], [3.0, 1.0]))
    assert mean == pytest.approx([3 / math.sqrt(10), 1 / math.sqrt(10)])
    assert math.hypot(*mean) == pytest.approx(1.0)


def test_parts_add_up_to_the_whole():
    vectors, weights = [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]], [1.0, 2.0, 3.0]
    parts = combine([weighted_sum(vectors[:1], weights[:1]), weighted_sum(vectors[1:], weights[1:])])
    whole = weighted_sum(vectors, weights)
    assert parts.total == pytest.approx(whole.total)
    assert parts.weight == whole.weight


def test_vectors_that_cancel_out_have_no_direction():
    assert unit_mean(WeightedSum((0.0, 0.0), 2.0)) == [0.0, 0.0]


def test_vectors_of_two_lengths_are_refused():
    with pytest.raises(ValueError, match="inhomogeneous"):
        weighted_sum([[1.0, 0.0], [1.0]], [1.0, 1.0])


@given(st.lists(NUMBERS, min_size=1, max_size=50))
def test_base64_keeps_every_float32(vector):
    assert from_base64(to_base64(vector)) == vector


def test_rounding_costs_no_cosine():
    vector = [math.sin(i) / 28 for i in range(1536)]
    short = rounded(vector)
    cosine = sum(a * b for a, b in zip(vector, short, strict=True)) / (math.hypot(*vector) * math.hypot(*short))
    assert 1 - cosine < 1e-11
