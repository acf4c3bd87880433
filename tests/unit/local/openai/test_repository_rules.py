"""``offline-rules`` on questions about repositories."""

from local.openai.rules.questions import RepoQuestion
from local.openai.rules.repositories import answer_question


def asked(*repositories):
    fields = ("name", "score", "matched")
    return answer_question(
        RepoQuestion.model_validate({"repositories": [dict(zip(fields, each, strict=True)) for each in repositories]})
    )


def cited(answer):
    return [each["repository"] for each in answer["citations"]]


def test_the_answer_says_that_it_is_of_rules_and_names_the_best():
    answer = asked(("shop", 0.5, ["aks"]), ("orbit", 0.9, ["kubernetes", "helm"]))
    assert "offline-rules, which are rules and no language model" in answer["answer"]
    assert "orbit fits best with a score of 0.90; it tells of kubernetes and helm. shop follows." in answer["answer"]
    assert cited(answer) == ["orbit", "shop"]


def test_what_fits_far_less_than_the_best_is_not_cited():
    assert cited(asked(("a", 0.9, ["x"]), ("b", 0.4, ["x"]))) == ["a"]


def test_where_no_word_was_found_meaning_has_to_be_alike():
    assert cited(asked(("a", 0.3, []), ("b", 0.2, []))) == ["a"]
    answer = asked(("a", 0.2, []))
    assert cited(answer) == []
    assert "No repository shows what the question asks for" in answer["answer"]


def test_the_reason_names_the_main_language_and_is_short():
    question = {"name": "a", "score": 1, "matched": ["w" * 90] * 5, "languages": [{"language": "Go", "percent": 98.7}]}
    answer = answer_question(RepoQuestion.model_validate({"repositories": [question | {"matched": ["x"]}]}))
    assert answer["citations"][0]["reason"] == "Score 1.00; it tells of x, written mostly in Go (99%)."
    long = answer_question(RepoQuestion.model_validate({"repositories": [question]}))
    assert len(long["citations"][0]["reason"]) == 200


def test_no_repositories_are_no_answer():
    assert cited(asked()) == []
