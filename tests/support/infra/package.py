"""The package that Azure deploys, and the packages that `requirements.txt` alone brings."""

import os
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

from tests.support.tracked_files import ROOT, ignored_by, tracked_files


def packaged_files(empty_folder: Path) -> list[str]:
    """Return what .funcignore leaves of the tracked files."""
    paths = list(tracked_files())
    ignored = ignored_by(ROOT / ".funcignore", paths, empty_folder)
    return [path for path in paths if path not in ignored]


def build_package(target: Path, empty_folder: Path) -> None:
    """Write the package as a zip file, as azd does before the build in Azure."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for path in packaged_files(empty_folder):
            package.write(ROOT / path, path)


def link_requirements(folder: Path, requirements: Path = ROOT / "requirements.txt") -> set[str]:
    """Fill ``folder`` with what ``pip install -r requirements.txt`` would put there; return the distributions' names.

    Links into this environment, in which those versions are pinned: an installation of its own takes a minute.
    """
    wanted = [Requirement(line) for line in _lines(requirements)]
    found: dict[str, Distribution] = {}
    while wanted:
        requirement = wanted.pop()
        if requirement.marker is not None and not any(
            requirement.marker.evaluate({"extra": extra}) for extra in (*requirement.extras, "")
        ):
            continue
        name = requirement.name.lower().replace("_", "-")
        if name in found and not requirement.extras:
            continue
        found[name] = distribution(requirement.name)
        assert requirement.specifier.contains(found[name].version, prereleases=True), f"{requirement} is not installed"
        wanted += _needed_by(found[name], requirement.extras)
    for each in found.values():
        _link(each, folder)
    return set(found)


def _lines(path: Path) -> list[str]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _needed_by(installed: Distribution, extras: set[str]) -> list[Requirement]:
    needed = [Requirement(line) for line in installed.requires or []]
    return [
        each
        for each in needed
        if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in (*extras, ""))
    ]


def _link(installed: Distribution, folder: Path) -> None:
    # With what is compiled already; tests of theirs are half of the files, and nothing imports them.
    files = [file for file in installed.files or [] if file.parts[0] != ".." and "tests" not in file.parts]
    for parent in {file.parent for file in files}:
        (folder / parent).mkdir(parents=True, exist_ok=True)
    for file in files:
        source = str(file.locate())
        if Path(source).exists():
            os.symlink(source, folder / file)  # noqa: PTH211
