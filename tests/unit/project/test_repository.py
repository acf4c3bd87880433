"""What the repository holds: pins, what is deployed, imports, and nothing of the machine it was written on."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tracked_files import ROOT, ignored_by, tracked_files

DEPLOYED = {"function_app.py", "blueprints", "activities", "shared", "prompts", "host.json", "requirements.txt"}
# What lies in a working copy beside the tracked files and must never be uploaded.
LEFT_BEHIND = [
    ".venv/bin/python",
    ".local/cosmos/data.sqlite",
    ".git/config",
    ".env",
    "local.settings.json",
    "node_modules/azurite/package.json",
    "shared/__pycache__/topology.cpython-311.pyc",
    ".pytest_cache/README.md",
]

REQUIREMENTS = [
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-minilm.txt",
    "tests/contract/worker/requirements.txt",
    "bench/peers/requirements.txt",
]
PINNED = re.compile(r"[\w.-]+(\[[\w,]+\])?==[\w.!+]+(\s*;\s*python_version (<|>=) \"3\.\d+\")?")


def test_funcignore_leaves_exactly_what_azure_runs(tmp_path: Path) -> None:
    paths = [*tracked_files(), *LEFT_BEHIND]

    deployed = set(paths) - ignored_by(ROOT / ".funcignore", paths, tmp_path)

    assert {path.split("/")[0] for path in deployed} == DEPLOYED
    assert {Path(path).suffix for path in deployed} <= {".py", ".json", ".txt", ".yaml"}


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_pinned_exactly(name: str) -> None:
    lines = [line.strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    requirements = [line for line in lines if line and not line.startswith(("#", "-r "))]

    assert [line for line in requirements if not PINNED.fullmatch(line)] == []


def test_no_requirement_is_pinned_twice() -> None:
    lines = [line for name in REQUIREMENTS for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    names = [re.split(r"[=\[;]", line)[0].lower() + line.partition(";")[2] for line in lines if "==" in line]

    assert len(names) == len(set(names))


def test_every_npm_dependency_is_pinned_exactly() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))

    assert [pin for pin in package["dependencies"].values() if not re.fullmatch(r"\d+\.\d+\.\d+", pin)] == []


def test_the_npm_lock_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text(encoding="utf-8")


# A home, a checkout or a mirror of somebody's: true on one machine only. Split, so that this file does not match.
MACHINE = re.compile(
    "|".join(["/" + "root/", "/" + r"home/\w", "/" + r"Users/\w", "extra-" + "index-url", "pypi" + "-more"])
)


def test_tracked_files_name_no_machine() -> None:
    found = []
    for path in tracked_files():
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if MACHINE.search(text) or (len(ROOT.parts) > 2 and f"{ROOT}/" in text):
            found.append(path)

    assert found == []


def test_import_rules_hold() -> None:
    linted = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))",
        ],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_nothing_imports_the_function_app() -> None:
    importers = [
        path
        for path in tracked_files()
        if path.endswith(".py")
        and path.split("/")[0] in ("blueprints", "activities", "shared", "local")
        and re.search(r"^\s*(from|import) function_app\b", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
    ]

    assert importers == []
