"""What is told of ranked repositories: much of the best, little of the next, the names of the others."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.repo_scoring.index import ScoredRepo
from shared.repo_scoring.texts import context_text, description_of, metadata_of, topics_of

# About 6,000 tokens for the whole first tier, however many share it.
FULL_CHARACTERS = 24_000
LEAST_CHARACTERS = 1_000
MOST_SUMMARIES = 5
MOST_NAMES = 200
_MOST_TOPICS = 20
_MOST_FILE_TYPES = 12
_MOST_LANGUAGES = 6
_LONGEST_DESCRIPTION = 500


def tiered_context(ranked: Sequence[ScoredRepo], max_repos: int) -> dict[str, Any]:
    """Return what an answer can be based upon, in three tiers.

    ``full``: the first ``max_repos`` with description, topics, languages in percent, file types and what
    ``.repo-context.json`` says. ``summary``: the next five in a line each. ``names``: up to 200 of the others.
    """
    share = max(LEAST_CHARACTERS, FULL_CHARACTERS // max(1, max_repos))
    summaries_end = max_repos + MOST_SUMMARIES
    return {
        "full": [_full(each, share) for each in ranked[:max_repos]],
        "summary": [_summary(each) for each in ranked[max_repos:summaries_end]],
        "names": [each["name"] for each in ranked[summaries_end : summaries_end + MOST_NAMES]],
    }


def _full(scored: ScoredRepo, context_characters: int) -> dict[str, Any]:
    metadata = metadata_of(scored["repo"])
    return _summary(scored) | {
        "file_types": _most(scored["repo"].get("file_types"), _MOST_FILE_TYPES),
        "stars": metadata.get("stargazers_count"),
        "pushed_at": metadata.get("pushed_at"),
        "archived": metadata.get("archived"),
        "context": context_text(scored["repo"], context_characters),
    }


def _summary(scored: ScoredRepo) -> dict[str, Any]:
    repo = scored["repo"]
    return {
        "name": scored["name"],
        "description": description_of(repo)[:_LONGEST_DESCRIPTION],
        "topics": topics_of(repo)[:_MOST_TOPICS],
        "languages": _percent(repo.get("languages")),
    }


def _percent(sizes: object) -> dict[str, float]:
    largest = _most(sizes, None)
    total = sum(largest.values())
    kept = list(largest.items())[:_MOST_LANGUAGES]
    return {name: round(100 * size / total, 1) for name, size in kept}


def _most(counts: object, most: int | None) -> dict[str, int]:
    entries: Mapping[Any, Any] = counts if isinstance(counts, Mapping) else {}
    known = [(name, count) for name, count in entries.items() if type(count) is int and count > 0]
    return dict(sorted(known, key=lambda each: (-each[1], str(each[0])))[:most])
