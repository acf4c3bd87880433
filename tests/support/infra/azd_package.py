"""What azd packages: its walk over a folder, and how go-gitignore, which is not git, reads `.funcignore`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path


@dataclass(frozen=True)
class _Name:
    """A pattern without a slash inside. ``anchored``: against the whole path, in which ``*`` takes slashes too."""

    expression: re.Pattern[str]
    anchored: bool
    folders_only: bool

    def matches(self, path: str, is_folder: bool) -> bool:
        if self.folders_only and not is_folder:
            return False
        return self.expression.fullmatch(path if self.anchored else path.rpartition("/")[2]) is not None


def packaged(root: Path) -> set[str]:
    """Return the paths of the files that azd packages of ``root``."""
    return set(_walk(root, "", _patterns(root / ".funcignore")))


def _patterns(file: Path) -> list[_Name]:
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [_pattern(line) for line in lines if line and not line.startswith("#")]


def _pattern(line: str) -> _Name:
    name = line.removeprefix("/").removesuffix("/")
    # Other patterns have rules of their own there.
    if line.startswith("!") or "/" in name or "**" in name:
        raise ValueError(f".funcignore: {line} is more than a name")
    return _Name(re.compile(translate(name)), line.startswith("/"), line.endswith("/"))


def _walk(folder: Path, prefix: str, patterns: list[_Name]) -> Iterator[str]:
    for entry in sorted(folder.iterdir()):
        path = prefix + entry.name
        # azd asks about a link as about a file, then packages what it leads to.
        if any(pattern.matches(path, entry.is_dir() and not entry.is_symlink()) for pattern in patterns):
            continue
        if entry.is_dir():
            yield from _walk(entry, f"{path}/", patterns)
        else:
            yield path
