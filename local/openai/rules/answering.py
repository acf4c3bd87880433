"""Which rules answer which request."""

from collections.abc import Callable
from typing import Any

import orjson
from pydantic import ValidationError

from local.openai.chat.answers import MODEL
from local.openai.chat.requests import AnswerForm, ChatRequest
from local.openai.chat.schemas import is_of
from local.openai.refusals import Refusal
from local.openai.rules.analysis import analyse
from local.openai.rules.data_block import find_block
from local.openai.rules.questions import AnalysisQuestion, ColourQuestion, RepoQuestion, ScoreQuestion, SynonymQuestion
from local.openai.rules.repositories import answer_question
from local.openai.rules.resins import neighbours
from local.openai.rules.scoring import judge

_SELF = (
    f"I am {MODEL}: rules that answer the prompts of Fanwise, and no language model. "
    "Set AZURE_OPENAI_ENDPOINT to an account with a real deployment for anything else."
)


def content_for(request: ChatRequest) -> str:
    """Return the text of the answer.

    Raises:
        Refusal: The answer has a schema that the rules do not know, or there is no data that they can read.
    """
    if request.form.kind == "text":
        return _SELF
    if request.form.kind == "json_object":
        return orjson.dumps({"model": MODEL, "answer": _SELF}).decode()
    document = _rules(request.form)(find_block(request.turns))
    if not is_of(request.form.schema, document):
        raise Refusal(
            400,
            f"The schema {request.form.name!r} is not the one that {MODEL} answers: it cannot give a valid answer.",
            param="response_format",
        )
    return orjson.dumps(document).decode()


def _rules(form: AnswerForm) -> Callable[[dict[str, object]], dict[str, Any]]:
    rules = _RULES.get(form.name)
    if rules is None:
        raise Refusal(
            400,
            f"{MODEL} cannot answer in the schema {form.name!r}; it knows {', '.join(map(repr, _RULES))}.",
            param="response_format",
        )

    def answered(block: dict[str, object]) -> dict[str, Any]:
        try:
            return rules(block)
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5])
            raise Refusal(400, f"{MODEL} cannot read the data block: {wrong}", param="messages") from error

    return answered


def _synonyms(block: dict[str, object]) -> dict[str, Any]:
    return {"resins": list(neighbours(SynonymQuestion.model_validate(block).resin.code))}


def _colours(block: dict[str, object]) -> dict[str, Any]:
    # Whoever asks has looked the words up already, and rules know no more of them.
    unread = {"is_colour": False, "meaning": "", "L": 0.0, "a": 0.0, "b": 0.0, "reach": 0.0}
    words = dict.fromkeys(ColourQuestion.model_validate(block).words)
    return {"readings": [{"words": each, **unread} for each in words]}


def _scores(block: dict[str, object]) -> dict[str, Any]:
    question = ScoreQuestion.model_validate(block)
    verdicts = [(material.id, judge(question.request, material)) for material in question.materials]
    return {"scores": [{"id": name, "score": each.score, "explanation": each.reason} for name, each in verdicts]}


def _analysis(block: dict[str, object]) -> dict[str, Any]:
    return analyse(AnalysisQuestion.model_validate(block))


def _repositories(block: dict[str, object]) -> dict[str, Any]:
    return answer_question(RepoQuestion.model_validate(block))


_RULES: dict[str, Callable[[dict[str, object]], dict[str, Any]]] = {
    "synonym_resins": _synonyms,
    "colour_words": _colours,
    "score_chunk": _scores,
    "overall_analysis": _analysis,
    "repo_answer": _repositories,
}
SCHEMAS = tuple(_RULES)
