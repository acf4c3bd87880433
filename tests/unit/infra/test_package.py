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
from tests.support.infra.azd_package import packaged
from tests.support.infra.package import build_package, link_requirements, packaged_files
from tests.support.tracked_files import ROOT, tracked_files

MOST_BYTES = 20 * 1024 * 1024
DEPLOYED = {"function_app.py", "blueprints", "activities", "shared", "prompts", "host.json", "requirements.txt"}
# Only where there is one.
OPTIONAL = {"web"}
# Imported on first use, so that loading the app does not show whether what they need is there.
LATER = ("azure.identity.aio", "azure.search.documents.aio", "azure.servicebus.aio", "github", "openai", "pandas")
DEVELOPMENT = ("local", "bench", "pytest", "lark", "colour")

# What lies beside the tracked files in somebody's working copy.
RUBBISH = [
    *("venv/lib/python3.12/site-packages/flask/app.py", "venv312/bin/activate", "env/bin/python", "ENV/pyvenv.cfg"),
    *("fanwise_env/lib/site.py", "my-env/lib/site.py", "test_venv/lib/site.py", "virtualenv/lib/site.py"),
    *(".venv/lib/site.py", ".venv-3.13/lib/site.py", ".env", "infra/hooks/.venv/lib/site.py"),
    *("build/lib/shared/settings.py", "dist/fanwise.tar.gz", "dist/fanwise.whl", "fanwise.egg-info/PKG-INFO"),
    *("htmlcov/index.html", ".coverage", "coverage.xml", "package.zip", "fanwise-0.1.0-py3-none-any.whl"),
    *(".vscode/launch.json", ".idea/workspace.xml", ".vs/slnx.sqlite", ".devcontainer/devcontainer.json"),
    *("fanwise.code-workspace", "fanwise.iml", "shared/.settings.py.swp", "shared/settings.py~", "Thumbs.db"),
    *("shared/__pycache__/topology.cpython-312.pyc", "__pycache__/function_app.pyc", ".mypy_cache/3.12/shared.json"),
    *(".pytest_cache/README.md", "shared/.ruff_cache/0.17/1", ".tox/py312/log.txt", ".hypothesis/examples/1"),
    *("__blobstorage__/1", "__azurite_db_blob__.json", "azurite/debug", "debug.log", "prompts/.DS_Store"),
    *("node_modules/azurite/package.json", ".local/cosmos/data.sqlite", ".azure/dev/.env", "local.settings.json"),
    *(".python_packages/lib/site.py", ".git/config", ".github/workflows/mine.yml", "local.settings.dev.json"),
]

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


def test_it_holds_nothing_of_what_else_lies_in_a_working_copy(tmp_path: Path) -> None:
    app = packaged_files(tmp_path / "patterns")
    copy = tmp_path / "copy"
    for path in {*tracked_files(), *RUBBISH}:
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        (copy / path).touch()
    (copy / ".funcignore").write_bytes((ROOT / ".funcignore").read_bytes())

    assert packaged(copy) == set(app)


@pytest.mark.parametrize("name", ["venv", "env", "fanwise_env", ".venv", "node_modules", "build", "tests"])
def test_a_link_to_a_folder_does_not_bring_the_folder(name: str, tmp_path: Path) -> None:
    elsewhere, copy = tmp_path / "elsewhere", tmp_path / "copy"
    for each in (elsewhere / "lib" / "site.py", copy / "host.json"):
        each.parent.mkdir(parents=True)
        each.touch()
    (copy / name).symlink_to(elsewhere)
    (copy / ".funcignore").write_bytes((ROOT / ".funcignore").read_bytes())

    assert packaged(copy) == {"host.json"}


@pytest.mark.parametrize("name", ["env", "build", "dist", "data", "local", "docs", "tests", "infra", "venvs"])
def test_a_folder_inside_the_app_may_have_that_name(name: str, tmp_path: Path) -> None:
    (tmp_path / "shared" / name).mkdir(parents=True)
    (tmp_path / "shared" / name / "module.py").touch()
    (tmp_path / ".funcignore").write_bytes((ROOT / ".funcignore").read_bytes())

    assert packaged(tmp_path) == {f"shared/{name}/module.py"}


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
