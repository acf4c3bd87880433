"""Changes that a test asks for."""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from local.github.accounts import CONTEXT_FILE, Account, Directory, Repository
from local.github.changes import Change, change, create
from local.github.refusals import Refusal

THEN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
def directory() -> Directory:
    tool = Repository(5, "me", "tool", THEN, THEN, THEN, languages={"C": 1}, tree={"a.c": 1})
    other = Repository(6, "me", "other", THEN, THEN, THEN)
    return Directory([Account(1, "me", "User", THEN)], [tool, other])


def changed(directory: Directory, **wanted: Any) -> Repository:
    return change(directory, "me", "tool", Change.model_validate(wanted), NOW)


@pytest.mark.parametrize(
    "wanted", [{"push": True}, {"languages": {"C": 2}}, {"add": {"b.c": 1}}, {"context": {}}, {"remove": ["a.c"]}]
)
def test_change_of_what_is_in_it_is_a_push(directory: Directory, wanted: dict[str, Any]) -> None:
    found = changed(directory, **wanted)
    assert (found.pushed_at, found.updated_at) == (NOW, NOW)


@pytest.mark.parametrize("wanted", [{"description": "new"}, {"topics": ["x"]}, {"stars": 3}, {"archived": True}])
def test_change_of_what_is_said_of_it_is_none(directory: Directory, wanted: dict[str, Any]) -> None:
    found = changed(directory, **wanted)
    assert (found.pushed_at, found.updated_at) == (THEN, NOW)


def test_two_pushes_within_a_second_have_times_apart(directory: Directory) -> None:
    first, second = changed(directory, push=True), changed(directory, push=True)
    assert (second.pushed_at - first.pushed_at).total_seconds() == 1


def test_bytes_become_the_context_whatever_they_are(directory: Directory) -> None:
    found = changed(directory, context_base64=b64encode(b"\xff{").decode())
    assert found.contents[CONTEXT_FILE] == b"\xff{"
    assert found.tree[CONTEXT_FILE] == 2


def test_null_takes_the_context_away(directory: Directory) -> None:
    changed(directory, context={"a": 1})
    found = changed(directory, context=None)
    assert CONTEXT_FILE not in found.tree
    assert not found.contents


def test_new_tree_keeps_the_context(directory: Directory) -> None:
    changed(directory, context={"a": 1})
    found = changed(directory, tree={"b.rs": 3})
    assert set(found.tree) == {"b.rs", CONTEXT_FILE}


def test_empty_repository_has_nothing(directory: Directory) -> None:
    changed(directory, context={"a": 1})
    found = changed(directory, empty=True)
    assert found.empty
    assert (dict(found.languages), dict(found.contents)) == ({}, {})


def test_main_language_is_the_largest_unless_it_is_named(directory: Directory) -> None:
    assert changed(directory, languages={"Go": 5, "C": 2}).language == "Go"
    assert changed(directory, languages={"Go": 5}, language="Rust").language == "Rust"


def test_null_takes_away_only_what_may_be_missing(directory: Directory) -> None:
    changed(directory, description="something")
    found = changed(directory, description=None, name=None, archived=None)
    assert (found.description, found.name, found.archived) == (None, "tool", False)


def test_former_name_leads_to_the_new_one_until_it_is_taken(directory: Directory) -> None:
    changed(directory, name="renamed")
    assert directory.repository("me", "tool") is None
    former = directory.former("ME", "Tool")
    assert former is not None
    assert former.name == "renamed"
    create(directory, "me", "tool", Change(), NOW)
    assert directory.former("me", "tool") is None


def test_name_that_is_taken_is_refused(directory: Directory) -> None:
    with pytest.raises(Refusal, match="me/Other is there already"):
        changed(directory, name="Other")
    assert changed(directory, name="TOOL").name == "TOOL"


def test_deleted_repository_is_gone_and_reset_brings_it_back(directory: Directory) -> None:
    changed(directory, deleted=True)
    assert directory.repository("me", "tool") is None
    directory.reset()
    assert directory.repository("me", "tool") is not None


def test_created_repository_brings_its_account(directory: Directory) -> None:
    made = create(directory, "you", "first", Change(tree={"a.py": 1}), NOW)
    account = directory.account("YOU")
    assert account is not None
    assert directory.repositories_of(account) == [made]
    with pytest.raises(Refusal, match="there already"):
        create(directory, "you", "first", Change(), NOW)


def test_what_is_not_there_cannot_be_changed(directory: Directory) -> None:
    with pytest.raises(Refusal, match="Not Found"):
        change(directory, "me", "nothing", Change(), NOW)


@pytest.mark.parametrize("text", ["###", "YQ", "YQ==YQ=="])
def test_context_that_is_no_base64_is_refused(directory: Directory, text: str) -> None:
    with pytest.raises(Refusal, match="context_base64"):
        changed(directory, context_base64=text)


@pytest.mark.parametrize(
    "wanted",
    [
        {"unknown": 1},
        {"name": "no/slash"},
        {"tree": {"/a": 1}},
        {"tree": {"a//b": 1}},
        {"tree": {"": 1}},
        {"tree": {"a": -1}},
        {"pushed_at": "2026-01-01T00:00:00"},
        {"context": [1]},
    ],
)
def test_change_that_cannot_be_is_refused(wanted: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Change.model_validate(wanted)
