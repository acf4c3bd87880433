"""What a language model answered, checked before anything is done with it.

The service is told the schema too, but not every deployment keeps to it, and no schema knows which materials were sent.
"""

import re
from collections import Counter
from collections.abc import Collection
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

LONGEST_EXPLANATION = 200
LONGEST_SUMMARY = 1_500
LONGEST_CAVEAT = 300
MOST_CAVEATS = 5
LONGEST_REPO_ANSWER = 3_000
LONGEST_MEANING = 60
MOST_SYNONYMS = 3
LONGEST_RESIN = 60

# dE CMC(2:1): a name such as "signal blue" is a single colour seen by eye; "blue" is about a sixth of the hue circle.
NARROWEST_REACH = 3.0
WIDEST_REACH = 25.0

# A hundred explanations of 200 characters, each character written as \uXXXX, with room to spare.
_LONGEST_ANSWER = 200_000
_MOST_ENTRIES = 1_000
_FAULTS_NAMED = 5
# Line ends and what a terminal or a page would act upon: an answer is shown to people, and lands in logs.
_NOT_SHOWN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")


class BadAnswer(Exception):
    """An answer that cannot be used; the text says what is wrong with it, in words for the model."""


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class MaterialScore(_Answer):
    """``score``: 0 to 100."""

    id: str
    score: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
    explanation: str


class ScoreAnswer(_Answer):
    scores: Annotated[list[MaterialScore], Field(max_length=_MOST_ENTRIES)]


class SynonymAnswer(_Answer):
    resins: Annotated[list[str], Field(max_length=_MOST_ENTRIES)]


class ColourMeaning(_Answer):
    """``L``, ``a``, ``b``: CIELAB; ``reach``: dE CMC(2:1); all of no meaning where ``is_colour`` is False."""

    words: str
    is_colour: bool
    meaning: str
    L: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
    a: Annotated[float, Field(ge=-128, le=127, allow_inf_nan=False)]
    b: Annotated[float, Field(ge=-128, le=127, allow_inf_nan=False)]
    reach: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class ColoursAnswer(_Answer):
    readings: Annotated[list[ColourMeaning], Field(max_length=_MOST_ENTRIES)]


class AnalysisAnswer(_Answer):
    summary: str
    best_match: str | None
    caveats: Annotated[list[str], Field(max_length=_MOST_ENTRIES)]


class Citation(_Answer):
    """``repository``: its name; ``reason``: what it shows."""

    repository: str
    reason: str


class RepoAnswer(_Answer):
    answer: str
    citations: Annotated[list[Citation], Field(max_length=_MOST_ENTRIES)]


Answer = TypeVar("Answer", bound=_Answer)


def read_scores(text: str, sent: Collection[str]) -> list[MaterialScore]:
    """Return the scores, explanations trimmed to 200 characters, in the order of the answer.

    ``sent``: ids of the materials that were asked about. One that the answer leaves out has no score.

    Raises:
        BadAnswer: It breaks the schema, scores outside 0 to 100, names another material, or names one twice.
    """
    answer = _parsed(ScoreAnswer, text)
    _check_known("scores", [entry.id for entry in answer.scores], sent)
    return [
        MaterialScore(
            id=entry.id, score=round(entry.score, 1), explanation=shown(entry.explanation, LONGEST_EXPLANATION)
        )
        for entry in answer.scores
    ]


def read_synonyms(text: str) -> list[str]:
    """Return the first three resins as they were written, blanks trimmed.

    Raises:
        BadAnswer: It breaks the schema, or names what is no code.
    """
    named = [shown(resin, LONGEST_RESIN + 1) for resin in _parsed(SynonymAnswer, text).resins]
    for resin in named:
        if not 0 < len(resin) <= LONGEST_RESIN:
            raise BadAnswer(f"resins: {_quoted(resin)} is no code; expected 1 to {LONGEST_RESIN} characters")
    return named


def read_colours(text: str, sent: Collection[str]) -> list[ColourMeaning]:
    """Return the words that name a colour, in the order of the answer; ``reach`` is brought to what colours have.

    ``sent``: the words that were asked about. Those that the answer leaves out were not read.

    Raises:
        BadAnswer: It breaks the schema, names a colour that is none, or words that were not sent, or some twice.
    """
    readings = _parsed(ColoursAnswer, text).readings
    _check_known("readings", [reading.words for reading in readings], sent)
    return [
        reading.model_copy(
            update={
                "meaning": shown(reading.meaning, LONGEST_MEANING) or shown(reading.words, LONGEST_MEANING),
                "reach": min(max(reading.reach, NARROWEST_REACH), WIDEST_REACH),
            }
        )
        for reading in readings
        if reading.is_colour
    ]


def read_analysis(text: str, sent: Collection[str]) -> AnalysisAnswer:
    """Return the analysis, its texts trimmed to what a page can show; ``sent``: ids of the results.

    Raises:
        BadAnswer: It breaks the schema, recommends what is no result, or says nothing.
    """
    answer = _parsed(AnalysisAnswer, text)
    if answer.best_match is not None:
        _check_known("best_match", [answer.best_match], sent)
    summary = shown(answer.summary, LONGEST_SUMMARY)
    if not summary:
        raise BadAnswer("summary: is empty; expected two to four sentences")
    caveats = [caveat for each in answer.caveats if (caveat := shown(each, LONGEST_CAVEAT))]
    return AnalysisAnswer(summary=summary, best_match=answer.best_match, caveats=caveats[:MOST_CAVEATS])


def read_repo_answer(text: str, sent: Collection[str]) -> RepoAnswer:
    """Return the answer to a question about repositories, its texts trimmed; ``sent``: names of the repositories.

    Raises:
        BadAnswer: It breaks the schema, cites what was not sent or one repository twice, or says nothing.
    """
    answer = _parsed(RepoAnswer, text)
    _check_known("citations", [citation.repository for citation in answer.citations], sent)
    said = shown(answer.answer, LONGEST_REPO_ANSWER)
    if not said:
        raise BadAnswer("answer: is empty; expected two to five sentences")
    citations = [
        Citation(repository=each.repository, reason=shown(each.reason, LONGEST_EXPLANATION))
        for each in answer.citations
    ]
    return RepoAnswer(answer=said, citations=citations)


def shown(text: str, longest: int) -> str:
    """Return ``text`` on one line without control characters, at most ``longest`` long; ``…`` stands for the rest."""
    line = _NOT_SHOWN.sub(" ", text).strip()
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _parsed(model: type[Answer], text: str) -> Answer:
    if len(text) > _LONGEST_ANSWER:
        raise BadAnswer(f"the answer has {len(text):,} characters; expected at most {_LONGEST_ANSWER:,}")
    try:
        return model.model_validate_json(text.encode("utf-8", "replace"))
    except ValidationError as error:
        raise BadAnswer("; ".join(_fault(each) for each in error.errors()[:_FAULTS_NAMED])) from error


def _fault(error: Any) -> str:
    place = ".".join(map(str, error["loc"]))
    return f"{place or 'the answer'}: {error['msg']}"[:300]


def _check_known(place: str, ids: list[str], sent: Collection[str]) -> None:
    if unknown := [each for each in ids if each not in sent]:
        named = ", ".join(map(_quoted, unknown[:_FAULTS_NAMED]))
        raise BadAnswer(f"{place}: {named} was not in the block; use what stands in it")
    for each, times in Counter(ids).most_common(1):
        if times > 1:
            raise BadAnswer(f"{place}: {_quoted(each)} stands in it twice; expected once")


def _quoted(text: str) -> str:
    return repr(text[:80])
