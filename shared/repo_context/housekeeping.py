"""What the cache holds that nobody reads any more."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.github_cache import GitHubCache
from shared.repo_context.accounts import is_gathered
from shared.repo_context.kept import INDEX, LISTING, Document, unlisted
from shared.repo_context.statistics import by_account
from shared.settings import RepoContext

# A run stores its bundles before its index, and may wait for hours in between.
_UNFINISHED_FOR = timedelta(hours=24)
_MAX_NAMED = 100


@dataclass(frozen=True)
class CleanUp:
    """``found``: ids by account of what is, or would be, removed. ``removed``: how many were."""

    dry_run: bool
    found: dict[str, list[str]]
    removed: int

    def to_json(self) -> dict[str, Any]:
        """Return what a caller is told; of long lists the beginning."""
        return {
            "dry_run": self.dry_run,
            "found": sum(map(len, self.found.values())),
            "removed": self.removed,
            "accounts": {
                username: {"items": len(ids), "ids": sorted(ids)[:_MAX_NAMED]}
                for username, ids in sorted(self.found.items())[:_MAX_NAMED]
            },
        }


async def clean_up(cache: GitHubCache, settings: RepoContext, username: str | None, *, dry_run: bool) -> CleanUp:
    """Find, and unless ``dry_run`` remove, all of ``username``, or of everybody what no reader sees.

    That is: accounts which are not gathered any more, and repositories which their account no longer has.

    Raises:
        Unavailable: Cosmos DB does not answer.
    """
    accounts = await _items_by_account(cache)
    if username is not None:
        found = {username: [item["id"] for item in accounts.get(username, [])]}
    else:
        found = {name: _unread(name, items, settings, datetime.now(UTC)) for name, items in accounts.items()}
    found = {name: ids for name, ids in found.items() if ids}
    removed = 0
    for name, ids in found.items() if not dry_run else ():
        # The index first: what it names must not be missing.
        removed += await cache.remove(name, [each for each in ids if each == INDEX])
        removed += await cache.remove(name, [each for each in ids if each != INDEX])
    return CleanUp(dry_run, found, removed)


def _unread(username: str, items: list[Document], settings: RepoContext, now: datetime) -> list[str]:
    ids = [item["id"] for item in items]
    if not is_gathered(username, settings):
        return ids
    index = next((item for item in items if item["kind"] == INDEX), None)
    if index is None:
        old = now - _UNFINISHED_FOR
        return [item["id"] for item in items if item["kind"] != LISTING and item["_ts"] < old.timestamp()]
    ended = datetime.fromisoformat(index["refreshed_at"]).timestamp()
    before = [item["id"] for item in items if item["_ts"] < ended]
    return unlisted(before, index.get("names") or [])


async def _items_by_account(cache: GitHubCache) -> dict[str, list[Document]]:
    return by_account(await cache.items())
