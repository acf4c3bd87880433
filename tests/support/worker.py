"""The verdict of Azure's own Python worker on an app, from a process of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LOADER = ROOT / "tests" / "contract" / "worker" / "load_app.py"
# Where `make` installs tests/contract/worker/requirements.txt, beside the environment that runs the tests.
WORKER = Path(sys.prefix) / "worker"
LOADING_TAKES_AT_MOST_S = 60


@dataclass(frozen=True, slots=True)
class Verdict:
    """Bindings by function that the worker accepts, and its reason by function that it refuses."""

    accepted: dict[str, list[dict[str, Any]]]
    refused: dict[str, str]

    def bindings(self, binding_type: str) -> dict[str, dict[str, Any]]:
        """The binding of that type of each accepted function that has one, by function."""
        return {
            name: binding
            for name, bindings in self.accepted.items()
            for binding in bindings
            if binding["type"] == binding_type
        }


def sample_settings() -> dict[str, str]:
    """``Values`` of local.settings.sample.json."""
    return json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))["Values"]


def worker_verdict(folder: Path, settings: dict[str, str]) -> Verdict:
    """Load the app in ``folder`` with ``settings`` as its environment.

    Raises:
        AssertionError: The app, or the worker itself, does not load at all.
        subprocess.TimeoutExpired: Loading takes more than a minute.
    """
    assert WORKER.is_dir(), f"{WORKER} is missing: run `make test`, which sets up what the tests need"
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment |= {**settings, "PYTHONPATH": str(WORKER), "PYTHONDONTWRITEBYTECODE": "1"}
    loaded = subprocess.run(
        [sys.executable, str(LOADER)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LOADING_TAKES_AT_MOST_S,
        check=False,
    )
    assert loaded.returncode == 0, loaded.stderr
    return Verdict(**json.loads(loaded.stdout))
