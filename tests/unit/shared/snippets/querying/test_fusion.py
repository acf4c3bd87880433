"""Two lists of chunks become one of files, as worked out by hand."""

import pytest

from shared.snippets.querying.chunk_rows import ChunkRow
from shared.snippets.querying.fusion import files_of, hits_of


def row(name: str, index: int = 0, similarity: float | None = None, project: str = "p") -> ChunkRow:
    return ChunkRow(project, name, "1", index, 1, 1, "text\n", similarity=similarity)


def test_a_file_counts_with_its_three_best_chunks_of_each_list():
    meaning = [row("a", 0, 0.9), row("b", 0, 0.8), row("a", 1, 0.7), row("a", 2, 0.6), row("a", 3, 0.5)]
    words = [row("b", 0), row("c", 0), row("a", 3)]
    files = {file.file[1]: file for file in files_of(meaning, words)}
    assert files["a"].score == pytest.approx(1 / 11 + 1 / 2 / 13 + 1 / 4 / 14 + 1 / 13)
    assert files["b"].score == pytest.approx(1 / 12 + 1 / 11)
    assert files["c"].score == pytest.approx(1 / 12)
    assert [file.file[1] for file in files_of(meaning, words)] == ["a", "b", "c"]


def test_a_file_says_which_lists_hold_it():
    files = files_of([row("a", 0, 0.9), row("b", 0, 0.8)], [row("b", 1), row("c")])
    assert {file.file[1]: file.matched_by for file in files} == {
        "a": ("meaning",),
        "b": ("meaning", "words"),
        "c": ("words",),
    }


def test_a_chunk_of_both_lists_counts_twice_and_keeps_its_similarity():
    hits = hits_of([row("a", 0, 0.9), row("b", 0, 0.8)], [row("c"), row("b", 0)])
    assert [(hit.chunk.name, hit.chunk.similarity) for hit in hits] == [("b", 0.8), ("a", 0.9), ("c", None)]
    assert hits[0].score == pytest.approx(1 / 12 + 1 / 12)
    assert hits[0].matched_by == ("meaning", "words")


def test_hits_of_a_file_come_best_first():
    (file,) = files_of([row("a", 4, 0.9), row("a", 1, 0.8)], [row("a", 2), row("a", 1)])
    assert [hit.chunk.index for hit in file.hits] == [1, 2, 4]


def test_ties_are_broken_by_project_name_and_index():
    assert [file.file for file in files_of([row("b", project="q"), row("z")], [row("a", project="q"), row("a")])] == [
        ("q", "a"),
        ("q", "b"),
        ("p", "a"),
        ("p", "z"),
    ]
    assert [hit.chunk.index for hit in hits_of([row("a", 7)], [row("a", 3)])] == [3, 7]


def test_the_mean_vector_of_a_file_counts_as_one_chunk_more():
    files = files_of([row("a"), row("b")], [], [("p", "b"), ("p", "unseen"), ("p", "a")])
    assert [(file.file[1], file.score) for file in files] == [
        ("b", pytest.approx(1 / 12 + 1 / 11)),
        ("a", pytest.approx(1 / 11 + 1 / 13)),
    ]


def test_nothing_found_is_no_file():
    assert files_of([], []) == []
