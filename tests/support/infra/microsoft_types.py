"""Azure's own resource types and file schemas, where they lie beside this repository; without them some checks rest."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jsonschema.validators import validator_for

from local.azurite.node import find_node
from tests.support.infra.project import Project
from tests.support.tracked_files import ROOT

_FOLDER = ROOT.parent / "shared" / "infra-check"
# The published schema lacks an option that the Durable Functions extension has (DurableTaskOptions).
_OPTION = "overridableExistingInstanceStates"


def microsoft_types() -> Path | None:
    """Return the folder that holds them, None where it is not there."""
    return _FOLDER if (_FOLDER / "check_bicep.py").is_file() else None


def type_faults(project: Project) -> list[str]:
    """Return errors and warnings about resource types, versions, properties and values in ``project``."""
    arguments = ("check_bicep.py", str(project.infra), "--types", "arm_subset.json", "--sev", "warning")
    return _lines_of(sys.executable, *arguments)[:-1]


def policies(project: Project) -> list[Path]:
    return sorted(project.infra.rglob("*.xml"))


def policy_faults(paths: Sequence[Path]) -> list[str]:
    """Return what is no policy that API Management has, or no XML once its expressions are escaped."""
    return _lines_of(sys.executable, "check_apim_policy.py", *map(str, paths), "--table", "apim_policies.json")[:-1]


def queries(project: Project) -> list[Path]:
    return sorted(project.infra.rglob("*.kql"))


def query_parser() -> Path | None:
    """Return the installed parser of KQL, None where npm has not brought it."""
    parser = ROOT / "node_modules" / "@kusto" / "language-service-next"
    return parser if parser.is_dir() else None


def query_faults(paths: Sequence[Path], folder: Path) -> list[str]:
    """Return the lines that KQL's own parser complains about; ``folder``: an empty one.

    Columns beyond those of Azure's checker are those of ``tables.json`` beside the queries.
    """
    tables = json.loads((_FOLDER / "kql_tables.json").read_text(encoding="utf-8"))
    for more in {path.parent / "tables.json" for path in paths}:
        if more.is_file():
            tables |= json.loads(more.read_text(encoding="utf-8"))
    (folder / "tables.json").write_text(json.dumps(tables), encoding="utf-8")
    shutil.copyfile(_FOLDER / "kql.js", folder / "kql.js")
    (folder / "node_modules").symlink_to(ROOT / "node_modules", target_is_directory=True)
    lines = _lines_of(find_node().program, str(folder / "kql.js"), str(folder / "tables.json"), *map(str, paths))
    return [line for line in lines if " ok -> " not in line]


def workbooks(project: Project) -> list[Path]:
    return sorted(project.infra.rglob("*workbook*.json"))


def schema_faults(name: str, document: Any) -> list[str]:
    """Return where ``document`` departs from the schema ``name``."""
    schema: Any = json.loads((_FOLDER / "schemas" / name).read_text(encoding="utf-8"))
    if name == "host.json":
        options = schema["definitions"]["durableTask-extension"]["properties"]
        options[_OPTION] = {"enum": ["AnyState", "NonRunningStates"]}
    validator = validator_for(schema)(schema)
    return [f"{error.json_path}: {error.message[-300:]}" for error in validator.iter_errors(document)]


def _lines_of(*command: str) -> list[str]:
    """What a checker says; it ends with 1 where it has found something, with more where it could not look."""
    checked = subprocess.run(command, cwd=_FOLDER, capture_output=True, text=True, check=False)
    assert checked.returncode in (0, 1), checked.stderr
    return checked.stdout.splitlines()
