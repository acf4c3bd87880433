"""How much of a question stands in a chunk, as worked out by hand."""

import math
import re

import pytest

from shared.snippets.querying.chunk_rows import ChunkRow
from shared.snippets.querying.fusion import files_of
from shared.snippets.querying.likeness import defining, likenesses
from shared.snippets.words import index_words


def row(name: str, text: str, index: int = 0) -> ChunkRow:
    return ChunkRow("p", name, "1", index, 1, 1, text, words=index_words(name, (), (), text))


def of(question: str, **texts: str) -> dict[str, float]:
    found = likenesses(question, [row(name, text) for name, text in texts.items()])
    return {name: found["p", name, 0] for name in texts}


def test_what_is_typed_verbatim_has_all_there_is():
    found = of("cannot open the file", a="raise Error('cannot open the file')", b="the file cannot open", c="x")
    assert found["a"] == pytest.approx(8)
    # All words, and one of the three pairs besides.
    assert found["b"] == pytest.approx(2 + 2 * 2 / 3)
    assert found["c"] == 0


def test_words_count_by_how_rare_they_are_among_the_candidates():
    found = of("rare common", a="rare", b="common", c="common")
    rare, common = math.log(4 / 1.5), math.log(4 / 2.5)
    assert found["a"] == pytest.approx(2 * rare / (rare + common))
    assert found["b"] == pytest.approx(2 * common / (rare + common))


def test_endings_and_spelling_of_identifiers_make_no_difference():
    found = of("parsing http dates", a="def parseHttpDate(): ...", b="def unrelated(): ...")
    assert found["a"] > 1.9
    assert found["b"] == 0


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("parseHttpDate", {"b"}),
        ("where is parseHttpDate used", {"b"}),
        # A plain word may be anything; alone it may be a name.
        ("parse a date", set()),
        ("parse", {"c"}),
        ("def parse", {"c"}),
        ("?", set()),
    ],
)
def test_what_defines_a_name_of_the_question_is_told(question: str, expected: set[str]):
    defines = {"a": (), "b": ("parseHttpDate",), "c": ("parse", "date")}
    rows = [ChunkRow("p", name, "1", 0, 1, 1, "", defines=names) for name, names in defines.items()]
    assert defining(question, rows) == {("p", name, 0) for name in expected}


def test_of_a_file_what_is_typed_verbatim_comes_first():
    rows = [row("a", "x"), row("a", "y", 1), row("a", "z", 2)]
    (file,) = files_of(rows, [], (), {("p", "a", 2): 4.0})
    assert [hit.chunk.index for hit in file.hits] == [2, 0, 1]
    (defined,) = files_of(rows, [], (), {("p", "a", 2): 4.0, ("p", "a", 1): 3.5}, {("p", "a", 1)})
    assert [hit.chunk.index for hit in defined.hits] == [1, 2, 0]
    assert defined.score == file.score


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Transport is closing", "raise Error('transport is\n   closing')", True),
        ("_break", "self._break = 1", True),
        ("_break", "do_break()", False),
        ("_break", "xx_break; _break", True),
        ("break", "breaks broken", False),
        ("is closing.", "it is closing.now", True),
        ("cafe\u0301", "caf\u00e9", True),
        ("?!", "?!", False),
    ],
)
def test_what_stands_in_a_text_as_it_was_typed_is_seen(question: str, text: str, expected: bool):
    with_it, without = (of(question, a=each)["a"] for each in (text, re.sub(r"\W+|_", "  . ", text)))
    assert (with_it >= 4, without < 8) == (expected, True)


def test_the_file_that_defines_a_name_stands_before_those_that_use_it():
    rows = [row("user", "x", index) for index in range(3)]
    rows.append(ChunkRow("p", "definer", "1", 0, 1, 1, "", defines=("Name",)))
    names = [file.file[1] for file in files_of(rows, rows, (), {}, {("p", "definer", 0)})]
    assert names == ["user", "definer"]
    names = [file.file[1] for file in files_of(rows, rows, (), {}, {("p", "definer", 0)}, defined_alone=True)]
    assert names == ["definer", "user"]


def test_nothing_asked_or_stored_is_nothing():
    assert of("?", a="x") == {"a": 0}
    assert likenesses("x", [ChunkRow("p", "old", "1", 0, 1, 1, "y = 1\n")]) == {("p", "old", 0): 0}
    assert likenesses("x", []) == {}


def test_a_file_has_the_likeness_of_its_best_chunk_and_one_counts_as_a_first_place():
    rows = [row("a", "x"), row("b", "y"), row("b", "z", 1)]
    likeness = {("p", "b", 0): 0.25, ("p", "b", 1): 1.0}
    files = {file.file[1]: file.score for file in files_of(rows, [], (), likeness)}
    assert files == pytest.approx({"a": 1 / 11, "b": 1 / 12 + 1 / 2 / 13 + 1 / 11})
