"""A question answered from what is kept of an account: ranked repositories, and what a language model says of them."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from shared.ai_assistant import calculate_repo_scores
from shared.errors import Rejected, Unavailable
from shared.github_repo_manager import Found
from shared.llm.answers import read_repo_answer
from shared.llm.asking import ask
from shared.llm.prompts import prompts
from shared.repo_questions.indexes import RepoIndexes
from shared.repo_questions.question import Question
from shared.repo_scoring.index import RepoIndex, ScoredRepo
from shared.repo_scoring.question_document import names_in, question_document
from shared.repo_scoring.texts import description_of, metadata_of
from shared.repo_scoring.tiers import tiered_context
from shared.resources import Resources

_logger = logging.getLogger("portfolio.api")

# A person waits: what is not there by then is answered without.
_EMBEDDING_PATIENCE_S = 3.0
_EXPLANATION_S = 20.0
_BY_WORDS = "Similarity of meaning is left out: the embedding model does not answer at the moment"
_NO_EXPLANATION = "The language model gives no answer at the moment; the ranking stands by itself"


async def answer_question(
    question: Question, found: Found, resources: Resources, indexes: RepoIndexes
) -> dict[str, Any]:
    """Return the repositories that answer ``question`` best, with what their scores are made of.

    One embedding of one input is asked for, none where no repository has a vector. Without the embedding model words
    alone decide, without the language model the ranking stands by itself; ``notes`` says so.
    """
    model = resources.model if resources.settings.embedding_model is not None else None
    index = await indexes.index_of(found.account, resources.github_cache, model)
    notes: list[str] = []
    vector = await _vector_of(question.query, index, resources, notes) if model is not None else None
    # Milliseconds of arithmetic, which the worker's only event loop should not spend on it.
    ranked = await asyncio.to_thread(calculate_repo_scores, question.query, index, vector)
    # What has nothing to do with the question is no answer to it, however few answers there are.
    fitting = sum(each["score"] > 0 for each in ranked)
    shown = min(question.max_repos, fitting)
    context = tiered_context(ranked, shown)
    document: dict[str, Any] = {
        "query": question.query,
        "username": found.account.index.login or question.username,
        "refreshed_at": found.account.index.refreshed_at,
        "scored_by": "vectors and words" if _by_vectors(ranked) else "words",
        "total": len(ranked),
        "repositories": [_told(each) for each in ranked[:shown]],
        "context": context,
    }
    if question.explain:
        document["explanation"] = await _explanation(question, ranked, context, resources, notes)
    return document | ({"notes": notes} if notes else {})


async def _vector_of(query: str, index: RepoIndex, resources: Resources, notes: list[str]) -> list[float] | None:
    if not index.vectors(resources.model.dimensions):
        return None
    try:
        async with asyncio.timeout(_EMBEDDING_PATIENCE_S):
            (vector,) = await resources.model.embed([query], _EMBEDDING_PATIENCE_S)
    except (Unavailable, Rejected, TimeoutError) as error:
        _logger.warning("question scored by words alone", extra={"reason": _reason(error)})
        notes.append(_BY_WORDS)
        return None
    return vector


async def _explanation(
    question: Question,
    ranked: Sequence[ScoredRepo],
    context: Mapping[str, Any],
    resources: Resources,
    notes: list[str],
) -> dict[str, Any] | None:
    """Return the language model's answer, which cites repositories of the first two tiers and no others."""
    document = question_document(question.query, ranked, context)
    sent = names_in(document)
    if not sent:
        return {"answer": "The account has no public repository.", "citations": [], "model": None, "usage": None}
    try:
        async with asyncio.timeout(_EXPLANATION_S):
            asked = await ask(
                resources.chat,
                prompts().repo_answer,
                document,
                lambda text: read_repo_answer(text, sent),
                len(document["repositories"]),
            )
    except (Unavailable, Rejected, TimeoutError) as error:
        _logger.warning("question answered without the language model", extra={"reason": _reason(error)})
        notes.append(_NO_EXPLANATION)
        return None
    return asked.value.model_dump() | {"model": asked.model, "usage": asked.usage.model_dump()}


def _by_vectors(ranked: Sequence[ScoredRepo]) -> bool:
    return any(each["parts"]["semantic"]["by"] == "vector" for each in ranked)


def _told(scored: ScoredRepo) -> dict[str, Any]:
    repo = scored["repo"]
    return {
        "name": scored["name"],
        "full_name": scored["full_name"],
        "html_url": metadata_of(repo).get("html_url"),
        "description": description_of(repo),
        "score": scored["score"],
        "parts": scored["parts"],
        "matched_terms": scored["matched_terms"],
    } | {mark: repo[mark] for mark in ("stale", "truncated", "errors") if repo.get(mark)}


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:300]
