"""Whether anything found fits, by the words that it holds."""

from math import log

import pytest

from shared.snippets.querying.chunk_rows import ChunkRow
from shared.snippets.querying.confidence import coverage, is_confident
from shared.snippets.querying.fusion import files_of
from shared.snippets.querying.loose_terms import held


def row(name: str, text: str, index: int = 0, **more: object) -> ChunkRow:
    return ChunkRow("p", name, "1", index, 1, 1, text, **more)  # type: ignore[arg-type]


def of(rows: list[ChunkRow], *terms: str) -> float:
    return coverage(files_of(rows, []), held(rows, terms), terms)


def test_a_rare_word_weighs_more_than_a_common_one():
    rows = [row("a", "zebra"), *(row(str(number), "file") for number in range(9))]
    # Ten chunks: nine hold "file", one "zebra", none "gnu".
    weights = {"file": log(1 + 20 / 14), "zebra": log(1 + 20 / 6), "gnu": log(1 + 20 / 5)}
    assert of(rows, "file", "zebra") == pytest.approx(weights["zebra"] / (weights["file"] + weights["zebra"]))
    assert of(rows, "file", "gnu") == pytest.approx(weights["file"] / (weights["file"] + weights["gnu"]))


def test_all_found_chunks_of_a_file_count_with_path_and_symbols():
    rows = [row("a", "one"), row("a", "x", 5, scope=("Two",), defines=("three",)), row("b", "other")]
    assert of(rows, "one", "two", "three") == pytest.approx(1)
    assert of([row("src/tables.py", "x")], "table") == pytest.approx(1)


def test_one_of_the_five_best_files_will_do():
    rows = [row(str(number), "x") for number in range(7)]
    assert of([*rows[:4], row("fifth", "zebra"), *rows[4:]], "zebra") == pytest.approx(1)
    assert of([*rows[:5], row("sixth", "zebra"), *rows[5:]], "zebra") == 0


def test_words_of_two_files_do_not_add_up():
    assert of([row("a", "one"), row("b", "two")], "one", "two") == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("rows", "terms", "expected"),
    [
        ([row("a", "parse a header")], ("parse", "header"), True),
        ([row("a", "parse a header")], ("marsupial", "taxonomy", "header"), False),
        ([], ("parse",), False),
        ([row("a", "???")], (), False),
        ([], (), False),
    ],
)
def test_below_the_floor_nothing_fits(rows: list[ChunkRow], terms: tuple[str, ...], expected: bool):
    assert is_confident(files_of(rows, []), held(rows, terms), terms) is expected
