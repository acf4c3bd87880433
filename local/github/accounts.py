"""Accounts and their repositories, as the endpoint knows them, found by name or id."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

CONTEXT_FILE = ".repo-context.json"


@dataclass(frozen=True, slots=True)
class Account:
    """A user or an organisation. ``kind``: ``User`` or ``Organization``."""

    id: int
    login: str
    kind: str
    created_at: datetime
    name: str | None = None
    description: str | None = None
    homepage: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Repository:
    """A repository as it is between two changes; only itself is equal to it.

    ``languages``: bytes of each. ``tree``: size in bytes of the file at each path. ``contents``: of the files whose
    contents are known. ``blocked``: GitHub withholds it for legal reasons. ``truncated``: its tree is too large for one
    answer.
    """

    id: int
    owner: str
    name: str
    created_at: datetime
    pushed_at: datetime
    updated_at: datetime
    description: str | None = None
    homepage: str | None = None
    topics: tuple[str, ...] = ()
    language: str | None = None
    default_branch: str = "main"
    stars: int = 0
    archived: bool = False
    fork: bool = False
    private: bool = False
    languages: Mapping[str, int] = field(default_factory=dict[str, int])
    tree: Mapping[str, int] = field(default_factory=dict[str, int])
    contents: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    blocked: bool = False
    truncated: bool = False

    @property
    def full_name(self) -> str:
        """Return ``owner/name``."""
        return f"{self.owner}/{self.name}"

    @property
    def empty(self) -> bool:
        """Tell whether nothing was ever pushed."""
        return not self.tree


class Directory:
    """All accounts and repositories; names are found in any case, as GitHub does it."""

    def __init__(self, accounts: Iterable[Account], repositories: Iterable[Repository]) -> None:
        self._start = (tuple(accounts), tuple(repositories))
        self.version = 0
        """Grows with every change."""
        self.reset()

    def reset(self) -> None:
        """Forget every change."""
        accounts, repositories = self._start
        self.version += 1
        self._accounts: dict[int, Account] = {}
        self._logins: dict[str, int] = {}
        for account in accounts:
            self.add(account)
        self._repositories: dict[int, Repository] = {}
        self._names: dict[str, int] = {}
        self._former_names: dict[str, int] = {}
        for repository in repositories:
            self.put(repository)

    def account(self, login: str) -> Account | None:
        """Return the account of that name."""
        found = self._logins.get(login.lower())
        return None if found is None else self._accounts[found]

    def account_by_id(self, account_id: int) -> Account | None:
        """Return the account with that id."""
        return self._accounts.get(account_id)

    def repository(self, owner: str, name: str) -> Repository | None:
        """Return the repository that has that name now."""
        found = self._names.get(f"{owner}/{name}".lower())
        return None if found is None else self._repositories[found]

    def former(self, owner: str, name: str) -> Repository | None:
        """Return the repository that had that name before it was renamed."""
        found = self._former_names.get(f"{owner}/{name}".lower())
        return None if found is None else self._repositories.get(found)

    def repository_by_id(self, repository_id: int) -> Repository | None:
        """Return the repository with that id."""
        return self._repositories.get(repository_id)

    def repositories_of(self, account: Account) -> list[Repository]:
        """Return the account's repositories, private ones too, in no particular order."""
        return [r for r in self._repositories.values() if r.owner == account.login]

    def put(self, repository: Repository) -> Repository:
        """Store a repository in place of the one with its id; a former name of it leads to it from then on."""
        before = self._repositories.get(repository.id)
        key = repository.full_name.lower()
        if before is not None and before.full_name.lower() != key:
            del self._names[before.full_name.lower()]
            self._former_names[before.full_name.lower()] = repository.id
        self._former_names.pop(key, None)
        self._names[key] = repository.id
        self._repositories[repository.id] = repository
        self.version += 1
        return repository

    def delete(self, repository: Repository) -> None:
        """Forget a repository."""
        self._repositories.pop(repository.id, None)
        self._names.pop(repository.full_name.lower(), None)
        self.version += 1

    def add(self, account: Account) -> Account:
        """Store an account."""
        self._accounts[account.id] = account
        self._logins[account.login.lower()] = account.id
        self.version += 1
        return account

    def new_account_id(self) -> int:
        """Return an id that no account has."""
        return max(self._accounts, default=0) + 1

    def new_id(self) -> int:
        """Return an id that no repository has."""
        return max(self._repositories, default=0) + 1
