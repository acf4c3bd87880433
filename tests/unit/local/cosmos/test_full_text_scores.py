"""Words, phrases and BM25 against values worked out by hand."""

import math

import pytest

from local.cosmos.bm25 import Statistics, idf, score
from local.cosmos.sql.rank_fusion import depth, fuse
from local.cosmos.words import occurrences, term, words


def test_words_are_runs_of_word_characters_in_lower_case():
    assert words("parse_url(HTTP-Date), Größe x2") == ["parse_url", "http", "date", "größe", "x2"]
    assert words(" ... ") == []


@pytest.mark.parametrize(
    ("text", "sought", "count"),
    [
        ("a b a", "a", 2),
        ("a b a", "A", 2),
        ("a b a b", "a b", 2),
        ("a b a b", "b a", 1),
        ("a a a", "a a", 1),
        ("ab c", "b c", 0),
        ("a b", "a b c", 0),
        ("a", "!", 0),
        ("", "a", 0),
    ],
)
def test_a_phrase_is_found_where_its_words_follow_one_another(text: str, sought: str, count: int):
    assert occurrences(words(text), term(sought)) == count


def test_score_is_the_published_formula():
    # Two of four items hold the term; the text has 6 words, the mean is 4; the term occurs 3 times.
    statistics = Statistics(items=4, words=16, hits=(2,))
    # ln(1 + 2.5 / 2.5) * 3 * 2.2 / (3 + 1.2 * (0.25 + 0.75 * 1.5)) = 0.693147 * 6.6 / 4.65
    assert score([3], 6, statistics) == pytest.approx(0.983_821_8, abs=1e-7)


def test_score_of_several_terms_is_their_sum_and_of_none_is_zero():
    statistics = Statistics(items=10, words=50, hits=(1, 5))
    assert score([1, 2], 5, statistics) == pytest.approx(
        score([1, 0], 5, statistics) + score([0, 2], 5, statistics), rel=1e-12
    )
    assert score([0, 0], 5, statistics) == 0


@pytest.mark.parametrize(("items", "hits"), [(0, 0), (0, 3), (3, 9), (5, 5)])
def test_no_statistics_make_a_term_count_against_a_text(items: int, hits: int):
    assert idf(items, hits) >= 0
    assert math.isfinite(score([2], 3, Statistics(items, 0, (hits,))))


def test_ranks_are_fused_with_constant_60_and_equal_scores_have_one_rank():
    text, vector = {1: 3.0, 2: 3.0, 3: 1.0}, {1: 0.1, 2: 0.2, 4: 0.9}
    # Ranks: text 1, 1, 2, and 3 for what has no score; vector 3, 2, 4 and 1.
    expected = {1: 1 / 61 + 1 / 63, 2: 1 / 61 + 1 / 62, 3: 1 / 62 + 1 / 64, 4: 1 / 63 + 1 / 61}
    fused = fuse([4, 3, 2, 1], [text, vector], (1.0, 1.0), order=str)
    assert fused == sorted(expected, key=lambda item: (-expected[item], str(item)))


def test_weights_weigh_and_a_negative_one_turns_a_ranking_round():
    text, vector = {1: 3.0, 2: 1.0}, {1: 0.1, 2: 0.2}
    assert fuse([1, 2], [text, vector], (2.0, 1.0), order=str) == [1, 2]
    assert fuse([1, 2], [text, vector], (1.0, 2.0), order=str) == [2, 1]
    assert fuse([1, 2], [text, vector], (-2.0, 1.0), order=str) == [2, 1]
    assert fuse([1, 2, 3], [text], (-1.0,), order=str) == [2, 1, 3]


def test_fusion_looks_deeper_than_what_is_wanted():
    assert (depth(10), depth(500)) == (120, 1000)
