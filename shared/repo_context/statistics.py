"""How much the cache holds, counted from a listing of its items. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from shared.repo_context.kept import INDEX, Document

_MAX_NAMED = 100


def statistics_of(items: Iterable[Document]) -> dict[str, Any]:
    """Return how many items of each kind there are, in all and by account, and when each account was refreshed."""
    accounts = by_account(items)
    return {
        "accounts": len(accounts),
        "items": dict(Counter(item["kind"] for each in accounts.values() for item in each)),
        "by_account": {username: _account(each) for username, each in sorted(accounts.items())[:_MAX_NAMED]},
    }


def by_account(items: Iterable[Document]) -> dict[str, list[Document]]:
    """Return the items of each account."""
    accounts: dict[str, list[Document]] = defaultdict(list)
    for item in items:
        accounts[item["username"]].append(item)
    return accounts


def _account(items: list[Document]) -> dict[str, Any]:
    index = next((item for item in items if item["kind"] == INDEX), None)
    kinds = Counter(item["kind"] for item in items)
    return {"refreshed_at": index["refreshed_at"] if index else None, "items": dict(kinds)}
