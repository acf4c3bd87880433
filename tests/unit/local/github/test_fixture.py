"""The accounts that come with Fanwise."""

import json
import re
from dataclasses import asdict
from pathlib import Path

import pytest

from local.github.accounts import CONTEXT_FILE, Repository
from local.github.fixture import load_directory
from local.github.fixtures.build import SOURCES, documents, rendered

# GitHub's rules.
LOGIN = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}")
NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
TOPIC = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")


def repositories(login: str) -> list[Repository]:
    directory = load_directory()
    account = directory.account(login)
    assert account is not None
    return directory.repositories_of(account)


@pytest.mark.parametrize(("login", "public", "private"), [("pallets", 12, 1), ("hashicorp", 120, 2)])
def test_account_has_as_many_repositories_as_its_page_says(login: str, public: int, private: int) -> None:
    found = repositories(login)
    assert (sum(not each.private for each in found), sum(each.private for each in found)) == (public, private)
    assert f"| {public} | {private} |" in (SOURCES.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("login", ["pallets", "hashicorp"])
def test_repositories_are_as_github_allows_them(login: str) -> None:
    assert LOGIN.fullmatch(login)
    for each in repositories(login):
        assert NAME.fullmatch(each.name)
        assert [topic for topic in each.topics if not TOPIC.fullmatch(topic)] == []
        assert len(each.topics) <= 20
        assert each.created_at <= each.pushed_at
        assert each.tree
        assert all(not path.startswith("/") and ".." not in path.split("/") for path in each.tree)


@pytest.mark.parametrize("login", ["pallets", "hashicorp"])
def test_main_language_is_the_one_with_most_bytes(login: str) -> None:
    for each in repositories(login):
        assert each.language == max(each.languages, key=lambda name: each.languages[name], default=None), each.name


@pytest.mark.parametrize("login", ["pallets", "hashicorp"])
def test_invented_repositories_say_that_they_are(login: str) -> None:
    for each in repositories(login):
        assert each.private is each.name.startswith("fanwise-private-")
        assert not each.private or "stands for a private one" in (each.description or "")


def test_only_the_context_has_contents() -> None:
    held = [each for login in ("pallets", "hashicorp") for each in repositories(login)]
    assert {path for each in held for path in each.contents} == {CONTEXT_FILE}
    for each in held:
        if CONTEXT_FILE in each.contents:
            assert json.loads(each.contents[CONTEXT_FILE])["summary"]
            assert len(each.contents[CONTEXT_FILE]) == each.tree[CONTEXT_FILE]


def test_names_and_ids_are_not_taken_twice() -> None:
    held = [each for login in ("pallets", "hashicorp") for each in repositories(login)]
    assert len({each.id for each in held}) == len({each.full_name.lower() for each in held}) == len(held)


def test_accounts_that_are_written_are_those_that_are_served(tmp_path: Path) -> None:
    for document in documents():
        (tmp_path / f"{document['account']['login']}.json").write_text(rendered(document), encoding="utf-8")
    served, written = load_directory(), load_directory(tmp_path)
    for login in ("pallets", "hashicorp"):
        ours, theirs = served.account(login), written.account(login)
        assert ours is not None
        assert ours == theirs
        assert [asdict(each) for each in served.repositories_of(ours)] == [
            asdict(each) for each in written.repositories_of(ours)
        ]


def test_account_is_written_the_same_bit_for_bit() -> None:
    assert [rendered(each) for each in documents()] == [rendered(each) for each in documents()]


def test_all_of_it_is_small() -> None:
    assert sum(path.stat().st_size for path in SOURCES.rglob("*") if path.is_file()) < 3_000_000


def test_folder_without_an_account_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no account"):
        load_directory(tmp_path)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[]", ""),
        (
            '{"account": {"id": 1, "login": "me", "type": "Robot", "created_at": "2020-01-01T00:00:00Z"}}',
            "account.type",
        ),
    ],
)
def test_file_that_is_no_fixture_is_named_with_the_field(tmp_path: Path, text: str, field: str) -> None:
    (tmp_path / "wrong.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"wrong\.json: {re.escape(field)}"):
        load_directory(tmp_path)
