"""Run by azd before it provisions: looks at the quota of models, makes the gateway's app registration if wanted."""

import sys
from pathlib import Path

# In place of this folder, whose modules would hide packages of the same name.
sys.path[0] = str(Path(__file__).resolve().parents[2])

from infra.hooks.start import run  # noqa: E402

sys.exit(run("before_provisioning"))
