"""The vectors in memory: every reader finds those of its own view."""

import numpy as np
import pytest

from local.cosmos.store.vectors import VectorIndex

QUERY = np.array([1.0, 0.0])


def seqs(index: VectorIndex, lsn: int, key: str | None = None) -> list[int]:
    view = index.view(lsn, key)
    return sorted(view.seqs[view.rows].tolist())


def test_view_has_what_was_alive_at_its_write():
    index = VectorIndex(2)
    index.apply([(1, "p", 1, [1.0, 0.0]), (2, "q", 2, [0.0, 1.0])])
    index.apply([(1, "p", 3, None), (2, "q", 4, [1.0, 1.0])])
    assert [seqs(index, lsn) for lsn in (0, 1, 2, 3, 4)] == [[], [1], [1, 2], [2], [2]]
    assert seqs(index, 2, "q") == [2]
    assert seqs(index, 2, "unknown") == []


def test_view_stays_while_rows_are_added_and_the_matrix_grows():
    index = VectorIndex(2)
    index.apply([(1, "p", 1, [1.0, 0.0])])
    view = index.view(1, None)
    index.apply([(seq, "p", seq, [0.0, 1.0]) for seq in range(2, 500)])
    assert view.exact(view.rows, QUERY, "cosine").tolist() == [1.0]
    assert len(seqs(index, 500)) == 499


@pytest.mark.parametrize("reading", [False, True])
def test_dead_rows_are_dropped_unless_somebody_is_choosing_a_view(reading: bool):
    index = VectorIndex(2)
    if reading:
        index.enter()
    for lsn in range(1, 3001):
        index.apply([(1, "p", lsn, [float(lsn), 1.0])])
    view = index.view(3000, None)
    assert seqs(index, 3000) == [1]
    assert (len(view.seqs) > 2000) is reading
    index.apply([(2, "p", 3001, [0.0, 1.0]), (1, "p", 3002, None)])
    assert seqs(index, 3002) == [2]


@pytest.mark.parametrize("vector", [None, "ab", [1.0], ["1", "2"], [1.0, None], [float("1e300"), 1.0], {}])
def test_what_is_no_vector_of_the_right_length_is_not_indexed(vector: object):
    index = VectorIndex(2)
    index.apply([(1, "p", 1, vector)])
    assert seqs(index, 1) == []


@pytest.mark.parametrize("function", ["cosine", "dotproduct", "euclidean"])
def test_nearness_orders_as_the_exact_value_does(function: str):
    random = np.random.default_rng(7)
    index = VectorIndex(16)
    index.apply([(seq, "p", seq, vector.tolist()) for seq, vector in enumerate(random.standard_normal((50, 16)), 1)])
    query = random.standard_normal(16)
    view = index.view(50, None)
    exact = view.exact(view.rows, query, function)
    order = np.argsort(exact if function == "euclidean" else -exact)
    assert np.argsort(-view.nearness(query, function)).tolist() == order.tolist()


def test_zero_vector_is_near_to_nothing():
    index = VectorIndex(2)
    index.apply([(1, "p", 1, [0.0, 0.0])])
    view = index.view(1, None)
    assert view.exact(view.rows, QUERY, "cosine").tolist() == [0.0]
    assert view.nearness(QUERY, "cosine").tolist() == [0.0]
