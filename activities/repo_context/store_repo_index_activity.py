"""The end of a run: what was gathered becomes the account's result."""

from activities.runner import log_progress
from shared.errors import Unavailable
from shared.github_cache import GitHubCache
from shared.repo_context.contracts import IndexStored, IndexTask
from shared.repo_context.kept import Index, repository_id, unlisted
from shared.resources import Resources
from shared.telemetry import metrics


async def store_repo_index_activity(task: IndexTask, resources: Resources) -> IndexStored:
    """Keep the index, then drop what is kept of repositories that the account no longer has.

    A cache that does not answer keeps nothing, and the run ends well without it.
    """
    cache = resources.github_cache
    try:
        ids = await cache.ids(task.username)
    except Unavailable:
        return IndexStored(kept=False)
    found = set(ids)
    index = Index(
        login=task.login,
        names=task.names,
        refreshed_at=task.listed_at,
        truncated=task.truncated,
        failed=task.failed,
        incomplete=sum(repository_id(name) not in found for name in task.names),
    )
    metrics.repositories_incomplete(index.failed + index.incomplete)
    kept = await cache.set_index(task.username, index)
    removed = await _remove(cache, task.username, unlisted(ids, task.names)) if kept else 0
    log_progress("stored", repositories=len(task.names), incomplete=index.incomplete, removed=removed)
    return IndexStored(kept=kept, removed=removed)


async def _remove(cache: GitHubCache, username: str, ids: list[str]) -> int:
    try:
        return await cache.remove(username, ids)
    except Unavailable:  # the next run finds them again
        return 0
