"""The hooks work with what azd installs for them, and with nothing else."""

import subprocess
import sys
from pathlib import Path

from tests.support.hooks import HOOKS
from tests.support.infra.package import link_requirements
from tests.support.tracked_files import ROOT

# Run by azd as files; each of them imports one of the others.
ENTRIES = {"preprovision", "postprovision", "predeploy", "postdeploy"}
_LOAD = """
import importlib, sys
root, site, *modules = sys.argv[1:]
sys.path[:0] = [root, site]
for name in modules:
    importlib.import_module(f"infra.hooks.{name}")
# What is imported only where azd signs in.
import azure.identity
"""


def test_every_module_is_imported_with_the_packages_of_requirements_txt_alone(tmp_path: Path) -> None:
    linked = link_requirements(tmp_path, HOOKS / "requirements.txt")
    modules = [path.stem for path in sorted(HOOKS.glob("*.py")) if path.stem not in ENTRIES]

    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LOAD, str(ROOT), str(tmp_path), *modules],
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert "numpy" not in linked
    assert "aiohttp" not in linked
