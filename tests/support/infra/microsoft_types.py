"""Azure's own resource types and file schemas, where they lie beside this repository; without them some checks rest."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from jsonschema.validators import validator_for

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
    checked = subprocess.run(
        [sys.executable, "check_bicep.py", str(project.infra), "--types", "arm_subset.json", "--sev", "warning"],
        cwd=_FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode in (0, 1), checked.stderr
    return checked.stdout.splitlines()[:-1]


def schema_faults(name: str, document: Any) -> list[str]:
    """Return where ``document`` departs from the schema ``name``."""
    schema: Any = json.loads((_FOLDER / "schemas" / name).read_text(encoding="utf-8"))
    if name == "host.json":
        options = schema["definitions"]["durableTask-extension"]["properties"]
        options[_OPTION] = {"enum": ["AnyState", "NonRunningStates"]}
    validator = validator_for(schema)(schema)
    return [f"{error.json_path}: {error.message[-300:]}" for error in validator.iter_errors(document)]
