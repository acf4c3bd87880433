"""Starts a hook. Must be readable to any Python 3: it is what says that this one is too old."""

import importlib
import sys

# What the app's packages and the modules that the hooks share with it are written for.
OLDEST = (3, 11)


def run(name: str) -> int:
    """Run ``main`` of the hook's module; return the exit code."""
    if sys.version_info[:2] < OLDEST:
        found = "{}.{}".format(*sys.version_info[:2])
        wanted = "{}.{}".format(*OLDEST)
        sys.stderr.write(
            f"The hooks need Python {wanted} or newer, and azd found {found} ({sys.executable}).\n"
            f"What to do: put a newer Python first on PATH, delete infra/hooks/.venv, run the command again.\n"
        )
        return 1
    return importlib.import_module("infra.hooks.running").run(name)
