"""An account as readers get it: its repositories in order, each as scoring and callers want it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from shared.repo_context.context_file import parsed_context
from shared.repo_context.contracts import Bundle
from shared.repo_context.kept import Document, Index, KeptBundle, repository_id
from shared.settings import RepoContext


@dataclass(frozen=True)
class CachedAccount:
    """One result of gathering.

    ``repos``: a dict per repository with ``metadata``, ``repoContext`` (a dict or None), ``file_types``, ``languages``
    and, where there is something to say, ``errors``, ``stale`` and ``truncated``. ``version`` changes whenever a run
    has ended.
    """

    username: str
    index: Index
    version: str
    repos: list[dict[str, Any]]

    def repository(self, name: str) -> dict[str, Any] | None:
        """Return one repository; GitHub tells names apart without regard to case."""
        wanted = name.lower()
        return next((repo for repo in self.repos if repo["metadata"]["name"].lower() == wanted), None)


def account_of(username: str, index_item: Document, rows: list[Document]) -> CachedAccount:
    """Build an account from its index item and the items of its bundles; what the index does not name is left out."""
    index = Index.model_validate(index_item["content"])
    found = {row["id"]: row["content"] for row in rows}
    ids = [repository_id(name) for name in index.names]
    repos = [told(KeptBundle.model_validate(found[each]).bundle) for each in ids if each in found]
    version = sha256(f"{username} {index_item['_etag']}".encode()).hexdigest()[:32]
    return CachedAccount(username, index, version, repos)


def account_of_run(username: str, output: object, ended_at: datetime) -> CachedAccount | None:
    """Build an account from what a run handed back; None where that is no list of bundles.

    Raises:
        pydantic.ValidationError: A bundle is not what it must be.
    """
    if not isinstance(output, list):
        return None
    bundles = [Bundle.model_validate(each) for each in cast("list[Any]", output)]
    refreshed_at = ended_at.isoformat()
    index = Index(login=username, names=tuple(bundle.name for bundle in bundles), refreshed_at=refreshed_at)
    version = sha256(f"{username} run {refreshed_at}".encode()).hexdigest()[:32]
    return CachedAccount(username, index, version, [told(bundle) for bundle in bundles])


def told(bundle: Bundle) -> dict[str, Any]:
    """Return a bundle as readers get it: ``.repo-context.json`` as what it holds, not as text."""
    return bundle.to_json() | {"repoContext": parsed_context(bundle.repo_context)}


def age_of(index: Index, now: datetime) -> timedelta:
    """Return how long ago the run began that gathered an account."""
    return now.astimezone(UTC) - datetime.fromisoformat(index.refreshed_at)


def is_fresh(index: Index, fresh_minutes: float, now: datetime) -> bool:
    """Whether an account need not be gathered again: it is young enough, and the cache took all of it."""
    return index.incomplete == 0 and age_of(index, now) < timedelta(minutes=fresh_minutes)


def is_gathered(username: str, settings: RepoContext) -> bool:
    """Whether an account, in lower case, may be gathered and told of."""
    return settings.allow_any or username in settings.users
