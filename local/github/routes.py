"""What each route answers: pure functions of the request and of the accounts as they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from local.github import documents
from local.github.accounts import Account, Directory, Repository
from local.github.contents import CONTENTS_DOCS, contents, raw
from local.github.credentials import Caller
from local.github.git_objects import FILE_MODE, FOLDER_MODE, commit_sha, entries, tree_sha
from local.github.paging import Page
from local.github.refusals import DOCS, Moved, Refusal, not_found

JSON = "application/json; charset=utf-8"
RAW_ACCEPTED = ("application/vnd.github.raw", "application/vnd.github.v3.raw", "application/vnd.github.raw+json")
RAW = "application/vnd.github.raw+json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. ``base``: address under which the caller reaches the API. ``rest``: path and query after the name."""

    base: str
    names: Mapping[str, str]
    query: Mapping[str, str]
    caller: Caller
    accept: str = ""
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer before its entity tag. ``modified_at``: for Last-Modified, where GitHub sends it."""

    body: bytes
    content_type: str = JSON
    links: str = ""
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """``name``: under which requests are counted. ``documentation``: the page that refusals point to."""

    name: str
    paths: tuple[str, ...]
    answer: Callable[[Directory, Asked], Answer]
    documentation: str


def user(directory: Directory, asked: Asked) -> Answer:
    """Answer with an account."""
    account = _account(directory, asked)
    body = documents.user(account, _public(directory, account), asked.base)
    return Answer(orjson.dumps(body), modified_at=account.created_at)


def organization(directory: Directory, asked: Asked) -> Answer:
    """Answer with an organisation."""
    account = _account(directory, asked)
    if account.kind != "Organization":
        raise not_found()
    body = documents.organization(account, _public(directory, account), asked.base)
    return Answer(orjson.dumps(body), modified_at=account.created_at)


def repositories(directory: Directory, asked: Asked) -> Answer:
    """Answer with a page of an account's repositories.

    Private ones are among them when the caller has a token: more than GitHub shows of other people's accounts, so that
    whoever must not use them meets them.
    """
    account = _account(directory, asked)
    address = f"{asked.base}/user/{account.id}/repos"
    return _listing(directory, asked, account, address, "full_name")


def organization_repositories(directory: Directory, asked: Asked) -> Answer:
    """Answer with a page of an organisation's repositories."""
    account = _account(directory, asked)
    if account.kind != "Organization":
        raise not_found()
    return _listing(directory, asked, account, f"{asked.base}/organizations/{account.id}/repos", "created")


def repository(directory: Directory, asked: Asked) -> Answer:
    """Answer with a repository."""
    found = _repository(directory, asked)
    owner = _owner(directory, found, asked)
    body = documents.repository(found, owner, asked.base) | {"network_count": 0, "subscribers_count": 0}
    if owner["type"] == "Organization":
        body["organization"] = owner
    return Answer(orjson.dumps(body), modified_at=found.updated_at)


def languages(directory: Directory, asked: Asked) -> Answer:
    """Answer with the bytes of each language, most first."""
    found = _repository(directory, asked)
    ordered = sorted(found.languages.items(), key=lambda item: (-item[1], item[0]))
    return Answer(orjson.dumps(dict(ordered)))


def content(directory: Directory, asked: Asked) -> Answer:
    """Answer with a file or a folder."""
    found = _repository(directory, asked)
    path = asked.names.get("path", "").strip("/")
    ref = asked.query.get("ref")
    if ref is not None and not found.empty and ref not in _refs(found):
        raise Refusal(404, f"No commit found for the ref {ref[:200]}", CONTENTS_DOCS)
    if path in found.tree and any(kind in asked.accept for kind in RAW_ACCEPTED):
        return Answer(raw(found, path), RAW, modified_at=found.pushed_at)
    return Answer(orjson.dumps(contents(found, path, asked.base)), modified_at=found.pushed_at)


