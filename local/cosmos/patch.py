"""Partial updates: the operations of a patch, and its condition."""

import math
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from local.cosmos import limits
from local.cosmos.errors import bad_request, precondition_failed
from local.cosmos.sql.values_query import query_values
from local.cosmos.store.documents import SYSTEM

_OPERATIONS = ("add", "set", "replace", "remove", "incr", "move")


@dataclass(frozen=True, slots=True)
class Operation:
    """``path`` and ``source`` (of a move) as steps."""

    op: str
    path: tuple[str, ...]
    value: Any
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Patch:
    """``condition``: ``FROM c WHERE ...``, which the item must pass."""

    operations: tuple[Operation, ...]
    condition: str | None


def read_patch(body: Any, protected: tuple[tuple[str, ...], ...]) -> Patch:
    """Check the body of a patch. ``protected``: the partition key's paths, which may not change.

    Raises:
        CosmosError: 400 naming the operation and what is wrong with it.
    """
    operations: Any = body.get("operations") if isinstance(body, Mapping) else body
    condition: Any = body.get("condition") if isinstance(body, Mapping) else None
    if not isinstance(operations, list) or not operations:
        raise bad_request("Patch: 'operations' must be a non-empty array.")
    if len(operations) > limits.PATCH_OPERATIONS:
        raise bad_request(
            f"The number of patch operations can't exceed {limits.PATCH_OPERATIONS}, but {len(operations)} were given."
        )
    if condition is not None and not isinstance(condition, str):
        raise bad_request("Patch: 'condition' must be a string such as 'FROM c WHERE c.state = 1'.")
    checked = tuple(_operation(each, place, protected) for place, each in enumerate(operations))
    return Patch(checked, condition)


def _operation(entry: Any, place: int, protected: tuple[tuple[str, ...], ...]) -> Operation:
    if not isinstance(entry, Mapping):
        raise bad_request(f"Patch operation {place}: an object with 'op' and 'path' is expected.")
    op = entry.get("op")
    op = "incr" if op == "increment" else op
    if op not in _OPERATIONS:
        raise bad_request(f"Patch operation {place}: 'op' is one of {', '.join(_OPERATIONS)}, not {str(op)[:50]!r}.")
    path = _steps(entry.get("path"), place, "path")
    source = _steps(entry.get("from"), place, "from") if op == "move" else ()
    for steps in (path, source):
        if steps and (steps in protected or steps == ("id",) or (len(steps) == 1 and steps[0] in SYSTEM)):
            raise bad_request(f"Patch operation {place}: the path /{'/'.join(steps)} cannot be changed.")
    if op not in ("remove", "move") and "value" not in entry:
        raise bad_request(f"Patch operation {place}: '{op}' needs a 'value'.")
    value = entry.get("value")
    if op == "incr" and not _is_number(value):
        raise bad_request(f"Patch operation {place}: 'incr' needs a number, not {str(value)[:50]!r}.")
    return Operation(op, path, value, source)


def _steps(path: Any, place: int, field: str) -> tuple[str, ...]:
    if not isinstance(path, str) or not path.startswith("/") or len(path) < 2 or len(path) > 1024:
        raise bad_request(f"Patch operation {place}: '{field}' is a path such as /a/b, not {str(path)[:50]!r}.")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/"))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def apply_patch(item: dict[str, Any], patch: Patch) -> dict[str, Any]:
    """The patched item.

    Raises:
        CosmosError: 412 when the condition does not hold; 400 naming the operation that cannot be done.
    """
    if patch.condition is not None and not query_values(f"SELECT * {patch.condition}", {}, [item]):
        raise precondition_failed()
    changed = deepcopy(item)
    for place, operation in enumerate(patch.operations):
        _apply(changed, operation, place)
    return changed


def _apply(item: dict[str, Any], operation: Operation, place: int) -> None:
    if operation.op == "move":
        value = _find(item, operation.source, place)
        if operation.path[: len(operation.source)] == operation.source and operation.path != operation.source:
            raise bad_request(f"Patch operation {place}: a value cannot be moved into itself.")
        _remove(item, operation.source, place)
        _put(item, operation.path, value, place, "set")
    elif operation.op == "remove":
        _remove(item, operation.path, place)
    elif operation.op == "incr":
        _increment(item, operation, place)
    else:
        _put(item, operation.path, operation.value, place, operation.op)


def _parent(item: Any, path: tuple[str, ...], place: int) -> Any:
    return _find(item, path[:-1], place) if len(path) > 1 else item


def _find(item: Any, path: tuple[str, ...], place: int) -> Any:
    value = item
    for step in path:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list):
            value = value[_index(value, step, path, place)]
        else:
            raise _missing(path, place)
    return value


def _missing(path: tuple[str, ...], place: int) -> Exception:
    return bad_request(f"For Operation({place + 1}): the path /{'/'.join(path)} does not exist in the item.")


def _index(array: list[Any], step: str, path: tuple[str, ...], place: int, *, past_end: bool = False) -> int:
    if step == "-" and past_end:
        return len(array)
    index = int(step) if step.isascii() and step.isdigit() and len(step) < 10 else -1
    if not 0 <= index < len(array) + past_end:
        raise bad_request(f"For Operation({place + 1}): the array index in /{'/'.join(path)} is out of range.")
    return index


def _put(item: dict[str, Any], path: tuple[str, ...], value: Any, place: int, op: str) -> None:
    parent, last = _parent(item, path, place), path[-1]
    if isinstance(parent, dict):
        if op == "replace" and last not in parent:
            raise _missing(path, place)
        parent[last] = value
    elif isinstance(parent, list):
        index = _index(parent, last, path, place, past_end=op != "replace")
        if op == "add" or index == len(parent):
            parent.insert(index, value)
        else:
            parent[index] = value
    else:
        raise _missing(path, place)


def _remove(item: dict[str, Any], path: tuple[str, ...], place: int) -> None:
    parent, last = _parent(item, path, place), path[-1]
    if isinstance(parent, dict) and last in parent:
        del parent[last]
    elif isinstance(parent, list):
        del parent[_index(parent, last, path, place)]
    else:
        raise _missing(path, place)


def _increment(item: dict[str, Any], operation: Operation, place: int) -> None:
    parent, last = _parent(item, operation.path, place), operation.path[-1]
    if isinstance(parent, dict) and last not in parent:
        parent[last] = operation.value
        return
    value = _find(item, operation.path, place)
    if not _is_number(value):
        raise bad_request(f"For Operation({place + 1}): the value at /{'/'.join(operation.path)} is no number.")
    total = value + operation.value
    if not math.isfinite(total):
        raise bad_request(f"For Operation({place + 1}): the sum at /{'/'.join(operation.path)} is too large.")
    # JSON numbers are doubles; so is what a sum of whole numbers outgrows.
    _put(item, operation.path, float(total) if abs(total) > 2**53 else total, place, "set")
