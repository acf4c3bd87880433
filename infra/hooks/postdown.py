"""Run by azd once everything is taken down: removes the app registration of the gateway that the deployment made."""

import sys
from pathlib import Path

# In place of this folder, whose modules would hide packages of the same name.
sys.path[0] = str(Path(__file__).resolve().parents[2])

from infra.hooks.start import run  # noqa: E402

sys.exit(run("gateway_removal"))
