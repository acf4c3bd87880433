"""Ready files: a small JSON document that appears, whole, at the moment a process serves."""

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write_ready_file(path: Path, content: Mapping[str, object]) -> None:
    """Write ``content`` to ``path`` so that a reader sees either nothing or all of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file)
        Path(draft).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(draft).unlink()
        raise


def read_ready_file(path: Path) -> dict[str, object] | None:
    """Return what ``path`` holds, None while it is not there."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if not isinstance(content, dict):
        raise TypeError(f"ready file {path} holds {type(content).__name__}, expected an object")
    return content  # pyright: ignore[reportUnknownVariableType]
