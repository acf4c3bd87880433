"""The listing of an account's repositories: page by page, each asked for only if it has changed."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

from shared.clients.github import Answer, GitHub
from shared.repo_context.kept import ListingPage
from shared.repo_context.metadata import owner_of, public_of

PER_PAGE = 100
# 1,000 repositories: their names, and the least of each bundle, still fit into one payload.
MAX_PAGES = 10


async def read_listing(github: GitHub, username: str, kept: Mapping[int, ListingPage]) -> tuple[ListingPage, ...]:
    """Return the pages of an account's public repositories, at most ``MAX_PAGES``; those in ``kept`` that still hold.

    Raises:
        RateLimited, Refused, Unavailable: As ``GitHub.get``; 404 where there is no such account.
    """
    first = await _page(github, username, 1, kept.get(1))
    others = range(2, min(first.pages, MAX_PAGES) + 1)
    pages = await asyncio.gather(*(_page(github, username, number, kept.get(number)) for number in others))
    return (first, *pages)


async def _page(github: GitHub, username: str, number: int, kept: ListingPage | None) -> ListingPage:
    # By name, because a push in between would move a repository from a page to come to one that was read.
    parameters = {"per_page": str(PER_PAGE), "page": str(number), "type": "owner", "sort": "full_name"}
    etag = kept.etag if kept is not None and kept.credential == github.credential else None
    answer: Answer[ListingPage] | None = await github.get(
        f"/users/{username}/repos", lambda entries: _read(entries, username, number), etag=etag, parameters=parameters
    )
    if answer is None and kept is not None:
        return kept
    if answer is None:  # GitHub says that nothing has changed since what was never asked for
        return ListingPage(page=number, pages=1)
    return answer.content.model_copy(
        # The last page names no last one.
        update={"pages": max(answer.last_page, number), "etag": answer.etag, "credential": github.credential}
    )


def _read(entries: object, username: str, number: int) -> ListingPage:
    listed = cast("list[Any]", entries) if isinstance(entries, list) else []
    own = (name for entry in listed if (name := owner_of(entry)) and name.lower() == username)
    return ListingPage(page=number, pages=number, login=next(own, ""), repositories=tuple(public_of(listed, username)))
