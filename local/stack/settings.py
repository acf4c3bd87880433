"""The settings that decide what ``up`` starts: the process environment first, then ``local.settings.json``."""

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import cast

from local.stack.errors import BadSettings

REPOSITORY = Path(__file__).parents[2]
SETTINGS = "local.settings.json"
SAMPLE = "local.settings.sample.json"


def copy_sample(root: Path) -> bool:
    """Make ``local.settings.json`` from the sample when there is none; tell whether it was made."""
    target = root / SETTINGS
    if target.exists():
        return False
    descriptor, draft = tempfile.mkstemp(dir=root, prefix=f".{SETTINGS}.")
    with os.fdopen(descriptor, "wb") as file:
        file.write((root / SAMPLE).read_bytes())
    try:
        # A link appears whole, and never replaces the file of whoever was quicker.
        with suppress(FileExistsError):
            os.link(draft, target)
            return True
    finally:
        Path(draft).unlink()
    return False


def values_of(path: Path) -> dict[str, str]:
    """Return the ``Values`` of a settings file.

    Raises:
        BadSettings: The file is not what the Functions tools expect.
    """
    try:
        document: object = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise BadSettings(f"{path} is not JSON: {error}") from error
    values = cast("dict[str, object]", document).get("Values") if isinstance(document, dict) else None
    if not isinstance(values, dict):
        raise BadSettings(f'{path} has no object "Values"')
    for name, value in cast("dict[str, object]", values).items():
        if not isinstance(value, str):
            raise BadSettings(f"{path}: the value of {name} is {value!r}, expected a string")
    return cast("dict[str, str]", values)


def effective_settings(root: Path, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return every setting as the app will see it, before ``up`` puts its own addresses in.

    Raises:
        BadSettings: The settings file is not what the Functions tools expect.
    """
    return values_of(root / SETTINGS) | dict(os.environ if environ is None else environ)
