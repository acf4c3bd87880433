"""JSON from whoever asks a stand-in: how deep it may be nested."""

import re
from itertools import accumulate
from typing import Any

import orjson

# Possessive: no text makes it go back.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_OPENING = b"[{"
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class NestedTooDeep(Exception):
    """``levels``: how many of arrays and objects were allowed."""

    def __init__(self, levels: int) -> None:
        super().__init__(f"nested more than {levels} levels deep")
        self.levels = levels


def read_json(body: bytes, levels: int) -> Any:
    """Return what ``body`` holds.

    Raises:
        orjson.JSONDecodeError: It is no JSON.
        NestedTooDeep: Arrays and objects stand in each other more than ``levels`` deep.
    """
    value = orjson.loads(body)
    if body.count(b"{") + body.count(b"[") > levels and _depth(body) > levels:
        raise NestedTooDeep(levels)
    return value


def _depth(body: bytes) -> int:
    """Return how deep the arrays and objects of a JSON text stand in each other.

    By its brackets outside of strings: to walk the numbers of 64 vectors takes ten times as long.
    """
    brackets = _STRING.sub(b"", body).translate(None, _ALL_BUT_BRACKETS)
    return max(accumulate(1 if bracket in _OPENING else -1 for bracket in brackets), default=0)


def check_nesting(value: Any, levels: int) -> None:
    """Refuse arrays and objects that stand in each other more than ``levels`` deep.

    It goes level by level, so that no depth exhausts the stack.

    Raises:
        NestedTooDeep: They do.
    """
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(levels):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return
    raise NestedTooDeep(levels)
