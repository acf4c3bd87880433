"""The window finds exactly what computing every row would find."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.colour.cmc import delta_e_cmc
from shared.colour.near_table import NearTable

# Few distinct values, so that equal colours, ties and rows on the very edge of a window come up.
COARSE = st.tuples(st.integers(0, 10).map(lambda n: n * 10.0), *[st.integers(-6, 6).map(lambda n: n * 20.0)] * 2)
FINE = st.tuples(st.floats(0, 100), st.floats(-128, 127), st.floats(-128, 127))
ROWS = st.lists(COARSE | FINE, max_size=60)


def table_of(rows):
    """Ids that sort otherwise than their rows."""
    ids = [f"m{(7 * number) % 61:02}" for number in range(len(rows))]
    return ids, NearTable(ids, np.array(rows).reshape(-1, 3))


def by_brute_force(ids, rows, standard, threshold):
    far = delta_e_cmc(standard, np.array(rows).reshape(-1, 3)) if rows else []
    return sorted((d, name) for d, name in zip(far, ids, strict=True) if d <= threshold)


@settings(deadline=None)
@given(ROWS, COARSE | FINE, st.floats(0.001, 60))
def test_the_window_equals_brute_force(rows, standard, threshold):
    ids, table = table_of(rows)

    near = table.within(standard, threshold)

    assert list(zip(near.distances.tolist(), near.ids, strict=True)) == by_brute_force(ids, rows, standard, threshold)
    assert near.total == len(near.ids)


@settings(deadline=None)
@given(ROWS, COARSE | FINE)
def test_rows_at_the_threshold_itself_are_within(rows, standard):
    ids, table = table_of(rows)
    for threshold in delta_e_cmc(standard, np.array(rows).reshape(-1, 3)).tolist():
        expected = by_brute_force(ids, rows, standard, threshold) if threshold else None
        if expected:
            assert table.within(standard, threshold).ids == tuple(name for _, name in expected)


@settings(deadline=None)
@given(ROWS, COARSE, st.floats(1, 60), st.integers(0, 20))
def test_a_limit_keeps_the_nearest_and_the_count_of_all(rows, standard, threshold, limit):
    _, table = table_of(rows)
    everything, some = table.within(standard, threshold), table.within(standard, threshold, limit)

    assert some.ids == everything.ids[:limit]
    assert some.distances.tolist() == everything.distances[:limit].tolist()
    assert some.total == everything.total


@settings(deadline=None)
@given(ROWS, COARSE)
def test_threshold_zero_finds_identical_colours_only(rows, standard):
    ids, table = table_of(rows)
    assert table.within(standard, 0).ids == tuple(
        sorted(name for name, row in zip(ids, rows, strict=True) if tuple(row) == tuple(standard))
    )


@settings(deadline=None)
@given(ROWS, FINE)
def test_distances_come_in_the_order_of_the_ids(rows, standard):
    ids, table = table_of(rows)
    expected = delta_e_cmc(standard, np.array(rows).reshape(-1, 3)) if rows else np.empty(0)
    assert dict(zip(table.ids, table.distances(standard), strict=True)) == dict(zip(ids, expected, strict=True))


def test_equal_colours_come_in_the_order_of_their_ids():
    table = NearTable(["c", "a", "b", "d"], [(50.0, 10.0, 10.0)] * 3 + [(50.0, 10.0, 10.1)])
    assert table.within((50.0, 10.0, 11.0), 5).ids == ("d", "a", "b", "c")


def test_random_rows_are_found_among_many():
    rows = np.random.default_rng(7).uniform([0, -128, -128], [100, 127, 127], (20_000, 3))
    table = NearTable([f"{number:05}" for number in range(len(rows))], rows)
    for standard in rows[:50]:
        far = delta_e_cmc(standard, rows)
        for threshold in (0.5, 2.0, 5.0, 50.0):
            assert table.within(standard, threshold).total == int((far <= threshold).sum())


@pytest.mark.parametrize("threshold", [-0.1, float("nan")])
def test_a_threshold_below_zero_is_refused(threshold):
    with pytest.raises(ValueError, match="threshold must be 0 or more"):
        NearTable([], []).within((50.0, 0.0, 0.0), threshold)


def test_a_negative_limit_is_refused():
    with pytest.raises(ValueError, match="limit must be 0 or more"):
        NearTable([], []).within((50.0, 0.0, 0.0), 1, limit=-1)


@pytest.mark.parametrize("number", [float("inf"), float("nan"), 1000.5])
def test_numbers_that_are_not_finite_or_no_colour_are_refused(number):
    with pytest.raises(ValueError, match="finite, at most 1000 from zero"):
        NearTable(["a"], [(50.0, number, 0.0)])


def test_every_colour_needs_an_id():
    with pytest.raises(ValueError, match="1 ids need as many colours, not 2"):
        NearTable(["a"], [(50.0, 0.0, 0.0)] * 2)
