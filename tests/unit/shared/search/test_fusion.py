"""Several lists of results become one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.search.contracts import Candidate, SearchHits
from shared.search.fusion import RRF_K, fuse

IDS = st.lists(st.sampled_from("abcdefgh"), unique=True)


def found(search_type: str, *names: str) -> SearchHits:
    results = [Candidate(id=name, search_score=1.0, text=search_type, found_by=(search_type,)) for name in names]
    return SearchHits(search_type=search_type, results=tuple(results))


def test_scores_are_reciprocal_ranks_summed_as_published():
    fused = fuse([found("base", "a", "b"), found("synonym_1", "b")])
    scores = {candidate.id: candidate.fused_score for candidate in fused}
    assert scores["a"] == pytest.approx(1 / (RRF_K + 1), abs=1e-6)
    assert scores["b"] == pytest.approx(1 / (RRF_K + 2) + 0.9 / (RRF_K + 1), abs=1e-6)


def test_what_two_searches_found_comes_before_what_one_found():
    assert [each.id for each in fuse([found("base", "a", "b"), found("synonym_1", "b")])] == ["b", "a"]


def test_the_best_find_of_a_synonym_stands_behind_the_first_seven_of_the_base_search():
    base = found("base", *(f"m{number:02}" for number in range(1, 12)))
    assert [each.id for each in fuse([base, found("synonym_1", "x")])].index("x") == 7


def test_a_material_keeps_what_the_base_search_said_of_it_and_names_all_that_found_it():
    (only,) = fuse([found("synonym_2", "a"), found("base", "a"), found("synonym_1", "a")])
    assert (only.text, only.found_by) == ("base", ("base", "synonym_2", "synonym_1"))


def test_ties_are_broken_by_id():
    fused = fuse([found("synonym_1", "z"), found("synonym_2", "b")])
    assert [each.id for each in fused] == ["b", "z"]


def test_nothing_found_is_nothing():
    assert fuse([]) == fuse([found("base")]) == ()


@given(IDS, IDS, IDS)
def test_every_material_is_there_once_whatever_found_it(base, first, second):
    searches = [found("base", *base), found("synonym_1", *first), found("synonym_2", *second)]
    fused = fuse(searches)
    assert sorted(each.id for each in fused) == sorted({*base, *first, *second})
    assert fused == fuse(list(reversed(searches))) or len({*first} & {*second}) > 0
    scores = [each.fused_score for each in fused]
    assert scores == sorted(scores, reverse=True)
