"""An answer is as large as it may be, and not a byte larger."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.responses import create_success_response
from shared.snippets.querying.budget import ANSWER_BYTES, with_chunks, with_passages
from shared.snippets.querying.highlights import highlights
from shared.snippets.querying.passages import Passage

FRAME = {"query": "x", "projectId": None, "k": 5, "confident": True}


def file(name: str) -> dict[str, Any]:
    return {"projectId": "p", "name": name, "score": 0.1, "matchedBy": ["words"]}


def render(passage: Passage) -> dict[str, Any]:
    fields = {"startLine": passage.start_line, "endLine": passage.end_line, "text": passage.text}
    return fields | {"highlights": highlights(passage.text, {"a"})}


def passage(*lines: str, focus: int = 0) -> Passage:
    return Passage(None, 1, lines, None, focus)


def sent(answer: dict[str, Any]) -> int:
    return len(create_success_response(answer).get_body())


def test_what_fits_is_left_alone():
    answer = with_passages(FRAME, [(file("a"), [passage("x\n")]), (file("b"), [])], render, None)
    assert [len(result["passages"]) for result in answer["results"]] == [1, 0]
    assert answer["query"] == "x"


def test_lower_files_lose_their_passages_first_and_keep_the_rest():
    large = passage(*["x" * 99 + "\n"] * 100)
    answer = with_passages(FRAME, [(file(name), [large, large]) for name in "abcd"], render, None)
    assert [len(result["passages"]) for result in answer["results"]] == [2, 1, 0, 0]
    assert [result["name"] for result in answer["results"]] == ["a", "b", "c", "d"]


def test_what_fits_in_part_has_whole_lines_around_the_one_that_matters():
    text = [f"{number:098d}\n" for number in range(300)]
    answer = with_passages(FRAME, [(file("a"), [passage(*text, focus=250)])], render, None)
    (shown,) = answer["results"][0]["passages"]
    assert shown["text"].splitlines(keepends=True) == text[shown["startLine"] - 1 : shown["endLine"]]
    assert shown["startLine"] <= 251 <= shown["endLine"]
    # One line more would be too many.
    assert ANSWER_BYTES - 120 <= sent(answer) <= ANSWER_BYTES


def test_max_chars_bounds_the_text_of_all_passages_in_place_of_the_answer():
    files = [(file(name), [passage(*["x" * 99 + "\n"] * 400)]) for name in "abc"]
    answer = with_passages(FRAME, files, render, 60_050)
    texts = [shown["text"] for result in answer["results"] for shown in result["passages"]]
    assert [len(text) for text in texts] == [40_000, 20_000]


def test_a_name_that_finds_no_place_takes_its_file_with_it():
    names = [str(number) + "n" * 500 for number in range(60)]
    answer = with_passages(FRAME, [(file(name), [passage("x\n")]) for name in names], render, None)
    assert 0 < len(answer["results"]) < 60
    assert [result["name"] for result in answer["results"]] == names[: len(answer["results"])]
    assert sent(answer) <= ANSWER_BYTES


texts = st.text(st.characters(codec="utf-8"), max_size=40).map(lambda text: text.replace("\n", "") + "\n")
passages = st.builds(
    lambda lines, times, focus: Passage(None, 1, tuple(lines * times), 0.5, focus % (len(lines) * times)),
    st.lists(texts, min_size=1, max_size=5),
    st.integers(1, 200),
    st.integers(0, 999),
)
files = st.lists(st.tuples(st.text(min_size=1, max_size=500).map(file), st.lists(passages, max_size=3)), max_size=20)


@given(files, st.none() | st.integers(1_000, 30_000))
def test_no_answer_is_too_large(found: list[tuple[dict[str, Any], list[Passage]]], most: int | None):
    answer = with_passages(FRAME, found, render, most)
    shown = [passage for result in answer["results"] for passage in result["passages"]]
    if most is None:
        assert sent(answer) <= ANSWER_BYTES
    else:
        assert sum(len(each["text"]) for each in shown) <= most
    assert all(each["text"] for each in shown)
    first = [passage for _, of_file in found for passage in of_file]
    assert bool(shown) == bool(first)


def chunk(index: int, text: str) -> dict[str, Any]:
    return {"chunkIndex": index, "startLine": 1, "endLine": text.count("\n") or 1, "text": text}


def test_chunks_come_grouped_by_file_best_file_first():
    found = [(file("b"), chunk(3, "x")), (file("a"), chunk(0, "x")), (file("b"), chunk(1, "x"))]
    answer = with_chunks(FRAME, found, None)
    assert [(each["name"], [row["chunkIndex"] for row in each["chunks"]]) for each in answer["results"]] == [
        ("b", [3, 1]),
        ("a", [0]),
    ]


def test_of_chunks_the_lower_ones_are_left_out():
    found = [(file("a"), chunk(index, "x" * 7_000)) for index in range(5)]
    answer = with_chunks(FRAME, found, None)
    assert len(answer["results"][0]["chunks"]) == 3
    assert len(with_chunks(FRAME, found, 14_000)["results"][0]["chunks"]) == 2


@pytest.mark.parametrize(("text", "lines"), [("😀" * 6_400, 1), (("\0" * 999 + "\n") * 6, 3)])
def test_one_chunk_that_is_too_large_is_cut(text: str, lines: int):
    answer = with_chunks(FRAME, [(file("a"), chunk(0, text)), (file("b"), chunk(1, "x"))], None)
    (row,) = answer["results"][0]["chunks"]
    assert text.startswith(row["text"])
    assert row["endLine"] == lines
    assert ANSWER_BYTES - 6_010 < sent(answer) <= ANSWER_BYTES


@given(st.lists(st.tuples(st.sampled_from("abc").map(file), st.builds(chunk, st.integers(), texts)), max_size=300))
def test_no_answer_of_chunks_is_too_large(found: list[tuple[dict[str, Any], dict[str, Any]]]):
    answer = with_chunks(FRAME, found, None)
    assert sent(answer) <= ANSWER_BYTES
    assert json.loads(create_success_response(answer).get_body()) == answer
