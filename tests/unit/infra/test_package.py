"""The package that Azure deploys: what it holds, its size, and that it works with requirements.txt alone."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.support.infra.app_functions import background_functions
from tests.support.infra.package import build_package, link_requirements
from tests.support.tracked_files import ROOT

MOST_BYTES = 20 * 1024 * 1024
DEPLOYED = {"function_app.py", "blueprints", "activities", "shared", "prompts", "host.json", "requirements.txt"}
# Only where there is one.
OPTIONAL = {"web"}
# Imported on first use, so that loading the app does not show whether what they need is there.
LATER = ("azure.identity.aio", "azure.search.documents.aio", "azure.servicebus.aio", "github", "openai", "pandas")
DEVELOPMENT = ("local", "bench", "pytest", "lark", "colour")

# Run without this environment: neither its packages nor the folder that it is started from are on the path.
_LOAD = """
import importlib, importlib.util, json, sys
later, development, *paths = map(json.loads, sys.argv[1:])
sys.path[:0] = paths
import function_app
for name in later:
    importlib.import_module(name)
print(json.dumps({
    "functions": [function.get_function_name() for function in function_app.app.get_functions()],
    "development": [name for name in development if importlib.util.find_spec(name)],
    "file": function_app.__file__,
}))
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    build_package(folder / "package.zip", folder / "patterns")
    return folder / "package.zip"


def test_it_holds_the_app_and_nothing_else(package: Path) -> None:
    with zipfile.ZipFile(package) as files:
        held = {name.split("/")[0] for name in files.namelist()}

    assert held - OPTIONAL == DEPLOYED


def test_it_is_small(package: Path) -> None:
    assert package.stat().st_size <= MOST_BYTES


def test_it_loads_with_the_packages_of_requirements_txt_alone(package: Path, tmp_path: Path) -> None:
    app, site = tmp_path / "app", tmp_path / "site"
    with zipfile.ZipFile(package) as files:
        files.extractall(app)
    linked = link_requirements(site)

    loaded = _loaded(app, site)

    assert Path(loaded["file"]).parent == app
    assert loaded["development"] == []
    assert {"SearchRequestAccept", "SearchOrchestrator", "http_start_embeddings"} <= set(loaded["functions"])
    assert background_functions() <= set(loaded["functions"])
    assert {"azure-cosmos", "azure-core", "pydantic"} <= linked
    assert "pytest" not in linked


def _loaded(app: Path, site: Path) -> dict[str, Any]:
    settings = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))["Values"]
    arguments = [json.dumps(each) for each in (LATER, DEVELOPMENT, str(app), str(site))]
    process = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LOAD, *arguments],
        cwd=app.parent,
        env={"PATH": os.environ["PATH"], **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)
