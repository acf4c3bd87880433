"""Changes of the accounts that a test or a demonstration asks for."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from local.github.accounts import CONTEXT_FILE, Account, Directory, Repository
from local.github.fixture import context_bytes
from local.github.refusals import Refusal, not_found

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")]
Size = Annotated[int, Field(ge=0, le=10**12)]
# As Git has them: no part is empty.
Path = Annotated[str, Field(max_length=4096, pattern=r"^[^/\x00]+(/[^/\x00]+)*$")]


class Change(BaseModel):
    """What becomes different; fields that are left out stay as they are.

    A change of files, languages or context is a push and moves ``pushed_at`` and ``updated_at`` to now; one of anything
    else moves ``updated_at``. ``pushed_at`` and ``updated_at`` say otherwise.
    """

    model_config = ConfigDict(extra="forbid")

    push: bool = False
    """Something was pushed, whatever it was."""
    pushed_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    name: Name | None = None
    """Renames it; the old name leads to the new one."""
    description: str | None = None
    topics: list[str] | None = None
    language: str | None = None
    default_branch: Name | None = None
    stars: Size | None = None
    archived: bool | None = None
    private: bool | None = None
    languages: dict[str, Size] | None = None
    tree: dict[Path, Size] | None = None
    """All files, in place of those that were there."""
    add: dict[Path, Size] = Field(default_factory=dict[str, int])
    remove: list[str] = Field(default_factory=list[str])
    context: dict[str, Any] | None = None
    """What ``.repo-context.json`` says from now on; null takes it away."""
    context_base64: str | None = None
    """The same as bytes, which need not be JSON."""
    blocked: bool | None = None
    truncated: bool | None = None
    empty: bool = False
    """As if nothing had ever been pushed."""
    deleted: bool = False

    def is_push(self) -> bool:
        """Tell whether files, or what is derived from them, change."""
        pushed = {"languages", "tree", "add", "remove", "context", "context_base64"}
        return self.push or self.empty or bool(pushed & self.model_fields_set)


_PLAIN = ("name", "default_branch", "stars", "archived", "private", "blocked", "truncated")
_MAY_BE_NULL = ("description", "language")
# Times go out in whole seconds, and no two states of a repository may share one.
_TICK = timedelta(seconds=1)


def change(directory: Directory, owner: str, name: str, wanted: Change, now: datetime | None = None) -> Repository:
    """Change a repository and return it.

    Raises:
        Refusal: 404 when it is not there, 400 for a change that cannot be, 409 for a name that is taken.
    """
    found = directory.repository(owner, name)
    if found is None:
        raise not_found()
    if wanted.deleted:
        directory.delete(found)
        return found
    return directory.put(_changed(directory, found, wanted, now or datetime.now(UTC)))


def create(directory: Directory, owner: str, name: str, wanted: Change, now: datetime | None = None) -> Repository:
    """Add a repository, and its account when there is none, and return the repository.

    Raises:
        Refusal: 400 for one that cannot be, 409 when it is there.
    """
    if directory.repository(owner, name) is not None:
        raise Refusal(409, f"{owner}/{name} is there already")
    now = now or datetime.now(UTC)
    account = directory.account(owner)
    if account is None:
        account = directory.add(Account(directory.new_account_id(), owner, "User", now))
    fresh = Repository(directory.new_id(), account.login, name, now, now, now)
    return directory.put(_changed(directory, fresh, wanted, now))


def _changed(directory: Directory, found: Repository, wanted: Change, now: datetime) -> Repository:
    _check_name(directory, found, wanted)
    named = {field: value for field in _PLAIN if (value := getattr(wanted, field)) is not None}
    named |= {field: getattr(wanted, field) for field in _MAY_BE_NULL if field in wanted.model_fields_set}
    if wanted.topics is not None:
        named["topics"] = tuple(wanted.topics)
    tree, contents = _files(found, wanted)
    languages = {} if wanted.empty else dict(found.languages if wanted.languages is None else wanted.languages)
    if wanted.languages is not None and "language" not in named:
        named["language"] = max(languages, key=lambda each: languages[each], default=None)
    pushed_at = wanted.pushed_at or (max(now, found.pushed_at + _TICK) if wanted.is_push() else found.pushed_at)
    updated_at = wanted.updated_at or max(now, found.updated_at + _TICK)
    return replace(
        found,
        **named,
        tree=tree,
        contents=contents,
        languages=languages,
        pushed_at=pushed_at.astimezone(UTC),
        updated_at=updated_at.astimezone(UTC),
    )


def _check_name(directory: Directory, found: Repository, wanted: Change) -> None:
    taken = wanted.name is not None and directory.repository(found.owner, wanted.name)
    if taken and taken.id != found.id:
        raise Refusal(409, f"name: {found.owner}/{wanted.name} is there already")


def _files(found: Repository, wanted: Change) -> tuple[Mapping[str, int], Mapping[str, bytes]]:
    """Return the sizes of all files, and the contents of those that are known."""
    if wanted.empty:
        return {}, {}
    tree = dict(found.tree if wanted.tree is None else wanted.tree) | wanted.add
    contents = dict(found.contents)
    for path in wanted.remove:
        tree.pop(path, None)
    if "context" in wanted.model_fields_set or "context_base64" in wanted.model_fields_set:
        contents.pop(CONTEXT_FILE, None)
        tree.pop(CONTEXT_FILE, None)
        content = _context(wanted)
        if content is not None:
            contents[CONTEXT_FILE] = content
            tree[CONTEXT_FILE] = len(content)
    elif wanted.tree is not None and CONTEXT_FILE in contents and CONTEXT_FILE not in wanted.remove:
        tree[CONTEXT_FILE] = len(contents[CONTEXT_FILE])
    return tree, {path: content for path, content in contents.items() if path in tree}


def _context(wanted: Change) -> bytes | None:
    if wanted.context_base64 is not None:
        try:
            return b64decode(wanted.context_base64, validate=True)
        except NotBase64 as error:
            raise Refusal(400, f"context_base64: {error}") from error
    return None if wanted.context is None else context_bytes(wanted.context)
