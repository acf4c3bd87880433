"""Which repositories an account has."""

from datetime import UTC, datetime

from activities.runner import log_progress
from shared.clients.github import RateLimited, Refused
from shared.errors import Rejected
from shared.repo_context.accounts import is_gathered
from shared.repo_context.contracts import ListingTask, RepoNames
from shared.repo_context.kept import Index, ListingPage
from shared.repo_context.listing import MAX_PAGES, read_listing
from shared.repo_context.names import is_account
from shared.resources import Resources

_NOT_FOUND = 404


async def get_repo_names_activity(task: ListingTask, resources: Resources) -> RepoNames:
    """Return the names of an account's public repositories; what else their listing says is kept for the bundles.

    Raises:
        Rejected: The account may not be gathered, or GitHub refused the listing.
        Unavailable: GitHub failed or could not be reached.
    """
    if not is_account(task.username) or not is_gathered(task.username, resources.settings.repo_context):
        raise Rejected(f"account {task.username[:60]!r} is not gathered here")
    cache = resources.github_cache
    known = await cache.listing(task.username)
    try:
        pages = await read_listing(resources.github, task.username, known)
    except RateLimited as error:
        return RepoNames(limited_for_s=error.wait_s)
    except Refused as error:
        if error.status != _NOT_FOUND:
            raise
        await _keep_that_it_is_missing(task, resources)
        return RepoNames(missing=True)
    await cache.set_listing(task.username, [page for page in pages if page is not known.get(page.page)])
    cache.listed.put(task.username, task.listed_at, pages)
    log_progress("listed", pages=len(pages), unchanged=sum(page is known.get(page.page) for page in pages))
    return _names_of(pages, task.username)


def _names_of(pages: tuple[ListingPage, ...], username: str) -> RepoNames:
    # A repository that was created in between may stand on two pages.
    names = dict.fromkeys(str(metadata["name"]) for page in pages for metadata in page.repositories)
    login = next((page.login for page in pages if page.login), username)
    return RepoNames(login=login, names=tuple(names), truncated=pages[0].pages > MAX_PAGES)


async def _keep_that_it_is_missing(task: ListingTask, resources: Resources) -> None:
    """Remember it for as long as an account counts as fresh: it may be created any time."""
    index = Index(login=task.username, refreshed_at=task.listed_at or datetime.now(UTC).isoformat(), missing=True)
    await resources.github_cache.set_index(
        task.username, index, ttl_s=resources.settings.repo_context.fresh_minutes * 60
    )
