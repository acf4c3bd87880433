"""The best results in a few sentences."""

from collections.abc import Sequence

from local.openai.rules.questions import AnalysisQuestion, Result
from local.openai.rules.resins import plain

_RECOMMENDED_FROM = 40.0
_CLOSE = 2.0
_BANDS = ((1.0, "cannot be told apart from the colour asked for"), (2.0, "is close"), (5.0, "is similar"))
# The most important stands first.
_REPEATED_NOTES = 1
_NOBODY_SCORED = "The order is by colour difference: no result has a score."


def analyse(question: AnalysisQuestion) -> dict[str, object]:
    """Return the answer to ``overall_analysis``."""
    results = question.results
    if not results:
        return {"summary": f"{_signature()} There is no result.", "best_match": None, "caveats": []}
    best = results[0]
    recommended = best.score is None or best.score >= _RECOMMENDED_FROM
    return {
        "summary": " ".join([_signature(), *_sentences(results), *question.request.notes[:_REPEATED_NOTES]]),
        "best_match": best.id if recommended else None,
        "caveats": _caveats(question, best),
    }


def _signature() -> str:
    return "By offline-rules, which are rules and no language model:"


def _sentences(results: Sequence[Result]) -> list[str]:
    best = results[0]
    said = [f"{len(results)} results were compared."]
    if best.score is None:
        said.append(_NOBODY_SCORED)
    else:
        lowest = min(result.score for result in results if result.score is not None)
        said.append(f"{best.id} comes first with a score of {best.score:.0f}; the lowest has {lowest:.0f}.")
    if best.dE is not None:
        words = next((words for limit, words in _BANDS if best.dE <= limit), "is another colour")
        said.append(f"With dE {best.dE:.1f} its colour {words}.")
    return said


def _caveats(question: AnalysisQuestion, best: Result) -> list[str]:
    found: list[str] = []
    asked = question.request.resin
    # Of a resin that nobody knows it cannot be said whether another is one.
    if asked and asked.family and best.resin and plain(best.resin) != plain(asked.code):
        found.append("The first result is of another resin than the one asked for.")
    if best.dE is not None and best.dE > _CLOSE:
        found.append(f"The difference of dE {best.dE:.1f} can be seen: compare a sample before ordering.")
    if question.request.lab is None and question.request.colours:
        found.append("No measured colour was given: words alone are a coarse guide.")
    return found
