"""Bicep files as trees: what they declare, and where they cannot be parsed."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

_ESCAPES = {"\\'": "'", "\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\t": "\t"}


class BicepError(Exception):
    """A file says what cannot be deployed. The message names the place."""


@dataclass(frozen=True)
class Declaration:
    """``kind``: type of its node. ``decorators``: calls such as ``allowed``, by name, each with its first argument."""

    kind: str
    name: str
    node: Node
    decorators: dict[str, Node | None] = field(default_factory=dict)


@dataclass(frozen=True)
class BicepFile:
    path: Path
    root: Node
    declarations: dict[str, Declaration]

    def of(self, kind: str) -> dict[str, Declaration]:
        """Return the declarations of one kind: ``parameter``, ``variable``, ``resource``, ``module``, ``output``."""
        wanted = f"{kind}_declaration"
        return {each.name: each for each in self.declarations.values() if each.kind == wanted}

    def where(self, node: Node) -> str:
        return f"{self.path.name}:{node.start_point[0] + 1}"


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bicep.language()))


def read_bicep(path: Path) -> BicepFile:
    """Parse a file.

    Raises:
        BicepError: It has a syntax error, or declares a name twice.
    """
    # Copies of a project differ in a file or none: each content is parsed once, wherever it is.
    return replace(parsed(path.name, path.read_bytes()), path=path)


@cache
def parsed(name: str, source: bytes) -> BicepFile:
    """Parse what is in a file of that name, as ``read_bicep`` does."""
    root = _parser().parse(source).root_node
    if root.has_error:
        faulty = next(node for node in walk(root) if node.type == "ERROR" or node.is_missing)
        raise BicepError(f"{name}:{faulty.start_point[0] + 1}: cannot be parsed near {text(faulty)[:60]!r}")
    declarations: dict[str, Declaration] = {}
    decorators: dict[str, Node | None] = {}
    for node in root.named_children:
        if node.type == "decorators":
            decorators = dict(map(_decorator, node.named_children))
        elif node.type.endswith("_declaration"):
            declaration = Declaration(node.type, text(node.named_children[0]), node, decorators)
            # Outputs are a name space of their own.
            key = f"output {declaration.name}" if node.type == "output_declaration" else declaration.name
            if key in declarations:
                raise BicepError(f"{name}:{node.start_point[0] + 1}: {key} is declared twice")
            declarations[key] = declaration
            decorators = {}
    return BicepFile(Path(name), root, declarations)


def _decorator(node: Node) -> tuple[str, Node | None]:
    call = node.named_children[0]
    arguments = call.named_children[1].named_children
    return text(call.named_children[0]), arguments[0] if arguments else None


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from walk(child)


def text(node: Node) -> str:
    return (node.text or b"").decode()


def literal(node: Node) -> str:
    """Return a string that holds no ``${...}``.

    Raises:
        BicepError: It holds one, or is no string.
    """
    if node.type != "string" or any(part.type == "interpolation" for part in node.named_children):
        raise BicepError(f"expected a plain string, not {text(node)}")
    return "".join(unescaped(part) for part in node.named_children)


def unescaped(part: Node) -> str:
    """Return what a piece of a string stands for."""
    return _ESCAPES[text(part)] if part.type == "escape_sequence" else text(part)


def is_safe(node: Node, *, whole_chain: bool = False) -> bool:
    """Whether ``a.?b`` or ``a[?b]`` is asked for, which yields null where there is none.

    ``whole_chain``: or before it, as in ``a.?b.c``: what follows is not asked for then.
    """
    if node.type not in ("member_expression", "subscript_expression"):
        return False
    if any(child.type in (".?", "?") for child in node.children):
        return True
    return whole_chain and is_safe(values(node)[0], whole_chain=True)


def values(node: Node) -> list[Node]:
    """Return the children that are values: comments are not."""
    return [child for child in node.named_children if child.type not in ("comment", "diagnostic_comment")]
