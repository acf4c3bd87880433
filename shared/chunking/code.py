"""The outline of source code: its syntax tree says where to cut, and what is defined where.

As in cAST (Zhang et al., "Enhancing code retrieval-augmented generation with structural chunking via abstract syntax
tree", arXiv 2506.15655), a node that is too large is taken apart into its children, and neighbours are put together
again as long as they fit; here the first is done by levels, which grow with the depth of a node, and the second by
``partition``.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

from shared.chunking.grammars import grammar_name, load
from shared.chunking.outline import LONGEST_NAME, Definition, Outline, plain_levels

if TYPE_CHECKING:
    from tree_sitter import Node, Query

# Larger sources are generated, and a tree takes 100 times the memory of its text.
_LONGEST_SOURCE = 512 * 1024
# Below the deepest node that a level is counted for; a line inside a statement is worse still to cut before.
_DEEPEST = 40
_INSIDE = 2 * _DEEPEST
# Bodies begin behind a signature that belongs to them.
_BODY = re.compile(r"(?:block|body|list|statements|compound_statement|suite|arguments|parameters)$")
# Parsers of generics try each "<" as a bracket and as a comparison, and a query looks behind each token for a node:
# both take the square of what is left open. Sources that people write stay far below.
_MOST_OPEN = 2000
_ANGLE = re.compile(r"(?<![=-])[<>]")
_NAME_NOISE = re.compile(r"^(?:module\.exports|exports|this|self)\.|\s+")


def code_outline(name: str, text: str, lines: Sequence[str], aim: int) -> Outline | None:
    """Return the outline of a source; None where no grammar reads it, or its syntax is too costly or of no use.

    ``aim``: what takes more code points than this is taken apart.
    """
    key = grammar_name(name, text) if len(text) <= _LONGEST_SOURCE else None
    if key is None or _is_minified(lines, aim) or _open_angles(text) > _MOST_OPEN:
        return None
    from tree_sitter import Parser

    language, query = load(key)
    root = Parser(language).parse(text.encode("utf-8", "replace")).root_node
    parts = _parts(root, lines, aim)
    if parts is None:
        return None
    definitions = list(_definitions(query, root))
    return Outline(_levels(parts, lines, definitions), definitions)


def _is_minified(lines: Sequence[str], aim: int) -> bool:
    """Whether most of a text stands in lines that are longer than ``aim``, so that its syntax says nothing of lines."""
    return 2 * sum(len(line) for line in lines if len(line) > aim) > sum(map(len, lines))


def _open_angles(text: str) -> int:
    """Return how many angle brackets are open at most at any place."""
    still_open = most = 0
    for found in _ANGLE.finditer(text):
        still_open = still_open + 1 if found[0] == "<" else max(0, still_open - 1)
        most = max(most, still_open)
    return most


def _definitions(query: "Query", root: "Node") -> Iterator[Definition]:
    from tree_sitter import QueryCursor

    found: set[Definition] = set()
    for _, captures in QueryCursor(query).matches(root):
        owner = captures.get("owner")
        last = _last_line(captures["def"][0])
        for node in captures["name"]:
            name = _text(node)
            if owner:
                name = f"{_text(owner[0]).lstrip('*').split('[')[0]}.{name}"
            definition = Definition(name, node.start_point.row, last)
            # What is left of a declarator with parentheses is no name.
            if name and "(" not in name and definition not in found:
                found.add(definition)
                yield definition


def _text(node: "Node") -> str:
    text = (node.text or b"")[: 4 * LONGEST_NAME].decode("utf-8", "ignore")[:LONGEST_NAME]
    return _NAME_NOISE.sub("", text).replace(".prototype.", ".").strip("'\"")


def _last_line(node: "Node") -> int:
    end = node.end_point
    return end.row - 1 if end.column == 0 and end.row > node.start_point.row else end.row


@dataclass(frozen=True)
class _Part:
    """A node that begins a line: the line that a cut before it falls on, its own lines, and how deep it lies."""

    begins: int
    first: int
    last: int
    depth: int


def _levels(parts: Sequence[_Part], lines: Sequence[str], definitions: Sequence[Definition]) -> list[int]:
    """Return a level per line: twice the depth of the node that begins on it, one less for a definition."""
    named = {found.last: found.named for found in definitions}
    levels = [_INSIDE + level for level in plain_levels(lines)]
    for part in parts:
        defines = named.get(part.last, -1) >= part.first
        levels[part.begins] = min(levels[part.begins], 2 * part.depth + (not defines))
    return levels


def _parts(root: "Node", lines: Sequence[str], aim: int) -> list[_Part] | None:
    """Return the nodes that a text may be cut before; None where a query for definitions would not come back."""
    ends = [0, *accumulate(map(len, lines))]
    parts: list[_Part] = []
    waiting = [(root, -1, 0)]
    while waiting:
        node, taken, depth = waiting.pop()
        children = node.children
        if len(children) > _MOST_OPEN and _longest_run(children) > _MOST_OPEN:
            return None
        parts += _begun(children, taken, depth, lines)
        for child in children:
            first, last = child.start_point.row, _last_line(child)
            if last < len(lines) and ends[last + 1] - ends[first] > min(aim, _MOST_OPEN):
                waiting.append((child, max(taken, first), min(depth + 1, _DEEPEST)))
            taken = max(taken, last)
    return parts


def _begun(children: Sequence["Node"], taken: int, depth: int, lines: Sequence[str]) -> Iterator[_Part]:
    """Yield those of ``children`` that begin a line behind line ``taken``.

    A comment and what else stands between it and the next node, such as an attribute, go with that node.
    """
    above: int | None = None
    for child in children:
        first, last = child.start_point.row, _last_line(child)
        if child.is_named and taken < first and last < len(lines):
            if "comment" in child.type or "attribute" in child.type:
                above = first if above is None else above
                if last + 1 < len(lines) and not lines[last + 1].strip():
                    yield _Part(above, first, last, depth)
                    above = None
            else:
                if above is not None or not _BODY.search(child.type):
                    yield _Part(first if above is None else above, first, last, depth)
                above = None
        taken = max(taken, last)


def _longest_run(children: Sequence["Node"]) -> int:
    """Return how many tokens follow each other at most without a node between them."""
    return max(sum(1 for _ in run) for _, run in groupby(children, key=lambda child: child.is_named))
