"""Words: how they are compared, which of them tell something, what says the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.repo_scoring.words import MOST_WORDS, asked_words, general_terms, same_as, term_of, told_terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("repositories", "Repository"),
        ("Containers", "container"),
        ("templates", "TEMPLATE"),
        ("straße", "STRASSE"),
    ],
)
def test_singular_and_plural_are_the_same_in_any_case(one, other):
    assert term_of(one) == term_of(other)


@pytest.mark.parametrize("word", ["css", "aws", "js", "status", "class"])
def test_a_final_s_that_is_no_plural_stays(word):
    assert term_of(word) == word


def test_a_question_is_about_its_telling_words_alone():
    found = asked_words("Which of my repositories show Kubernetes experience?")
    assert [word.text for word in found] == ["Kubernetes"]


def test_a_question_of_untelling_words_is_taken_at_its_word():
    assert [word.text for word in asked_words("my project")] == ["my", "project"]


def test_a_word_is_asked_for_once():
    assert [word.text for word in asked_words("docker Docker dockers")] == ["dockers"]


@pytest.mark.parametrize(("text", "terms"), [("C++ and C#", {"c++", "c#"}), ("F# on .NET", {"f#", "net"})])
def test_plus_and_hash_belong_to_names_of_languages(text, terms):
    assert {word.term for word in asked_words(text)} - {"and", "on"} == terms


def test_parts_of_camel_case_are_told_too():
    assert {"markupsafe", "markup", "safe", "html", "parser"} <= told_terms("MarkupSafe HTMLParser")


def test_what_says_the_same_is_told_too():
    assert {"kubernete", "machine", "learning"} <= told_terms("k8s for ml")


def test_a_narrower_word_speaks_of_the_general_ones():
    assert general_terms({"aks"}) == {"kubernete", "container"}
    assert general_terms({"kubernete"}) == {"container"}
    assert not same_as("aks")


@given(st.text())
def test_any_text_can_be_asked_and_told(text):
    assert len(asked_words(text * 3)) <= MOST_WORDS
    assert all(told_terms(text))


def test_endless_runs_of_letters_are_no_words():
    assert told_terms("x" * 10_000) == set()
