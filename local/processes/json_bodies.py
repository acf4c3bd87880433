"""JSON from whoever asks a stand-in: how deep it may be nested."""

from typing import Any

import orjson


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
    # Brackets bound the depth; only a body that has many of them is walked.
    if body.count(b"{") + body.count(b"[") > levels:
        check_nesting(value, levels)
    return value


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
