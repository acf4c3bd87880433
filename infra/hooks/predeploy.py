"""Run by azd before it deploys: waits until the container of the package takes what the app's identity brings."""

import sys
from pathlib import Path

# In place of this folder, whose modules would hide packages of the same name.
sys.path[0] = str(Path(__file__).resolve().parents[2])

from infra.hooks.start import run  # noqa: E402

sys.exit(run("deployment_role"))
