"""Models of the repo-context pipeline that cross a durable boundary. They are stored history: see shared/contracts.py.

``.repo-context.json`` travels as JSON text, never as a document: the Durable SDK builds objects out of documents that
name a class.
"""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from shared.contracts import Contract

ATTEMPTS = 3
"""How often a repository is asked for while GitHub does not answer; the last attempt makes do with what there is."""


class RepoContract(Contract):
    """Snake case in JSON too; ``repoContext`` alone is written as its spec has it."""

    model_config = ConfigDict(alias_generator=None)


class RepoContextStart(RepoContract):
    """Input of ``RepoContextOrchestrator``.

    ``force``: gather although what there is counts as fresh. ``traceparent``: the trace (W3C) of what started it.
    """

    username: Annotated[str, Field(min_length=1)]
    force: bool = False
    traceparent: str | None = None


class ListingTask(RepoContract):
    """Input of ``GetRepoNamesActivity``. ``listed_at``: when the run began; it names the run's listing."""

    username: str
    listed_at: str


class RepoNames(RepoContract):
    """Result of ``GetRepoNamesActivity``.

    ``login``: the account as GitHub writes it. ``missing``: GitHub has no such account. ``truncated``: it has more
    repositories than are gathered. ``limited_for_s``: seconds after which GitHub may be asked again; the rest is empty.
    """

    login: str = ""
    names: tuple[str, ...] = ()
    missing: bool = False
    truncated: bool = False
    limited_for_s: float | None = None


class BundleTask(RepoContract):
    """Input of ``FetchRepoContextBundleActivity``. ``max_bytes``: what the bundle that it hands back may take."""

    username: str
    repo_name: str
    listed_at: str = ""
    max_bytes: int = 4096
    attempt: int = 1


class Bundle(RepoContract):
    """What was gathered of one repository.

    ``metadata``: as GitHub's listing gives it. ``repo_context``: JSON text of ``.repo-context.json``. ``file_types``:
    files by extension. ``languages``: bytes by language. ``errors``: what could not be fetched. ``stale``: some of it
    is from an earlier run. ``truncated``: some was left out to save room.
    """

    metadata: dict[str, Any]
    repo_context: Annotated[str | None, Field(alias="repoContext")] = None
    file_types: dict[str, int] = Field(default_factory=dict[str, int])
    languages: dict[str, int] = Field(default_factory=dict[str, int])
    errors: tuple[str, ...] = ()
    stale: bool = False
    truncated: bool = False

    @property
    def name(self) -> str:
        """Name of the repository."""
        return str(self.metadata["name"])

    def to_json(self) -> dict[str, object]:
        """Return the four fields of the spec, and of the others those that say something."""
        document: dict[str, object] = {
            "metadata": self.metadata,
            "repoContext": self.repo_context,
            "file_types": self.file_types,
            "languages": self.languages,
        }
        return document | ({"errors": list(self.errors)} if self.errors else {}) | self._marks()

    def _marks(self) -> dict[str, object]:
        return {mark: True for mark in ("stale", "truncated") if getattr(self, mark)}


class Limited(RepoContract):
    """What ``FetchRepoContextBundleActivity`` hands back in place of a bundle when GitHub asked to wait."""

    limited_for_s: float


class SegmentTask(RepoContract):
    """Input of ``RepoContextSegmentOrchestrator``: up to 25 repositories. ``traceparent``: the trace of their run."""

    username: str
    names: tuple[str, ...]
    listed_at: str
    max_bytes: int
    traceparent: str | None = None


class Segment(RepoContract):
    """Result of ``RepoContextSegmentOrchestrator``.

    ``bundles``: of the repositories that need no further attempt. ``limited``: names of those that GitHub asked to
    wait with, for ``limited_for_s`` seconds.
    """

    bundles: tuple[Bundle, ...] = ()
    limited: tuple[str, ...] = ()
    limited_for_s: float = 0

    def to_json(self) -> dict[str, object]:
        return {
            "bundles": [bundle.to_json() for bundle in self.bundles],
            "limited": list(self.limited),
            "limited_for_s": self.limited_for_s,
        }


class EmbedTask(RepoContract):
    """Input of ``EmbedRepositoriesActivity``."""

    username: str
    names: tuple[str, ...]


class IndexTask(RepoContract):
    """Input of ``StoreRepoIndexActivity``. ``failed``: how many bundles are incomplete or from an earlier run."""

    username: str
    login: str
    listed_at: str
    names: tuple[str, ...]
    truncated: bool = False
    failed: int = 0


class IndexStored(RepoContract):
    """Result of ``StoreRepoIndexActivity``. ``kept``: whether the cache took it; ``removed``: what it dropped."""

    kept: bool
    removed: int = 0
