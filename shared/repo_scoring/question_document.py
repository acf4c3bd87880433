"""A question and the repositories that may answer it, as the language model gets them: fields whose names are ours."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.repo_scoring.index import ScoredRepo

_LONGEST_QUESTION = 2_000
_MOST_MATCHED = 20


def question_document(query: str, ranked: Sequence[ScoredRepo], context: Mapping[str, Any]) -> dict[str, Any]:
    """Return the question with the first two tiers of ``context``, which was made of ``ranked``.

    Names of languages and file types come from elsewhere too: they are values here, never keys.
    """
    full, summary = context["full"], context["summary"]
    return {
        "question": query[:_LONGEST_QUESTION],
        "repositories": [
            _listed(entry) | {"score": scored["score"], "matched": scored["matched_terms"][:_MOST_MATCHED]}
            for entry, scored in zip(full, ranked, strict=False)
        ],
        "others": [_listed(entry) for entry in summary],
    }


def names_in(document: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the repositories that an answer may cite."""
    return frozenset(each["name"] for part in ("repositories", "others") for each in document[part])


def _listed(entry: Mapping[str, Any]) -> dict[str, Any]:
    languages = [{"language": name, "percent": percent} for name, percent in entry["languages"].items()]
    listed = dict(entry) | {"languages": languages}
    if "file_types" in entry:
        listed["file_types"] = [{"type": name, "files": count} for name, count in entry["file_types"].items()]
    return listed
