"""Object names, folders and trees."""

from dataclasses import replace
from datetime import UTC, datetime

from local.github.accounts import Repository
from local.github.git_objects import EMPTY_TREE, blob_sha, children, commit_sha, entries, tree_sha

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TREE = {"b.py": 1, "a/z.py": 2, "a-b.py": 3, "a/c/d.py": 4, "a.py": 5}
HELD = Repository(1, "me", "tool", NOW, NOW, NOW, tree=TREE)


def test_name_of_a_known_content_is_that_of_git() -> None:
    held = replace(HELD, tree={"hello": 6}, contents={"hello": b"hello\n"})
    assert blob_sha(held, "hello") == "ce013625030ba8dba906f756967f9e9ca394464a"
    assert tree_sha(replace(HELD, tree={})) == EMPTY_TREE


def test_recursive_tree_is_in_the_order_of_git() -> None:
    found = [path for path, _, _ in entries(HELD, recursive=True)]
    assert found == ["a-b.py", "a.py", "a", "a/c", "a/c/d.py", "a/z.py", "b.py"]


def test_tree_that_is_not_recursive_has_the_root_only() -> None:
    assert [path for path, _, _ in entries(HELD, recursive=False)] == ["a-b.py", "a.py", "a", "b.py"]


def test_folders_have_no_size() -> None:
    assert {path: size for path, _, size in entries(HELD, recursive=False)} == {
        "a": None,
        "a-b.py": 3,
        "a.py": 5,
        "b.py": 1,
    }


def test_children_are_those_right_in_the_folder() -> None:
    assert children(TREE, "a") == (["a/c"], ["a/z.py"])
    assert children(TREE, "a/c") == ([], ["a/c/d.py"])
    assert children(TREE, "nowhere") == ([], [])


def test_name_of_a_folder_moves_with_what_is_below_it_and_with_nothing_else() -> None:
    changed = replace(HELD, tree=TREE | {"a/c/d.py": 40})
    assert tree_sha(changed, "a") != tree_sha(HELD, "a")
    assert tree_sha(replace(HELD, tree=TREE | {"b.py": 9}), "a") == tree_sha(HELD, "a")


def test_every_push_moves_the_commit() -> None:
    assert commit_sha(replace(HELD, pushed_at=NOW.replace(day=2))) != commit_sha(HELD)
