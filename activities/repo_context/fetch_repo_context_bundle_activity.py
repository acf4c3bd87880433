"""One repository's bundle: from the cache where it still holds, else from GitHub."""

from activities.runner import log_progress
from shared.clients.github import RateLimited, Refused
from shared.errors import Rejected, Unavailable
from shared.repo_context.accounts import is_gathered
from shared.repo_context.bundles import assembled, is_due_for_renewal, needs_fetching, without_parts
from shared.repo_context.contracts import ATTEMPTS, Bundle, BundleTask, Limited
from shared.repo_context.kept import KeptBundle
from shared.repo_context.metadata import Metadata, public_metadata
from shared.repo_context.names import is_account, is_repository
from shared.repo_context.outcomes import PARTS, FailedPart, PartOutcome
from shared.repo_context.parts import fetch_parts
from shared.repo_context.trimming import trimmed
from shared.resources import Resources


async def fetch_repo_context_bundle_activity(task: BundleTask, resources: Resources) -> Bundle | Limited:
    """Return a repository's bundle, trimmed to ``max_bytes``; the cache has it whole.

    What cannot be fetched for good stays as the last run left it, and the bundle's ``errors`` say so.

    Raises:
        Rejected: No such repository may be gathered.
        Unavailable: GitHub failed, and there are attempts left.
    """
    if not (
        is_account(task.username)
        and is_repository(task.repo_name)
        and is_gathered(task.username, resources.settings.repo_context)
    ):
        raise Rejected(f"repository {task.repo_name[:60]!r} of {task.username[:60]!r} is not gathered here")
    kept = await resources.github_cache.known(task.username, task.repo_name)
    try:
        bundle = await _bundle(task, kept, resources)
    except RateLimited as error:
        return Limited(limited_for_s=error.wait_s)
    return trimmed(bundle, task.max_bytes)


async def _bundle(task: BundleTask, kept: KeptBundle | None, resources: Resources) -> Bundle:
    try:
        metadata = await _metadata(task, resources)
    except RateLimited:
        raise
    except (Unavailable, Refused) as error:
        if isinstance(error, Unavailable) and task.attempt < ATTEMPTS:
            raise
        return await _left_as_it_was(task, kept, str(error), resources)
    if kept is not None and not needs_fetching(kept, metadata, task.listed_at):
        if task.listed_at and is_due_for_renewal(kept, task.listed_at, resources.settings.repo_context.ttl_hours):
            await resources.github_cache.set(task.username, kept.model_copy(update={"listed_at": task.listed_at}))
        log_progress("unchanged")
        return kept.bundle
    return await _fetched(task, kept, metadata, resources)


async def _fetched(task: BundleTask, kept: KeptBundle | None, metadata: Metadata, resources: Resources) -> Bundle:
    github = resources.github
    etags = {part: kept.etag(part, github.credential) if kept else None for part in PARTS}
    outcomes = await fetch_parts(github, task.username, metadata, etags)
    _leave_to_the_next_attempt(task, outcomes)
    fresh = assembled(kept, metadata, outcomes, task.listed_at, github.credential)
    taken = await resources.github_cache.set(task.username, fresh)
    log_progress("fetched", errors=len(fresh.bundle.errors), stale=fresh.bundle.stale, cached=taken)
    return fresh.bundle


async def _metadata(task: BundleTask, resources: Resources) -> Metadata:
    """Return what the run's listing says of the repository; without a cache another process may have to ask again."""
    listed = await resources.github_cache.listed.get(task.username, task.listed_at, task.repo_name)
    if listed is not None:
        return listed
    answer = await resources.github.get(f"/repos/{task.username}/{task.repo_name}", public_metadata)
    if answer is None or answer.content is None:
        raise Refused(404, "no public repository of this name")
    return answer.content


def _leave_to_the_next_attempt(task: BundleTask, outcomes: dict[str, PartOutcome]) -> None:
    again = [each.error for each in outcomes.values() if isinstance(each, FailedPart) and each.cause == "unavailable"]
    if again and task.attempt < ATTEMPTS:
        raise Unavailable("; ".join(again))


async def _left_as_it_was(task: BundleTask, kept: KeptBundle | None, error: str, resources: Resources) -> Bundle:
    """Mark the last good bundle as stale; without one there is nothing but the reason."""
    if kept is None:
        return without_parts(task.repo_name, error)
    bundle = kept.bundle.model_copy(update={"stale": True, "errors": (error,)})
    stale = kept.model_copy(update={"bundle": bundle, "settled": False, "listed_at": task.listed_at})
    await resources.github_cache.set(task.username, stale)
    return bundle
