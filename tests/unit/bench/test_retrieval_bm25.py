"""The word index that code search is measured against."""

import math

import pytest

from bench.retrieval.bm25 import PIECE, Bm25, index_terms, split_words, stem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("getHTTPServer", ["get", "http", "server"]),
        ("run_to_end", ["run", "to", "end"]),
        ("_private.méthode(x2)", ["private", "méthode", "x2"]),
        ("__init__", ["init"]),
        ("元号で", ["元号で"]),
        ("... !", []),
    ],
)
def test_identifiers_are_split(text, expected) -> None:
    assert split_words(text) == expected


def test_an_identifier_is_indexed_in_parts_and_as_a_whole() -> None:
    assert index_terms("the parsedHeaders of it") == ["pars", "header", "parsedheaders"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [("waiting", "wait"), ("headers", "header"), ("matches", "match"), ("ring", "ring"), ("uses", "uses")],
)
def test_an_ending_goes_only_if_a_word_is_left(word, expected) -> None:
    assert stem(word) == expected


def test_a_score_is_that_of_the_formula() -> None:
    index = Bm25({"x": "apple apple pear", "y": "pear plum fig kiwi"})
    # Each piece carries its file's name: lengths 4 and 5, mean 4.5. "apple" twice in one of two pieces.
    idf = math.log(1 + (2 - 1 + 0.5) / (1 + 0.5))
    expected = idf * 2 * 2.2 / (2 + 1.2 * (1 - 0.75 + 0.75 * 4 / 4.5))

    assert index.scores("apple") == {"x": pytest.approx(expected)}


def test_a_rare_word_outweighs_a_common_one() -> None:
    texts = {"a": "common rare", "b": "common common", "c": "common thing"}

    assert Bm25(texts).files("common rare")[0] == "a"


def test_a_file_counts_by_its_best_piece() -> None:
    filler = "x " * (PIECE // 2)
    texts = {"late": filler + "needle needle", "weak": "needle in much hay " + "hay " * 100}

    assert Bm25(texts).files("needle") == ["late", "weak"]


def test_ties_go_by_name_and_files_without_a_word_of_the_question_are_left_out() -> None:
    texts = {"b": "same text", "a": "same text", "c": "nothing"}

    assert Bm25(texts).files("same") == ["a", "b"]
    assert Bm25(texts).files("the of it") == []
    assert Bm25({}).files("anything") == []
