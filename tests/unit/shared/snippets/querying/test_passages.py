"""Chunks become passages of whole lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.chunking import chunk
from shared.snippets.querying.chunk_rows import ChunkRow
from shared.snippets.querying.fusion import Hit
from shared.snippets.querying.passages import LONGEST_LINE, Passage, neighbours, passage_of, runs_of

FILE = "".join(f"line {number} of the file\n" for number in range(1, 21))


def rows_of(text: str, size: int, **more: object) -> list[ChunkRow]:
    """Return the chunks of a text in ``chars`` mode."""
    return [
        ChunkRow("p", "a.py", "1", index, each.start_line, each.end_line, each.text, each.mid_line, **more)  # type: ignore[arg-type]
        for index, each in enumerate(chunk(text, size, "chars"))
    ]


def hits(rows: list[ChunkRow], *best_first: int) -> list[Hit]:
    return [Hit(rows[index], 1 / (rank + 1), ("meaning",)) for rank, index in enumerate(best_first)]


def passages(rows: list[ChunkRow], found: list[Hit], terms: set[str], *, read: bool = True) -> list[Passage]:
    """Return the passages; ``read``: the neighbours that are asked for are there."""
    runs = runs_of(found)
    wanted = {key for run in runs for key in neighbours(run, len(rows), terms)}
    texts = {row.key: row.text for row in rows if read and row.key in wanted}
    return [passage_of(run, len(rows), terms, texts) for run in runs]


def test_adjacent_chunks_are_one_passage_and_the_best_comes_first():
    rows = rows_of(FILE, 50)
    runs = runs_of(hits(rows, 3, 0, 4, 1))
    assert [[each.index for each in run.chunks] for run in runs] == [[3, 4], [0, 1]]
    assert [run.best.index for run in runs] == [3, 0]


def test_there_are_three_passages_at_most():
    assert len(runs_of(hits(rows_of(FILE, 20), 0, 2, 4, 6, 8))) == 3


def test_a_passage_has_the_best_similarity_of_its_chunks():
    rows = [
        ChunkRow("p", "a", "1", index, index + 1, index + 1, "x\n", similarity=similarity)
        for index, similarity in enumerate((0.2, None, 0.7, 0.1))
    ]
    (run,) = runs_of(hits(rows, 1, 0, 2))
    assert run.similarity == 0.7
    assert runs_of(hits(rows, 1))[0].similarity is None


def test_a_passage_is_named_after_its_best_chunk():
    rows = [
        ChunkRow("p", "a", "1", 0, 1, 1, "x\n", scope=("Worker",), defines=("start", "stop")),
        ChunkRow("p", "a", "1", 1, 2, 2, "y\n", scope=("Worker", "run")),
        ChunkRow("p", "a", "1", 2, 3, 3, "z\n"),
    ]
    assert [passage_of(run, 3, (), {}).symbol for run in runs_of(hits(rows, 0, 1))] == ["Worker.start"]
    assert passage_of(runs_of(hits(rows, 1))[0], 3, (), {}).symbol == "Worker.run"
    assert passage_of(runs_of(hits(rows, 2))[0], 3, (), {}).symbol is None


def test_lines_that_are_cut_and_hold_no_word_of_the_question_are_left_out():
    rows = rows_of("first line\nsecond line\nthird line\n", 16)
    assert [row.text for row in rows] == ["first line\nsecon", "d line\nthird lin", "e\n"]
    run = runs_of(hits(rows, 0))[0]
    assert neighbours(run, 3, {"first"}) == []
    passage = passage_of(run, 3, {"first"}, {})
    assert (passage.start_line, passage.end_line, passage.text) == (1, 1, "first line\n")


def test_a_line_that_is_cut_and_holds_a_word_is_made_whole():
    rows = rows_of("first line\nsecond line\nthird line\n", 16)
    (passage,) = passages(rows, hits(rows, 1), {"third"})
    assert (passage.start_line, passage.text) == (2, "second line\nthird line\n")


def test_a_chunk_of_two_parts_of_lines_is_made_whole():
    rows = rows_of("a long first line\na long second line\n", 12)
    assert rows[1].text == " line\na long"
    (passage,) = passages(rows, hits(rows, 1), set())
    assert (passage.start_line, passage.text) == (1, "a long first line\na long second line\n")


def test_without_its_neighbour_a_passage_is_not_empty():
    rows = rows_of("a long first line\na long second line\n", 10)
    for index in range(len(rows)):
        (passage,) = passages(rows, hits(rows, index), {"long"}, read=False)
        assert passage.text


def test_a_chunk_of_an_earlier_release_may_begin_anywhere():
    rows = [ChunkRow("p", "a", "1", 1, 4, 6, "tail\nwhole\nmore\n")]
    (passage,) = passages(rows, hits(rows, 0), set())
    assert (passage.start_line, passage.text) == (5, "whole\nmore\n")


def test_of_a_long_line_the_part_around_the_match_is_shown():
    text = "a;" * 2000 + "needle;" + "b;" * 2000 + "\n"
    rows = rows_of(text, 800)
    place = next(row.index for row in rows if "needle" in row.text)
    (passage,) = passages(rows, hits(rows, place), {"needle"})
    assert "needle" in passage.text
    assert len(passage.text) == LONGEST_LINE
    assert passage.text in text
    assert (passage.start_line, passage.end_line) == (1, 1)


def test_a_long_line_among_others_keeps_its_end():
    rows = [ChunkRow("p", "a", "1", 0, 1, 3, "one\n" + "x" * 5000 + "\r\nthree\n", mid_line=False)]
    (passage,) = passages(rows, hits(rows, 0), set())
    assert [len(line) for line in passage.lines] == [4, LONGEST_LINE, 6]
    assert passage.lines[1].endswith("x\r\n")


def test_the_line_that_matters_is_kept_longest():
    rows = [ChunkRow("p", "a", "1", 0, 1, 5, "a\nb\nneedle\nd\ne\n", mid_line=False)]
    (passage,) = passages(rows, hits(rows, 0), {"needle"})
    shortened = [(part.start_line, part.text) for part in map(passage.around, (1, 3, 4, 5))]
    assert shortened == [(3, "needle\n"), (3, "needle\nd\ne\n"), (2, "b\nneedle\nd\ne\n"), (1, passage.text)]


lines = st.lists(st.text("ab \r😀", max_size=12).map("{}\n".format), min_size=1, max_size=12)


@given(
    lines, st.booleans(), st.integers(2, 15), st.sets(st.integers(0, 200), min_size=1), st.sampled_from([set(), {"a"}])
)
def test_passages_are_whole_lines_of_the_file_where_its_numbers_say(
    written: list[str], ended: bool, size: int, places: set[int], terms: set[str]
):
    text = "".join(written) if ended else "".join(written)[:-1]
    rows = rows_of(text, size)
    if not rows:
        return
    expected = [f"{line}\n" for line in text.split("\n")]
    expected[-1] = expected[-1][:-1]
    for passage in passages(rows, hits(rows, *sorted({place % len(rows) for place in places})), terms):
        assert passage.text
        assert passage.lines == tuple(expected[passage.start_line - 1 : passage.end_line])
        assert 0 <= passage.focus < len(passage.lines)


@pytest.mark.parametrize("text", ["\n\n\n", "\n", "x"])
def test_blank_chunks_are_passages_too(text: str):
    rows = [ChunkRow("p", "a", "1", 0, 1, max(1, text.count("\n")), text, mid_line=False)]
    (passage,) = passages(rows, hits(rows, 0), {"x"})
    assert passage.text == text
