"""Reads the accounts that the endpoint serves. The format: ``fixtures/README.md``."""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from local.github.accounts import CONTEXT_FILE, Account, Directory, Repository
from local.github.fixtures.build import documents


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AccountDocument(_Document):
    """An account as a fixture holds it."""

    id: int = Field(ge=1)
    login: str = Field(min_length=1, max_length=39)
    type: Literal["User", "Organization"]
    created_at: AwareDatetime
    name: str | None = None
    description: str | None = None
    homepage: str | None = None


class RepositoryDocument(_Document):
    """A repository as a fixture holds it; ``context`` is what its ``.repo-context.json`` says."""

    id: int = Field(ge=1)
    name: str = Field(min_length=1, max_length=100)
    description: str | None = None
    homepage: str | None = None
    topics: tuple[str, ...] = ()
    language: str | None = None
    default_branch: str = "main"
    stars: int = Field(default=0, ge=0)
    archived: bool = False
    fork: bool = False
    private: bool = False
    created_at: AwareDatetime
    pushed_at: AwareDatetime
    languages: dict[str, int] = Field(default_factory=dict[str, int])
    tree: dict[str, int] = Field(default_factory=dict[str, int])
    context: dict[str, Any] | None = None


class FixtureDocument(_Document):
    """One file of the folder: an account and its repositories."""

    account: AccountDocument
    repositories: tuple[RepositoryDocument, ...]


def context_bytes(context: object) -> bytes:
    """Return a ``.repo-context.json`` as people write it."""
    return json.dumps(context, indent=2, ensure_ascii=False).encode() + b"\n"


def load_directory(folder: Path | None = None) -> Directory:
    """Return every account of the ``*.json`` files in ``folder``; without one, the accounts that come with Fanwise.

    Raises:
        ValueError: There is none, or a file is no fixture; the text names it.
    """
    if folder is None:
        return _directory([FixtureDocument.model_validate(each) for each in documents()])
    held: list[FixtureDocument] = []
    for path in sorted(folder.glob("*.json")):
        try:
            held.append(FixtureDocument.model_validate_json(path.read_bytes()))
        except ValidationError as error:
            first = error.errors()[0]
            raise ValueError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if not held:
        raise ValueError(f"{folder} holds no account: no *.json is there")
    return _directory(held)


def _directory(held: list[FixtureDocument]) -> Directory:
    return Directory(
        [_account(each.account) for each in held],
        [_repository(each.account.login, repository) for each in held for repository in each.repositories],
    )


def _account(document: AccountDocument) -> Account:
    return Account(
        id=document.id,
        login=document.login,
        kind=document.type,
        created_at=document.created_at,
        name=document.name,
        description=document.description,
        homepage=document.homepage,
    )


def _repository(owner: str, document: RepositoryDocument) -> Repository:
    fields = document.model_dump(exclude={"context", "tree"})
    tree, contents = dict(document.tree), dict[str, bytes]()
    if document.context is not None:
        contents[CONTEXT_FILE] = context_bytes(document.context)
        tree[CONTEXT_FILE] = len(contents[CONTEXT_FILE])
    return Repository(owner=owner, updated_at=document.pushed_at, tree=tree, contents=contents, **fields)
