"""The vectors that questions are compared with, made while an account is refreshed."""

import asyncio
from datetime import UTC, datetime

from activities.runner import log_progress
from shared.github_cache import GitHubCache
from shared.repo_context.accounts import told
from shared.repo_context.contracts import EmbedTask
from shared.repo_scoring.contracts import RepositoriesEmbedded
from shared.repo_scoring.embedding import TEXTS_PER_REQUEST, ageing, embedded, outdated
from shared.repo_scoring.texts import embedded_text
from shared.resources import Resources


async def embed_repositories_activity(task: EmbedTask, resources: Resources) -> RepositoriesEmbedded:
    """Keep a vector beside the bundle of each repository named; one whose text has not changed costs no call.

    Without a model (mock mode) nothing is kept: its one vector for all texts would make all repositories alike.

    Raises:
        Unavailable: The model throttled, failed or could not be reached. What was embedded until then is kept.
        Rejected: The model refused for a reason that lies with us.
    """
    if resources.settings.embedding_model is None:
        return RepositoriesEmbedded()
    cache, model = resources.github_cache, resources.model
    texts, stored = await asyncio.gather(_texts(cache, task), cache.vectors(task.username, task.names))
    now = datetime.now(UTC)
    new = outdated(texts, stored, model)
    unchanged = [name for name in texts if name not in set(new)]
    ttl_s = resources.settings.repo_context.ttl_hours * 3600
    renewed = {name: stored[name] | {"stored_at": now.isoformat()} for name in ageing(stored, unchanged, ttl_s, now)}
    parts = [
        {name: texts[name] for name in new[start : start + TEXTS_PER_REQUEST]}
        for start in range(0, len(new), TEXTS_PER_REQUEST)
    ]
    # Each is kept as it comes, whatever becomes of the others.
    outcomes = await asyncio.gather(
        *(_embed(part, resources, task.username, now) for part in parts), return_exceptions=True
    )
    counts = [_value(outcome) for outcome in outcomes]
    kept = not renewed or await cache.set_vectors(task.username, renewed)
    return RepositoriesEmbedded(
        embedded=sum(count for count, _ in counts),
        reused=len(unchanged),
        refused=len(new) - sum(count for count, _ in counts),
        kept=kept and all(stored_too for _, stored_too in counts),
    )


async def _embed(texts: dict[str, str], resources: Resources, username: str, now: datetime) -> tuple[int, bool]:
    documents = await embedded(texts, resources.model, now)
    kept = await resources.github_cache.set_vectors(username, documents)
    log_progress("embedded", repositories=len(documents))
    return len(documents), kept


def _value(outcome: tuple[int, bool] | BaseException) -> tuple[int, bool]:
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


async def _texts(cache: GitHubCache, task: EmbedTask) -> dict[str, str]:
    """Return the text of each repository that the cache holds, by its name in lower case."""
    bundles = await asyncio.gather(*(cache.known(task.username, name) for name in task.names))
    return {kept.bundle.name.lower(): embedded_text(told(kept.bundle)) for kept in bundles if kept is not None}