def tree(directory: Directory, asked: Asked) -> Answer:
    """Answer with all files and folders of a commit; with those of the root when ``recursive`` is not there."""
    found = _repository(directory, asked)
    if found.empty:
        raise Refusal(409, "Git Repository is empty.")
    if asked.names["ref"] not in (*_refs(found), tree_sha(found)):
        raise not_found()
    # Any value counts, even 0 or false.
    listed = entries(found, recursive="recursive" in asked.query)
    if found.truncated:
        listed = listed[: len(listed) // 2]
    url = f"{asked.base}/repos/{found.full_name}/git"
    sha = tree_sha(found)
    body = {
        "sha": sha,
        "url": f"{url}/trees/{sha}",
        "tree": [_tree_entry(url, *entry) for entry in listed],
        "truncated": found.truncated,
    }
    return Answer(orjson.dumps(body))


def _tree_entry(url: str, path: str, sha: str, size: int | None) -> dict[str, Any]:
    if size is None:
        return {"path": path, "mode": FOLDER_MODE, "type": "tree", "sha": sha, "url": f"{url}/trees/{sha}"}
    return {"path": path, "mode": FILE_MODE, "type": "blob", "sha": sha, "size": size, "url": f"{url}/blobs/{sha}"}


def _refs(found: Repository) -> tuple[str, ...]:
    branch = found.default_branch
    return branch, f"refs/heads/{branch}", f"heads/{branch}", "HEAD", commit_sha(found)


def _account(directory: Directory, asked: Asked) -> Account:
    if "id" in asked.names:
        account = directory.account_by_id(int(asked.names["id"]))
    else:
        account = directory.account(asked.names["login"])
    if account is None:
        raise not_found()
    return account


def _repository(directory: Directory, asked: Asked) -> Repository:
    if "id" in asked.names:
        found = directory.repository_by_id(int(asked.names["id"]))
    else:
        owner, name = asked.names["owner"], asked.names["repo"]
        found = directory.repository(owner, name)
        moved = directory.former(owner, name) if found is None else None
        if moved is not None and _visible(moved, asked.caller):
            raise Moved(f"{asked.base}/repositories/{moved.id}{asked.rest}")
    if found is None or not _visible(found, asked.caller):
        raise not_found()
    if found.blocked:
        raise Refusal(
            451,
            "Repository access blocked",
            block={
                "reason": "dmca",
                "created_at": documents.moment(found.pushed_at),
                "html_url": "https://github.com/github/dmca",
            },
        )
    return found


def _visible(found: Repository, caller: Caller) -> bool:
    return caller.authenticated or not found.private


def _owner(directory: Directory, found: Repository, asked: Asked) -> dict[str, Any]:
    account = directory.account(found.owner)
    assert account is not None  # noqa: S101 - a repository is only ever stored under an account
    return documents.simple_user(account, asked.base)


def _public(directory: Directory, account: Account) -> int:
    return sum(not each.private for each in directory.repositories_of(account))


def _listing(directory: Directory, asked: Asked, account: Account, address: str, sort: str) -> Answer:
    found = [each for each in directory.repositories_of(account) if _visible(each, asked.caller)]
    found = _in_order([each for each in found if _of_type(each, asked.query.get("type", ""))], asked.query, sort)
    page = Page.of(asked.query)
    owner = documents.simple_user(account, asked.base)
    body = [documents.repository(each, owner, asked.base) for each in page.cut(found)]
    return Answer(orjson.dumps(body), links=page.links(address, asked.query, len(found)))


def _of_type(found: Repository, kind: str) -> bool:
    match kind:
        case "public":
            return not found.private
        case "private":
            return found.private
        case "forks":
            return found.fork
        case "sources":
            return not found.fork
        case "member":
            # Nobody collaborates on repositories of others here.
            return False
        case _:
            return True


def _in_order(found: list[Repository], query: Mapping[str, str], default: str) -> list[Repository]:
    keys: dict[str, Callable[[Repository], Any]] = {
        "full_name": lambda each: each.full_name.lower(),
        "created": lambda each: each.created_at,
        "updated": lambda each: each.updated_at,
        "pushed": lambda each: each.pushed_at,
    }
    sort = query.get("sort", default)
    sort = sort if sort in keys else default
    direction = query.get("direction", "asc" if sort == "full_name" else "desc")
    # Ties by id, so that no page misses what another shows twice.
    found = sorted(found, key=lambda each: each.id)
    return sorted(found, key=keys[sort], reverse=direction == "desc")


_REPOSITORY = ("/repos/{owner}/{repo}", r"/repositories/{id:\d{1,18}}")


def _below(end: str) -> tuple[str, ...]:
    return tuple(start + end for start in _REPOSITORY)


ROUTES = (
    Route("user", ("/users/{login}", r"/user/{id:\d{1,18}}"), user, f"{DOCS}/users/users#get-a-user"),
    Route(
        "repositories",
        ("/users/{login}/repos", r"/user/{id:\d{1,18}}/repos"),
        repositories,
        f"{DOCS}/repos/repos#list-repositories-for-a-user",
    ),
    Route(
        "organization",
        ("/orgs/{login}", r"/organizations/{id:\d{1,18}}"),
        organization,
        f"{DOCS}/orgs/orgs#get-an-organization",
    ),
    Route(
        "organization_repositories",
        ("/orgs/{login}/repos", r"/organizations/{id:\d{1,18}}/repos"),
        organization_repositories,
        f"{DOCS}/repos/repos#list-organization-repositories",
    ),
    Route("repository", _REPOSITORY, repository, f"{DOCS}/repos/repos#get-a-repository"),
    Route("languages", _below("/languages"), languages, f"{DOCS}/repos/repos#list-repository-languages"),
    Route("contents", (*_below("/contents"), *_below("/contents/{path:.*}")), content, CONTENTS_DOCS),
    Route("tree", _below("/git/trees/{ref:.+}"), tree, f"{DOCS}/git/trees#get-a-tree"),
)
