"""What the cache keeps of an account: an index, its listing page by page, a bundle and a vector per repository."""

import json
from collections.abc import Iterable
from typing import Any

from pydantic import Field

from shared.repo_context.contracts import Bundle, RepoContract
from shared.repo_context.metadata import Metadata
from shared.repo_context.trimming import trimmed

Document = dict[str, Any]

INDEX, LISTING, REPOSITORY, VECTOR = "index", "listing", "repository", "vector"

# Cosmos DB takes items of 2 MB, and a batch of them of as much.
MAX_ITEM_BYTES = 1_800_000
_MANY_ENTRIES = 1000
TOO_LARGE = "repo context: left out: what was gathered would take {size} bytes, more than the cache holds"


class Index(RepoContract):
    """What makes the bundles of an account one result. It is written last, so that readers see whole runs.

    ``names``: its repositories. ``refreshed_at``: when the run began that gathered them. ``missing``: GitHub has no
    such account. ``truncated``: there are more repositories. ``failed``: bundles that are incomplete or from an earlier
    run. ``incomplete``: bundles that the cache did not take; they are gathered again at the next occasion.
    """

    login: str
    names: tuple[str, ...] = ()
    refreshed_at: str
    missing: bool = False
    truncated: bool = False
    failed: int = 0
    incomplete: int = 0


class ListingPage(RepoContract):
    """A page of an account's repositories. ``etag`` holds for requests that sign in as ``credential``."""

    page: int
    pages: int
    login: str = ""
    etag: str = ""
    credential: str = ""
    repositories: tuple[Metadata, ...] = ()


class KeptBundle(RepoContract):
    """A bundle as a run left it.

    ``listed_at``: names the run. ``settled``: asking again cannot give more until the repository changes. ``etags`` of
    its parts hold for requests that sign in as ``credential``. ``notes``: what a part's answer said of itself.
    """

    bundle: Bundle
    listed_at: str
    settled: bool = True
    etags: dict[str, str] = Field(default_factory=dict[str, str])
    notes: dict[str, str] = Field(default_factory=dict[str, str])
    credential: str = ""

    def etag(self, part: str, credential: str) -> str | None:
        """Return what a part was known by to ``credential``."""
        return self.etags.get(part) if credential == self.credential else None

    def to_json(self) -> dict[str, object]:
        return super().to_json() | {"bundle": self.bundle.to_json()}


def repository_id(name: str) -> str:
    """Return the id of a repository's item; GitHub tells names apart without regard to case."""
    return f"{REPOSITORY}-{name.lower()}"


def vector_id(name: str) -> str:
    """Return the id of the item that holds a repository's vector."""
    return f"{VECTOR}-{name.lower()}"


def listing_id(page: int) -> str:
    """Return the id of a page of the listing."""
    return f"{LISTING}-{page}"


def item(username: str, kind: str, item_id: str, content: dict[str, object], ttl_s: int) -> Document:
    """Return what is stored: ``content`` under ``item_id`` in the account's partition, for ``ttl_s`` seconds."""
    return {"id": item_id, "username": username, "kind": kind, "ttl": ttl_s, "content": content}


def fitting(kept: KeptBundle) -> KeptBundle:
    """Return the bundle in a size that the cache takes; where something had to go, its errors say what."""
    bundle = kept.bundle
    # What GitHub's answers come to is far below, but for the context; a character of JSON in JSON may take two bytes.
    entries = len(bundle.file_types) + len(bundle.languages)
    if len(bundle.repo_context or "") * 2 < MAX_ITEM_BYTES // 2 and entries <= _MANY_ENTRIES:
        return kept
    size = len(json.dumps(kept.to_json()))
    if size <= MAX_ITEM_BYTES:
        return kept
    note = TOO_LARGE.format(size=size)
    etags = {part: etag for part, etag in kept.etags.items() if part != "context"}
    smaller = bundle.model_copy(update={"repo_context": None, "truncated": True, "errors": (*bundle.errors, note)})
    return kept.model_copy(update={"bundle": trimmed(smaller, MAX_ITEM_BYTES // 2), "etags": etags})


def lean(row: Document) -> Document:
    """Return a repository's row without its ``.repo-context.json``, for an account that has too many long ones."""
    content = row["content"]
    bundle = content["bundle"] | {"repoContext": None, "truncated": True}
    return row | {"content": content | {"bundle": bundle}}


def context_size(row: Document) -> int:
    """Return the length of a repository's ``.repo-context.json``, the only part of a row that can be long."""
    return len(row["content"]["bundle"].get("repoContext") or "")


def unlisted(ids: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return those of an account's ids that belong to repositories which are not among ``names``."""
    listed = {make(name) for name in names for make in (repository_id, vector_id)}
    kinds = (f"{REPOSITORY}-", f"{VECTOR}-")
    return [each for each in ids if each.startswith(kinds) and each not in listed]
