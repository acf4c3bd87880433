"""The syntax tree of a query. Every node knows its depth, so that nesting is bounded while the tree grows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from local.cosmos.errors import CosmosError


class QuerySyntaxError(CosmosError):
    """A query the endpoint cannot run; the message has the shape of the service's, with the place in the text."""

    def __init__(self, message: str, start: int = 0, end: int | None = None) -> None:
        self.reason = message
        location = f'"location":{{"start":{start},"end":{start + 1 if end is None else end}}},'
        text = message.replace("\\", "\\\\").replace('"', '\\"')
        super().__init__(400, f'{{"errors":[{{"severity":"Error",{location}"code":"SC1001","message":"{text}"}}]}}')


@dataclass(frozen=True, slots=True)
class Literal:
    value: Any
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Identifier:
    name: str
    position: int
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Member:
    """``base.key`` or ``base[key]``."""

    base: "Expr"
    key: "Expr"
    depth: int


@dataclass(frozen=True, slots=True)
class Unary:
    op: str
    operand: "Expr"
    depth: int


@dataclass(frozen=True, slots=True)
class Binary:
    op: str
    left: "Expr"
    right: "Expr"
    depth: int


@dataclass(frozen=True, slots=True)
class Chain:
    """``AND``, ``OR`` or ``||`` over any number of operands, kept flat."""

    op: str
    operands: tuple["Expr", ...]
    depth: int


@dataclass(frozen=True, slots=True)
class Parenthesised:
    """Kept only around what would read differently without the parentheses."""

    inner: "Expr"
    depth: int


@dataclass(frozen=True, slots=True)
class In:
    needle: "Expr"
    items: tuple["Expr", ...]
    negated: bool
    depth: int


@dataclass(frozen=True, slots=True)
class Between:
    operand: "Expr"
    low: "Expr"
    high: "Expr"
    negated: bool
    depth: int


@dataclass(frozen=True, slots=True)
class Like:
    operand: "Expr"
    pattern: "Expr"
    escape: str | None
    negated: bool
    depth: int


@dataclass(frozen=True, slots=True)
class Conditional:
    condition: "Expr"
    then: "Expr"
    otherwise: "Expr"
    depth: int


@dataclass(frozen=True, slots=True)
class Call:
    """``name`` in upper case, as it is looked up; ``position`` in the text for errors."""

    name: str
    args: tuple["Expr", ...]
    position: int
    depth: int


@dataclass(frozen=True, slots=True)
class ArrayLiteral:
    items: tuple["Expr", ...]
    depth: int


@dataclass(frozen=True, slots=True)
class ObjectLiteral:
    properties: tuple[tuple[str, "Expr"], ...]
    depth: int


@dataclass(frozen=True, slots=True)
class Subquery:
    """``kind``: ``scalar``, ``exists`` or ``array``."""

    kind: str
    query: "Query"
    depth: int


Expr: TypeAlias = (
    Literal
    | Parameter
    | Identifier
    | Member
    | Unary
    | Binary
    | Chain
    | Parenthesised
    | In
    | Between
    | Like
    | Conditional
    | Call
    | ArrayLiteral
    | ObjectLiteral
    | Subquery
)


@dataclass(frozen=True, slots=True)
class CollectionPath:
    """``name.a[0]["b"]`` in a FROM clause."""

    name: str
    position: int
    steps: tuple[str | int, ...]
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Source:
    """One set of a FROM clause. ``iterate``: ``alias IN collection`` yields the array's elements."""

    collection: "CollectionPath | Query"
    alias: str | None
    iterate: bool
    depth: int


@dataclass(frozen=True, slots=True)
class SelectItem:
    expr: Expr
    alias: str | None


@dataclass(frozen=True, slots=True)
class OrderItem:
    """``explicit``: ASC or DESC was written."""

    expr: Expr
    descending: bool
    explicit: bool


Count: TypeAlias = int | Parameter


@dataclass(frozen=True, slots=True)
class Query:
    """``star``: ``SELECT *``; ``value``: ``SELECT VALUE expr`` (then one item); ``rank``: ``ORDER BY RANK``."""

    items: tuple[SelectItem, ...]
    star: bool
    value: bool
    distinct: bool
    top: Count | None
    sources: tuple[Source, ...]
    where: Expr | None
    group_by: tuple[Expr, ...]
    order_by: tuple[OrderItem, ...]
    rank: bool
    offset: Count | None
    limit: Count | None
    depth: int


def plain(expr: Expr) -> Expr:
    """The expression without parentheses around it."""
    while isinstance(expr, Parenthesised):
        expr = expr.inner
    return expr


def children(expr: Expr) -> Sequence[Expr]:  # noqa: C901 - one case for each kind of node
    """Direct operands of ``expr``; a subquery has none (it is walked on its own)."""
    match expr:
        case Member(base, key):
            return (base, key)
        case Unary(_, operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Chain(_, operands):
            return operands
        case Parenthesised(inner):
            return (inner,)
        case In(needle, items):
            return (needle, *items)
        case Between(operand, low, high):
            return (operand, low, high)
        case Like(operand, pattern):
            return (operand, pattern)
        case Conditional(condition, then, otherwise):
            return (condition, then, otherwise)
        case Call(_, args):
            return args
        case ArrayLiteral(items):
            return items
        case ObjectLiteral(properties):
            return tuple(value for _, value in properties)
        case _:
            return ()
