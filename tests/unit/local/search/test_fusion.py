"""Reciprocal rank fusion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.search.execution.fusion import Ranking, fuse


def ranking(*rows: int, weight: float = 1.0) -> Ranking:
    return Ranking(np.array(rows, np.int64), np.linspace(1, 0.1, len(rows)), weight)


def test_scores_are_sums_of_reciprocal_ranks_that_start_at_sixty() -> None:
    fused = fuse([ranking(7, 3, 5), ranking(3, 9)])
    assert fused.rows.tolist() == [3, 7, 9, 5]
    assert fused.scores.tolist() == pytest.approx([1 / 61 + 1 / 60, 1 / 60, 1 / 61, 1 / 62])


def test_weight_multiplies_a_ranking() -> None:
    fused = fuse([ranking(1, 2), ranking(2, weight=0.5)])
    assert dict(zip(fused.rows.tolist(), fused.scores.tolist(), strict=True)) == pytest.approx(
        {1: 1 / 60, 2: 1 / 61 + 0.5 / 60}
    )


def test_ties_go_by_row() -> None:
    assert fuse([ranking(9), ranking(4)]).rows.tolist() == [4, 9]


def test_empty_rankings_add_nothing() -> None:
    assert fuse([ranking(), ranking()]).rows.tolist() == []
    assert fuse([ranking(), ranking(5)]).rows.tolist() == [5]


_LISTS = st.lists(st.lists(st.integers(0, 30), unique=True, max_size=12), min_size=1, max_size=4)


@given(_LISTS)
def test_fusion_is_what_the_formula_says(lists: list[list[int]]) -> None:
    expected: dict[int, float] = {}
    for rows in lists:
        for rank, row in enumerate(rows):
            expected[row] = expected.get(row, 0) + 1 / (60 + rank)
    fused = fuse([ranking(*rows) for rows in lists])
    assert dict(zip(fused.rows.tolist(), fused.scores.tolist(), strict=True)) == pytest.approx(expected)
    assert fused.scores.tolist() == sorted(fused.scores.tolist(), reverse=True)


@given(_LISTS)
def test_order_of_the_rankings_does_not_matter(lists: list[list[int]]) -> None:
    one, other = (fuse([ranking(*rows) for rows in some]) for some in (lists, lists[::-1]))
    assert dict(zip(one.rows.tolist(), one.scores.tolist(), strict=True)) == pytest.approx(
        dict(zip(other.rows.tolist(), other.scores.tolist(), strict=True))
    )
