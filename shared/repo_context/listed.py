"""What the listing of a run says of each repository, read once a process and run."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable

from shared.repo_context.kept import ListingPage
from shared.repo_context.metadata import Metadata

_KEPT_RUNS = 16


class Listed:
    """Metadata by run and repository. ``read``: reads the pages of an account's listing from the cache."""

    def __init__(self, read: Callable[[str], Awaitable[dict[int, ListingPage]]]) -> None:
        self._read = read
        self._runs: OrderedDict[tuple[str, str], asyncio.Future[dict[str, Metadata]]] = OrderedDict()

    def put(self, username: str, listed_at: str, pages: Iterable[ListingPage]) -> None:
        """Remember what a run has listed."""
        known: asyncio.Future[dict[str, Metadata]] = asyncio.get_running_loop().create_future()
        known.set_result(_by_name(pages))
        self._keep((username, listed_at), known)

    async def get(self, username: str, listed_at: str, name: str) -> Metadata | None:
        """Return what the run's listing says of a repository; None where neither process nor cache knows it."""
        if not listed_at:
            return None
        key = username, listed_at
        if key not in self._runs:
            # One reading for all bundles of the run that ask at the same time.
            self._keep(key, asyncio.ensure_future(self._load(username)))
        run = self._runs[key]
        found = await asyncio.shield(run)
        if not found:
            self._runs.pop(key, None)
        return found.get(name.lower())

    async def _load(self, username: str) -> dict[str, Metadata]:
        return _by_name((await self._read(username)).values())

    def _keep(self, key: tuple[str, str], run: "asyncio.Future[dict[str, Metadata]]") -> None:
        self._runs[key] = run
        self._runs.move_to_end(key)
        while len(self._runs) > _KEPT_RUNS:
            self._runs.popitem(last=False)


def _by_name(pages: Iterable[ListingPage]) -> dict[str, Metadata]:
    return {str(metadata["name"]).lower(): metadata for page in pages for metadata in page.repositories}
