"""Ranks, shares and discounted gains, against examples worked out by hand."""

import math

import pytest

from bench.retrieval.metrics import figures, found_within, ndcg, reciprocal_rank

RANKED = ["a", "b", "c", "d", "e", "f"]


@pytest.mark.parametrize(
    ("right", "expected"), [({"a"}, 1.0), ({"c"}, 1 / 3), ({"e", "b"}, 0.5), ({"z"}, 0.0), (set[str](), 0.0)]
)
def test_the_first_right_file_decides_the_reciprocal_rank(right, expected) -> None:
    assert reciprocal_rank(RANKED, right) == expected


def test_a_file_beyond_the_depth_is_not_found() -> None:
    assert found_within(RANKED, {"e"}, 5)
    assert not found_within(RANKED, {"f"}, 5)
    assert not found_within([], {"a"}, 5)


def test_one_right_file_gains_by_its_rank() -> None:
    assert ndcg(RANKED, {"a"}) == 1.0
    assert ndcg(RANKED, {"c"}) == pytest.approx(1 / math.log2(4))  # 0.5


def test_several_right_files_are_measured_against_their_best_order() -> None:
    # Ranks 2 and 4: 1/log2(3) + 1/log2(5) of the 1/log2(2) + 1/log2(3) that ranks 1 and 2 would gain.
    assert ndcg(RANKED, {"b", "d"}) == pytest.approx((0.63093 + 0.43068) / (1 + 0.63093), abs=1e-4)


def test_gains_end_at_the_depth() -> None:
    ranked = [f"wrong-{place}" for place in range(10)] + ["right"]

    assert ndcg(ranked, {"right"}) == 0.0
    assert ndcg(ranked, {"right"}, depth=11) == pytest.approx(1 / math.log2(12))


def test_more_right_files_than_the_depth_can_still_be_ranked_perfectly() -> None:
    right = {f"right-{place}" for place in range(12)}

    assert ndcg(sorted(right), right) == pytest.approx(1.0)


def test_figures_are_means_over_the_questions() -> None:
    found = figures([(RANKED, {"a"}), (RANKED, {"b"}), (RANKED, {"f"}), (RANKED, {"z"})])

    assert found.count == 4
    assert found.mrr == pytest.approx((1 + 1 / 2 + 1 / 6 + 0) / 4)
    assert found.r_at_1 == 1 / 4
    assert found.r_at_5 == 2 / 4
    assert found.ndcg_at_10 == pytest.approx((1 + 1 / math.log2(3) + 1 / math.log2(7)) / 4)


def test_the_error_of_the_mean_is_that_of_its_sample() -> None:
    # Reciprocal ranks 1 and 0: deviation sqrt(0.5), over sqrt(2).
    assert figures([(RANKED, {"a"}), (RANKED, {"z"})]).mrr_error == pytest.approx(0.5)
    assert figures([(RANKED, {"b"})]).mrr_error == 0.0


def test_no_answers_have_no_figures() -> None:
    with pytest.raises(ValueError, match="no answers"):
        figures([])
