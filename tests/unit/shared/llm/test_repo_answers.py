"""Answers to questions about repositories, checked before anything is done with them."""

import json

import pytest

from shared.llm.answers import LONGEST_EXPLANATION, LONGEST_REPO_ANSWER, BadAnswer, read_repo_answer

SENT = {"orbit", "shop"}


def answer(text="orbit shows it.", citations=(("orbit", "Helm charts."),), **more):
    named = [{"repository": name, "reason": reason} for name, reason in citations]
    return json.dumps({"answer": text, "citations": named} | more)


def test_an_answer_is_read_with_its_citations():
    found = read_repo_answer(answer(), SENT)
    assert found.answer == "orbit shows it."
    assert [(each.repository, each.reason) for each in found.citations] == [("orbit", "Helm charts.")]


def test_an_answer_may_cite_nothing():
    assert read_repo_answer(answer("None does.", ()), SENT).citations == []


def test_texts_are_trimmed_and_on_one_line():
    found = read_repo_answer(answer("x" * 9_000, (("shop", "a\n\u202eb\x1b" + "c" * 900),)), SENT)
    assert len(found.answer) == LONGEST_REPO_ANSWER
    assert len(found.citations[0].reason) == LONGEST_EXPLANATION
    assert found.citations[0].reason.startswith("a b c")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (answer(citations=(("evil", "x"),)), "citations: 'evil' was not in the block"),
        (answer(citations=(("ORBIT", "x"),)), "'ORBIT' was not in the block"),
        (answer(citations=(("shop", "x"), ("shop", "y"))), "'shop' stands in it twice"),
        (answer(" \u200b "), "answer: is empty"),
        (answer(more=1), "more: Extra inputs"),
        (answer().replace("reason", "why"), "reason: Field required"),
        ("no JSON", "Invalid JSON"),
        ('{"answer": 5, "citations": []}', "answer: Input should be a valid string"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused(text, fault):
    with pytest.raises(BadAnswer, match=fault):
        read_repo_answer(text, SENT)
