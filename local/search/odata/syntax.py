"""The trees of ``$filter`` and ``$orderby``."""

from dataclasses import dataclass
from typing import TypeAlias


class ODataSyntaxError(Exception):
    """The text is no filter or no order; the message says where."""


@dataclass(frozen=True, slots=True)
class Path:
    """``names``: from the top of the document or from a lambda's variable."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return "/".join(self.names)


@dataclass(frozen=True, slots=True)
class Instant:
    """Microseconds since 1970."""

    microseconds: int


Constant: TypeAlias = str | int | float | bool | Instant | None


@dataclass(frozen=True, slots=True)
class Literal:
    value: Constant


Operand: TypeAlias = Path | Literal


@dataclass(frozen=True, slots=True)
class Comparison:
    left: Operand
    operator: str
    right: Operand


@dataclass(frozen=True, slots=True)
class Bare:
    """A path or ``true`` or ``false`` where a condition stands."""

    operand: Operand


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Not:
    inner: "Filter"
    depth: int


@dataclass(frozen=True, slots=True)
class Every:
    """All of them hold."""

    parts: tuple["Filter", ...]
    depth: int


@dataclass(frozen=True, slots=True)
class Either:
    """One of them holds."""

    parts: tuple["Filter", ...]
    depth: int


@dataclass(frozen=True, slots=True)
class Quantified:
    """``path/any(variable: inner)`` or ``all``; ``inner`` None for ``any()``."""

    path: Path
    quantifier: str
    variable: str
    inner: "Filter | None"
    depth: int


Filter: TypeAlias = Comparison | Bare | Call | Not | Every | Either | Quantified


@dataclass(frozen=True, slots=True)
class Order:
    """One clause of ``$orderby``."""

    by: Path | Call
    descending: bool
