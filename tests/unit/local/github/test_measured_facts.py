"""What was measured of the repositories that come with Fanwise: nothing is missing, nothing contradicts itself."""

from pathlib import Path, PurePosixPath

import pytest

from local.github.fixtures.build import SOURCES, described, documents, measured_file
from local.github.fixtures.measure import ACCOUNT_FILES
from local.github.fixtures.measured import Measured, read, written
from shared.repo_context.file_types import file_type_of
from shared.repo_scoring.linguist import linguist

ACCOUNTS = sorted(SOURCES.glob("*.yaml"))


def measured_repositories() -> dict[str, Measured]:
    return {f"{source.stem}/{name}": each for source in ACCOUNTS for name, each in read(measured_file(source)).items()}


def may_be(path: str, language: str) -> bool:
    """Tell whether a file can count for a language; one of no known type can be anything, its first line may say it."""
    known = linguist().by_file.get(file_type_of(path) or PurePosixPath(path).name, ())
    return not known or any(language in (each.name, each.group) for each in known)


@pytest.mark.parametrize("source", ACCOUNTS, ids=lambda path: path.stem)
def test_every_public_repository_is_measured_and_no_other(source: Path) -> None:
    listed = described(source)["repositories"]
    assert {each["name"] for each in listed if not each.get("invented")} == set(read(measured_file(source)))


def test_every_repository_has_files_and_languages() -> None:
    for name, each in measured_repositories().items():
        assert each.tree, name
        assert each.languages, name
        assert min(each.languages.values()) > 0, name


def test_no_language_has_more_bytes_than_the_files_that_can_be_of_it() -> None:
    for name, each in measured_repositories().items():
        if each.left_out is not None:
            continue
        for language, size in each.languages.items():
            held = sum(length for path, length in each.tree.items() if may_be(path, language))
            assert size <= held, f"{name} has {size} bytes of {language}, its files {held}"
        assert sum(each.languages.values()) <= sum(each.tree.values()), name


@pytest.mark.parametrize("source", ACCOUNTS, ids=lambda path: path.stem)
def test_trees_that_are_too_large_are_cut_and_say_so(source: Path) -> None:
    repositories = read(measured_file(source))
    most = ACCOUNT_FILES // len(repositories)
    for name, each in repositories.items():
        root = sum("/" not in path for path in each.tree)
        assert len(each.tree) <= max(most, root + 1), name
        if each.left_out is not None:
            below = len(each.tree) - root
            assert below == -(-(below + each.left_out.files) // each.left_out.every), name


def test_trees_of_the_small_account_are_whole() -> None:
    assert not [name for name, each in read(SOURCES / "pallets.measured.json").items() if each.left_out]


def test_first_commit_is_not_after_the_newest() -> None:
    for name, each in measured_repositories().items():
        assert each.first_commit_at <= each.newest_commit_at, name


def test_file_that_git_could_not_tell_the_size_of_is_in_no_tree() -> None:
    for each in measured_repositories().values():
        assert not set(each.lacked) & set(each.tree)


@pytest.mark.parametrize("source", ACCOUNTS, ids=lambda path: path.stem)
def test_measurement_is_written_as_it_was_read(source: Path) -> None:
    assert written(read(measured_file(source))) == measured_file(source).read_text(encoding="utf-8")


def test_served_repository_has_the_measured_facts() -> None:
    measured = measured_repositories()
    served = {
        f"{document['account']['login']}/{each['name']}": each
        for document in documents()
        for each in document["repositories"]
        if not each.get("private")
    }
    assert served.keys() == measured.keys()
    for name, each in served.items():
        facts = measured[name]
        assert (each["default_branch"], each["languages"], each["tree"]) == (facts.branch, facts.languages, facts.tree)
        assert (each["created_at"], each["pushed_at"]) == (facts.first_commit_at, facts.newest_commit_at)
