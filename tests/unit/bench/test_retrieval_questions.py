"""The frozen questions mean something: their answers are in the corpus, and the question does not give them away."""

import pytest

from bench.retrieval.corpus import listed
from bench.retrieval.questions import LEAST, Question, answerable, faults, named_words, read_questions

NAMES = [name for names in listed().values() for name in names]


def test_the_questions_are_sound() -> None:
    assert faults(read_questions(), NAMES) == []


def test_other_languages_are_those_promised() -> None:
    asked = read_questions()

    assert {each.language for each in asked if each.kind == "language"} == {"de", "fr", "es", "ja"}
    assert {each.language for each in asked if each.kind != "language"} == {"en"}


def test_a_question_about_a_file_that_is_not_listed_is_found() -> None:
    assert "npm/nowhere.js is not in the corpus: Where?" in faults(
        [Question("plain", "Where?", frozenset({"npm/nowhere.js"}))], NAMES
    )


def test_a_question_asked_twice_is_found() -> None:
    asked = [Question("none", "How do  volcanoes form"), Question("none", "how do volcanoes form")]

    assert "asked 2 times: how do volcanoes form" in faults(asked, NAMES)


@pytest.mark.parametrize(
    ("kind", "right"), [("none", {"python/os.py"}), ("plain", set[str]()), ("identifier", set[str]())]
)
def test_only_questions_without_an_answer_have_no_right_file(kind, right) -> None:
    found = faults([Question(kind, "What?", frozenset(right))], NAMES)

    assert f"{len(right)} right files for a question of the kind '{kind}': What?" in found


def test_unknown_and_scarce_kinds_are_found() -> None:
    found = faults([Question("riddle", "What?", frozenset({"python/os.py"}))], NAMES)

    assert "unknown kind 'riddle': What?" in found
    assert f"0 questions of the kind 'plain', expected {LEAST['plain']} or more" in found


@pytest.mark.parametrize(
    ("text", "right", "expected"),
    [
        ("call it later, debounced", "npm/lodash/debounce.js", set[str]()),
        ("debounce a call", "npm/lodash/debounce.js", {"debounce"}),
        ("compare two arrays", "npm/lodash/_equalArrays.js", {"array"}),
        ("join paths", "npm/@protobufjs/path/index.js", {"path"}),
        ("a set of things to get", "python/io.py", set[str]()),
        ("weighted by load", "npm/x/load-balancer.d.ts", {"load"}),
    ],
)
def test_words_of_a_file_name_in_a_question_are_found(text, right, expected) -> None:
    assert named_words(Question("plain", text, frozenset({right}))) == expected


def test_questions_are_left_out_whose_files_are_not_all_there() -> None:
    both = Question("plain", "both", frozenset({"a", "b"}))
    one = Question("plain", "one", frozenset({"a"}))
    none = Question("none", "none")

    assert answerable([both, one, none], {"a": "text"}) == [one, none]
