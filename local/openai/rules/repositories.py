"""Which repositories answer a question, in a few sentences, by their scores and the words that were found."""

from collections.abc import Sequence

from local.openai.rules.questions import RepoQuestion, ScoredRepository

MOST_CITED = 3
# Below half of the best one's score a repository says more about its account than about the question.
_WORTH_NAMING = 0.5
# Where no word was found, meaning has to be rather alike.
_LIKE = 0.25
_MOST_WORDS = 5
_SIGNATURE = "By offline-rules, which are rules and no language model:"


def answer_question(question: RepoQuestion) -> dict[str, object]:
    """Return the answer to ``repo_answer``."""
    cited = _cited(question.repositories)
    if not cited:
        return {"answer": f"{_SIGNATURE} No repository shows what the question asks for.", "citations": []}
    best = cited[0]
    said = [_SIGNATURE, f"{best.name} fits best with a score of {best.score:.2f}; {_found(best)}."]
    if others := cited[1:]:
        said.append(f"{_listed([each.name for each in others])} {'follows' if len(others) == 1 else 'follow'}.")
    return {
        "answer": " ".join(said),
        "citations": [{"repository": each.name, "reason": _reason(each)} for each in cited],
    }


def _cited(repositories: Sequence[ScoredRepository]) -> list[ScoredRepository]:
    ranked = sorted(repositories, key=lambda each: (-each.score, each.name))
    shown = [each for each in ranked if each.matched or each.score >= _LIKE]
    return [each for each in shown if each.score >= _WORTH_NAMING * shown[0].score][:MOST_CITED]


def _found(repository: ScoredRepository) -> str:
    if not repository.matched:
        return "what it says is like the question"
    return f"it tells of {_listed(repository.matched[:_MOST_WORDS])}"


def _reason(repository: ScoredRepository) -> str:
    written = repository.languages[0] if repository.languages else None
    language = f", written mostly in {written.language} ({written.percent:.0f}%)" if written else ""
    reason = f"Score {repository.score:.2f}; {_found(repository)}{language}."
    return reason if len(reason) <= 200 else f"{reason[:199]}…"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
