"""A deployment with two colours, as far as az and azd show it: two programs on PATH that keep it in a file."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.hooks import GROUP, SUBSCRIPTION, program
from tests.support.tracked_files import ROOT

BLUE, GREEN = "func-dev", "func-dev-green"
GATEWAY = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.ApiManagement/service/apim-dev"

# What both programs do. `refuse` names the call, by its first words, that is not allowed.
_PROGRAM = """
import json, sys
from pathlib import Path
kept = Path({state!r})
state = json.loads(kept.read_text())
program, *words = sys.argv[1:]
def option(name):
    return words[words.index(name) + 1]
state["calls"].append([program, *words])
kept.write_text(json.dumps(state))
if state["refuse"] and " ".join([program, *words]).startswith(state["refuse"]):
    sys.exit("AuthorizationFailed")
if words[:2] == ["env", "get-values"]:
    print(json.dumps(state["environment"]))
elif words[:2] == ["env", "set"]:
    state["environment"][words[2]] = words[3]
elif words[:1] == ["rest"] and option("--method") == "get":
    print(json.dumps(state["pool"]))
elif words[:1] == ["rest"]:
    state["pool"] = json.loads(Path(option("--body").removeprefix("@")).read_text())
elif words[:4] == ["functionapp", "config", "appsettings", "list"]:
    print(json.dumps([{{"name": name, "value": value}} for name, value in state["settings"][option("--name")].items()]))
elif words[:4] == ["functionapp", "config", "appsettings", "set"]:
    changes = words[words.index("--settings") + 1 : words.index("--output")]
    state["settings"][option("--name")].update(each.split("=", 1) for each in changes)
else:
    sys.exit(f"unknown: {{words}}")
kept.write_text(json.dumps(state))
"""


class Deployed:
    """Blue in charge with every request, green beside it, unless a test says otherwise in ``state``."""

    def __init__(self, folder: Path) -> None:
        self._kept = folder / "state.json"
        self._programs = folder / "programs"
        script = folder / "program.py"
        script.write_text(_PROGRAM.format(state=str(self._kept)), encoding="utf-8")
        for name in ("az", "azd"):
            program(self._programs, name, f'exec "{sys.executable}" -I -S "{script}" {name} "$@"')
        idle = json.loads((ROOT / "infra" / "idle-settings.json").read_text(encoding="utf-8"))
        self.write(
            environment={
                "AZURE_RESOURCE_GROUP": GROUP,
                "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
                "SERVICE_API_NAME": BLUE,
                "SERVICE_API_GREEN_NAME": GREEN,
                "GATEWAY_ID": GATEWAY,
                "DTS_ENDPOINT": "https://dts-dev.northeurope.durabletask.io",
                "TASKHUB_NAME": "fanwise",
            },
            settings={BLUE: {"APP_COLOUR": "blue"}, GREEN: {"APP_COLOUR": "green", **idle}},
            pool={"properties": {"pool": {"services": [{"id": f"{GATEWAY}/backends/api-blue", "weight": 100}]}}},
            refuse="",
            calls=[],
        )

    @property
    def state(self) -> dict[str, Any]:
        return json.loads(self._kept.read_text(encoding="utf-8"))

    def write(self, **state: Any) -> None:
        """Change parts of the state."""
        old = self.state if self._kept.exists() else {}
        self._kept.write_text(json.dumps({**old, **state}), encoding="utf-8")

    def changes(self) -> list[str]:
        """Return what was changed so far, in order: ``pool``, ``NAME=value`` of azd, ``app NAME=value`` of an app."""
        found: list[str] = []
        for program_name, *words in self.state["calls"]:
            if program_name == "azd" and words[1] == "set":
                found.append(f"{words[2]}={words[3]}")
            elif words[0] == "rest" and "put" in words:
                found.append("pool")
            elif words[:4] == ["functionapp", "config", "appsettings", "set"]:
                app = words[words.index("--name") + 1]
                given = words[words.index("--settings") + 1 : words.index("--output")]
                found += [f"{app} {each}" for each in given]
        return found

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``python -m infra.colours`` on this deployment."""
        return subprocess.run(
            [sys.executable, "-m", "infra.colours", *arguments],
            cwd=ROOT,
            env={"PATH": f"{self._programs}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
