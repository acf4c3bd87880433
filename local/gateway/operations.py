"""The operations of the API: which one a request is for, and what its URL holds."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_WILDCARD = "*"


class InvalidOperations(Exception):
    """The file does not list operations; the text says what is wrong."""


@dataclass(frozen=True)
class Operation:
    """``policy``: stem of the policy file of its own, None where the API's is all."""

    name: str
    method: str
    template: str
    policy: str | None

    @property
    def segments(self) -> tuple[str, ...]:
        """The template between its slashes."""
        return tuple(self.template.strip("/").split("/"))

    @property
    def precedence(self) -> tuple[int, ...]:
        """Of two that match, the smaller is meant: what is written out comes first."""
        return tuple(2 if s == _WILDCARD else 1 if s.startswith("{") else 0 for s in self.segments)


class Operations:
    """Those of ``operations.json``."""

    def __init__(self, operations: list[Operation]) -> None:
        self.all = sorted(operations, key=lambda operation: operation.precedence)

    @classmethod
    def read(cls, path: Path) -> "Operations":
        """Return the operations that a file lists.

        Raises:
            InvalidOperations: It lists something else.
        """
        try:
            listed = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InvalidOperations(f"{path}: {error}") from error
        if not isinstance(listed, list):
            raise InvalidOperations(f"{path}: expected a list of operations")
        return cls([_operation(each, path) for each in listed])

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """Return the operation of a request and the parameters in its URL. ``path``: as it is written in the URL."""
        segments = path.strip("/").split("/")
        if any(unquote(segment) in (".", "..") for segment in segments):
            return None
        for operation in self.all:
            if operation.method == method and (matched := _matched(operation.segments, segments)) is not None:
                return operation, matched
        return None


def _matched(template: tuple[str, ...], segments: list[str]) -> dict[str, str] | None:
    if template[-1] == _WILDCARD and len(segments) >= len(template):
        template, segments = template[:-1], segments[: len(template) - 1]
    if len(template) != len(segments):
        return None
    matched: dict[str, str] = {}
    for expected, given in zip(template, segments, strict=True):
        if expected.startswith("{"):
            matched[expected.strip("{}")] = unquote(given)
        elif expected != unquote(given):
            return None
    return matched if all(matched.values()) else None


def _operation(entry: Any, path: Path) -> Operation:
    fields = entry if isinstance(entry, dict) else {}
    if set(fields) != {"name", "method", "urlTemplate", "policy"} or not isinstance(fields["policy"], str | None):
        raise InvalidOperations(f"{path}: {entry!r} is no operation: name, method, urlTemplate, policy")
    name, method, template, policy = (fields[key] for key in ("name", "method", "urlTemplate", "policy"))
    if not all(isinstance(each, str) and each for each in (name, method, template)):
        raise InvalidOperations(f"{path}: {entry!r}: name, method and urlTemplate are texts")
    if method not in _METHODS or not template.startswith("/"):
        raise InvalidOperations(f"{path}: operation {name}: {method} {template} is no method with a path")
    return Operation(name, method, template, policy)
