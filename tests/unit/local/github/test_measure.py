"""Measuring a repository: on one that is made here, with Git and without linguist."""

import os
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.github.fixtures.measure import files, git, measure, sampled, without
from local.github.fixtures.measured import LeftOut, in_folders

MOST = 10
FIRST, NEWEST = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC), datetime(2021, 2, 3, 4, 5, 6, tzinfo=UTC)


class Counting:
    """Counts every repository as the same and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, repository: Path, lacked: Sequence[str]) -> dict[str, int]:
        self.asked.append(list(lacked))
        return {"Python": 7}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A bare repository of two commits: two files, one of them in a folder, and a symbolic link."""
    bare, work = tmp_path / "tool.git", tmp_path / "work"
    (work / "src").mkdir(parents=True)
    git(bare, "init", "--quiet", "--bare", "--initial-branch=trunk", str(bare))
    (work / "README.md").write_text("tool\n", encoding="utf-8")
    commit(bare, work, FIRST)
    (work / "src/tool.py").write_text("pass\n" * 2, encoding="utf-8")
    (work / "link").symlink_to("README.md")
    commit(bare, work, NEWEST)
    return bare


def commit(bare: Path, work: Path, moment: datetime) -> None:
    env = os.environ | {"GIT_AUTHOR_DATE": moment.isoformat(), "GIT_COMMITTER_DATE": moment.isoformat()}
    who = ["-c", "user.name=nobody", "-c", "user.email=nobody", "-c", "commit.gpgsign=false"]
    for command in (["add", "-A"], [*who, "commit", "--quiet", "-m", "change"]):
        subprocess.run(["git", f"--git-dir={bare}", f"--work-tree={work}", *command], check=True, env=env)


def lose(repository: Path, path: str) -> None:
    name = git(repository, "rev-parse", f"HEAD:{path}").strip()
    (repository / "objects" / name[:2] / name[2:]).unlink()


def test_repository_is_measured_at_its_newest_commit(repository: Path) -> None:
    found = measure(repository, MOST, languages_of=Counting())

    assert found.commit == git(repository, "rev-parse", "trunk").strip()
    assert (found.branch, found.first_commit_at, found.newest_commit_at) == ("trunk", FIRST, NEWEST)
    assert found.tree == {"README.md": 5, "src/tool.py": 10}
    assert (found.languages, found.left_out, found.lacked) == ({"Python": 7}, None, ())


def test_languages_are_not_counted_again_at_the_same_commit(repository: Path, tmp_path: Path) -> None:
    counting = Counting()
    before = measure(repository, MOST, languages_of=counting)

    assert measure(repository, MOST, before, counting) == before
    assert len(counting.asked) == 1

    commit_another(repository, tmp_path)
    measure(repository, MOST, before, counting)
    assert len(counting.asked) == 2


def commit_another(repository: Path, folder: Path) -> None:
    (folder / "work/more.py").write_text("pass\n", encoding="utf-8")
    commit(repository, folder / "work", NEWEST)


def test_file_that_the_copy_lacks_is_named_and_not_counted(repository: Path) -> None:
    lose(repository, "src/tool.py")
    counting = Counting()

    found = measure(repository, MOST, languages_of=counting)

    assert (found.tree, found.lacked) == ({"README.md": 5}, ("src/tool.py",))
    assert counting.asked == [["src/tool.py"]]


def test_copy_without_lacked_files_can_be_read_whole(repository: Path, tmp_path: Path) -> None:
    lose(repository, "src/tool.py")

    made = without(repository, ["src/tool.py"], tmp_path / "made")

    assert git(made, "ls-tree", "-r", "--name-only", "HEAD").split() == ["README.md", "link"]
    assert git(made, "show", "HEAD:README.md") == "tool\n"


def test_copy_of_the_newest_commits_only_is_refused(repository: Path, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow.git"
    git(shallow, "clone", "--quiet", "--bare", "--depth=1", f"file://{repository}", str(shallow))

    with pytest.raises(ValueError, match=r"shallow\.git has only the newest part of its history"):
        measure(shallow, MOST, languages_of=Counting())


def test_links_and_submodules_are_no_files() -> None:
    name = "0" * 40
    listing = "".join(
        f"{mode} {kind} {name} {size:>7}\t{path}\0"
        for mode, kind, size, path in (
            ("100644", "blob", "12", "a b.py"),
            ("100755", "blob", "3", "run"),
            ("120000", "blob", "4", "link"),
            ("160000", "commit", "-", "module"),
            ("100644", "blob", "BAD", "large.bin"),
        )
    )
    assert files(listing) == ({"a b.py": 12, "run": 3}, ["large.bin"])


def test_tree_that_is_not_too_large_stays_whole() -> None:
    whole = {"README.md": 1, "a/b.py": 2}
    assert sampled(whole, 2) == (whole, None)


def test_of_a_large_tree_the_root_and_every_nth_file_stay() -> None:
    whole = {"README.md": 1} | {f"src/{number:02}.py": 10 for number in range(20)}

    tree, left_out = sampled(whole, 8)

    assert list(tree) == ["README.md", *(f"src/{number:02}.py" for number in range(0, 20, 3))]
    assert left_out == LeftOut(every=3, files=13, bytes=130)


def test_root_that_is_too_large_itself_leaves_one_other_file() -> None:
    whole = {f"{number}.md": 1 for number in range(9)} | {"a/b": 2, "a/c": 2}
    tree, left_out = sampled(whole, 5)
    assert len(tree) == 10
    assert left_out == LeftOut(every=2, files=1, bytes=2)


def test_files_are_kept_by_folder() -> None:
    assert in_folders({"README.md": 1, "a/b/c.py": 2, "a/d": 3}) == {
        "": {"README.md": 1},
        "a/b": {"c.py": 2},
        "a": {"d": 3},
    }
