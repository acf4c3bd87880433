"""What a client may submit as a batch of files, checked all at once."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, cast

from shared.errors import InvalidRequest, TooLarge
from shared.http import json_type
from shared.request_fields import flag_faults, shown, unknown_fields
from shared.snippets.submission import (
    DEFAULT_PROJECT,
    SnippetRequest,
    name_faults,
    prefix_faults,
    project_faults,
    size_faults,
    text_faults,
)

MAX_FILES = 500
MAX_BATCH_BYTES = 20 * 1024 * 1024
# The Functions host takes no larger request; JSON may write a byte of text as six characters.
MAX_BODY_BYTES = 100_000_000
FIELDS = ("projectId", "files", "deleteMissing", "prefix", "dryRun")
_FILE_FIELDS = ("name", "text")
_MAX_FAULTS = 20


@dataclass(frozen=True)
class BatchRequest:
    """``prefix``: below which snippets that ``files`` do not name are deleted; None: none is."""

    project_id: str
    files: tuple[SnippetRequest, ...]
    prefix: str | None
    dry_run: bool


def read_batch(document: dict[str, Any]) -> BatchRequest:
    """Return the batch that a request describes.

    Raises:
        InvalidRequest: Fields are missing, unknown or wrong; the first 20 faults are named.
        TooLarge: A text has more than 10 MB in UTF-8, all together have more than 20 MB, or there are too many files.
    """
    project_id = document.get("projectId", DEFAULT_PROJECT)
    faults = [*unknown_fields(document, FIELDS), *project_faults(project_id)]
    for flag in ("deleteMissing", "dryRun"):
        faults += flag_faults(flag, document.get(flag, False))
    prefix = document.get("prefix", "")
    deletes = document.get("deleteMissing") is True
    faults += prefix_faults(prefix)
    if "prefix" in document and not deletes:
        faults.append("Field 'prefix' says what 'deleteMissing' covers; expected 'deleteMissing': true beside it")
    files = document.get("files")
    if isinstance(files, list) and len(cast("list[object]", files)) > MAX_FILES:
        raise TooLarge(f"Field 'files' has {len(cast('list[object]', files))} files; expected at most {MAX_FILES}")
    faults += _files_faults(document, files, prefix if deletes and isinstance(prefix, str) else "")
    if not files and not faults and not (deletes and prefix):
        faults.append("Field 'files' must hold at least one file, unless 'deleteMissing' empties a 'prefix'")
    too_large = _size_faults(files)
    if faults:
        faults += too_large
        more = len(faults) - _MAX_FAULTS
        raise InvalidRequest(*faults[:_MAX_FAULTS], *([f"and {more} more faults"] if more > 0 else []))
    if too_large:
        raise TooLarge(*too_large[:_MAX_FAULTS])
    given = tuple(SnippetRequest(project_id, file["name"], file["text"]) for file in cast("list[Any]", files))
    return BatchRequest(project_id, given, prefix if deletes else None, document.get("dryRun", False))


def _files_faults(document: dict[str, Any], files: object, prefix: str) -> list[str]:
    if "files" not in document:
        return ["Missing required field: files"]
    if not isinstance(files, list):
        return [f"Field 'files' must be an array of objects with 'name' and 'text', got {json_type(files)}"]
    faults: list[str] = []
    names: Counter[str] = Counter()
    for index, file in enumerate(cast("list[object]", files)):
        if not isinstance(file, dict):
            faults.append(f"files[{index}] must be an object with 'name' and 'text', got {json_type(file)}")
            continue
        faults += [f"files[{index}]: {fault}" for fault in _file_faults(cast("dict[str, Any]", file), prefix)]
        if isinstance(name := cast("dict[str, Any]", file).get("name"), str):
            names[name] += 1
    repeated = [name for name, count in names.items() if count > 1]
    return [
        *faults,
        *(f"Field 'files' has {shown(name)} {names[name]} times; expected each name once" for name in repeated),
    ]


def _file_faults(file: dict[str, Any], prefix: str) -> list[str]:
    faults = [*unknown_fields(file, _FILE_FIELDS)]
    for field, check in (("name", name_faults), ("text", text_faults)):
        faults += check(file[field]) if field in file else [f"Missing required field: {field}"]
    name = file.get("name")
    if isinstance(name, str) and not name.startswith(prefix):
        faults.append(f"Field 'name' must begin with the prefix {shown(prefix)}, got {shown(name)}")
    return faults


def _size_faults(files: object) -> list[str]:
    """Say which texts are too large, or all together."""
    given = cast("list[object]", files) if isinstance(files, list) else []
    texts = [cast("dict[str, object]", file).get("text") if isinstance(file, dict) else None for file in given]
    found = [f"files[{index}]: {fault}" for index, text in enumerate(texts) for fault in size_faults(text)]
    total = sum(len(text.encode(errors="replace")) for text in texts if isinstance(text, str))
    if total > MAX_BATCH_BYTES:
        found.append(f"The texts have {total} bytes in UTF-8 together; expected at most {MAX_BATCH_BYTES}")
    return found
