"""Git's side of a repository: object names, and its tree as one listing."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from local.github.accounts import Repository

FILE_MODE, FOLDER_MODE = "100644", "040000"
# Git's name of the tree without entries.
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
# More repositories than the accounts that come with Fanwise have; a change makes a repository another one.
_REMEMBERED = 512


def blob_sha(repository: Repository, path: str) -> str:
    """Return the object name of a file: Git's own where the contents are known, else one that fits path and size."""
    content = repository.contents.get(path)
    if content is not None:
        return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    return _made_up("blob", repository.id, path, repository.tree[path])


def commit_sha(repository: Repository) -> str:
    """Return the object name of the newest commit, which every push moves."""
    return _made_up("commit", repository.id, repository.pushed_at, tree_sha(repository))


def tree_sha(repository: Repository, folder: str = "") -> str:
    """Return the object name of a folder, of the root when it is empty; it moves when anything below does."""
    return _folder_names(repository).get(folder, EMPTY_TREE)


@lru_cache(maxsize=_REMEMBERED)
def _folder_names(repository: Repository) -> Mapping[str, str]:
    """Return the object name of every folder, each made of those right in it, as Git does it."""
    within: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in repository.tree:
        within[path.rpartition("/")[0]].append((path, blob_sha(repository, path)))
        for folder in folders_above(path):
            within.setdefault(folder, [])
    names: dict[str, str] = {}
    # A folder's path is longer than that of the folder it is in.
    for folder in sorted(within, key=len, reverse=True):
        names[folder] = _made_up("tree", folder, *sorted(within[folder]))
        if folder:
            within[folder.rpartition("/")[0]].append((folder, names[folder]))
    return names


def folders_above(path: str) -> list[str]:
    """Return the folders that a file or folder is in, the root not among them."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def files_below(tree: Mapping[str, int], folder: str) -> list[str]:
    """Return the paths of all files in a folder and the folders in it."""
    return [path for path in tree if path.startswith(f"{folder}/")] if folder else list(tree)


def children(tree: Mapping[str, int], folder: str) -> tuple[list[str], list[str]]:
    """Return the paths of the folders and of the files right in a folder, each sorted."""
    depth = folder.count("/") + 1 if folder else 0
    folders: set[str] = set()
    files: list[str] = []
    for path in files_below(tree, folder):
        parts = path.split("/")
        if len(parts) == depth + 1:
            files.append(path)
        else:
            folders.add("/".join(parts[: depth + 1]))
    return sorted(folders), sorted(files)


def entries(repository: Repository, *, recursive: bool) -> list[tuple[str, str, int | None]]:
    """Return ``(path, object name, size)`` of everything in the tree, in Git's order; a folder has no size."""
    if recursive:
        folders = {folder for path in repository.tree for folder in folders_above(path)}
        files = list(repository.tree)
    else:
        folders, files = children(repository.tree, "")
    # Git sorts a folder as if its name ended in a slash; parents come before what is in them.
    listed = [(path, None) for path in folders] + [(path, repository.tree[path]) for path in files]
    listed.sort(key=lambda entry: f"{entry[0]}/" if entry[1] is None else entry[0])
    return [
        (path, tree_sha(repository, path) if size is None else blob_sha(repository, path), size)
        for path, size in listed
    ]


def _made_up(*parts: object) -> str:
    return hashlib.sha1(repr(parts).encode(), usedforsecurity=False).hexdigest()
