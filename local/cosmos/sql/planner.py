"""What of a WHERE clause can narrow the items before any is parsed: equalities of paths with constants."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from local.cosmos.sql.execution import Execution
from local.cosmos.sql.full_text import CONTAINS
from local.cosmos.sql.like import Matcher, like
from local.cosmos.sql.syntax import (
    Binary,
    Call,
    Chain,
    Expr,
    Identifier,
    In,
    Like,
    Literal,
    Member,
    Parameter,
    Query,
    Source,
    Subquery,
    children,
    plain,
)
from local.cosmos.sql.values import EXACT
from local.cosmos.sql.vector_distance import VECTOR_FUNCTIONS, VectorArguments, arguments, path_of, policy_path
from local.cosmos.words import term

Path: TypeAlias = tuple[str | int, ...]
Constraints: TypeAlias = dict[Path, list[Any]]
"""For a path, the values of which its value must be one. A path that is not named may have any."""

ALL: frozenset[str] = frozenset({"*"})
"""In place of names: the item as a whole."""


def constraints(expr: Expr | None, run: Execution, root: str) -> Constraints:
    """Necessary conditions of ``expr`` on the item ``root``; the full expression is still to be evaluated."""
    match plain(expr) if expr is not None else None:
        case Chain("AND", operands):
            return _all_of([constraints(operand, run, root) for operand in operands])
        case Chain("OR", operands):
            return _any_of([constraints(operand, run, root) for operand in operands])
        case Binary("=", left, right):
            return _equality(left, [right], run, root) or _equality(right, [left], run, root)
        case In(needle, items, False):
            return _equality(needle, list(items), run, root)
        case Call("ARRAY_CONTAINS", (array, needle)):
            values = _constant(array, run)
            return _one_of(needle, values[0], root) if values and isinstance(values[0], list) else {}
        case _:
            return {}


def patterns(expr: Expr | None, run: Execution, root: str) -> dict[str, Matcher]:
    """For properties of ``root`` the patterns that their texts must match for ``expr`` to hold."""
    match plain(expr) if expr is not None else None:
        case Chain("AND", operands):
            return {name: fits for operand in operands for name, fits in patterns(operand, run, root).items()}
        case Like(operand, pattern, escape, False):
            path, value = path_of(operand), _constant(pattern, run)
            if path is None or path[0] != root or len(path[1]) != 1 or value is None or not isinstance(value[0], str):
                return {}
            return {str(path[1][0]): like(value[0], escape)}
        case _:
            return {}


@dataclass(frozen=True, slots=True)
class TextCondition:
    """A necessary condition on a text: that it holds all ``terms``, or any of them."""

    all: bool
    terms: list[tuple[str, ...]]


def text_conditions(expr: Expr | None, run: Execution, path: str) -> list[TextCondition]:
    """What FullTextContains, -All and -Any in ``expr`` demand of the text at ``path`` (``/words``)."""
    match plain(expr) if expr is not None else None:
        case Chain("AND", operands):
            return [found for operand in operands for found in text_conditions(operand, run, path)]
        case Call(name, (text, *terms)) if name in CONTAINS and policy_path(text) == path:
            values = [_constant(each, run) for each in terms]
            known = [term(value[0]) for value in values if value is not None and isinstance(value[0], str)]
            # One that is not known yet may be found anywhere.
            whole = len(known) == len(terms)
            together = CONTAINS[name] is all
            return [TextCondition(together, known)] if known and (whole or together) else []
        case _:
            return []


def _all_of(parts: list[Constraints]) -> Constraints:
    merged: Constraints = {}
    for part in parts:
        for path, values in part.items():
            if path not in merged or len(values) < len(merged[path]):
                merged[path] = values
    return merged


def _any_of(parts: list[Constraints]) -> Constraints:
    shared = set(parts[0]).intersection(*parts[1:])
    # Duplicates would be asked for again and again; a thousand keys of one partition are one value.
    return {path: list(dict.fromkeys(value for part in parts for value in part[path])) for path in shared}


def _equality(path: Expr, values: list[Expr], run: Execution, root: str) -> Constraints:
    found: list[Any] = []
    for value in values:
        constant = _constant(value, run)
        if constant is None:
            return {}
        found.append(constant[0])
    return _one_of(path, found, root)


def _one_of(expr: Expr, values: list[Any], root: str) -> Constraints:
    path = path_of(expr)
    if path is None or path[0] != root or not path[1] or not all(map(_comparable, values)):
        return {}
    return {path[1]: values}


def _comparable(value: Any) -> bool:
    """Whether SQLite finds at least what is equal to ``value``: it cuts text at a NUL and has no booleans."""
    if isinstance(value, str):
        return "\0" not in value
    return type(value) in (int, float) and abs(value) < EXACT


def _constant(expr: Expr, run: Execution) -> tuple[Any] | None:
    """The value of a literal or parameter, in a tuple to tell it from none."""
    match plain(expr):
        case Literal(value):
            return (value,)
        case Parameter(name):
            return (run.parameter(name),)
        case _:
            return None


def names_of(expr: Expr, root: str, *, ranked: VectorArguments | None) -> frozenset[str]:
    """The top-level properties of ``root`` that ``expr`` reads, or ``ALL``.

    ``ranked``: the VectorDistance whose value is known from the search, so that it reads nothing.
    """
    if isinstance(expr, Subquery):
        return query_names(expr.query, root, ranked=ranked)
    path = path_of(expr)
    if path is not None and path[0] == root:
        return frozenset({str(path[1][0])}) if path[1] else ALL
    if isinstance(expr, Identifier):
        return frozenset()
    if ranked and isinstance(expr, Call) and expr.name in VECTOR_FUNCTIONS and arguments(expr) == ranked:
        return frozenset()
    names: frozenset[str] = frozenset()
    for child in children(expr):
        names |= names_of(child, root, ranked=ranked)
    if isinstance(expr, Member) and not isinstance(plain(expr.key), (Literal, Parameter)):
        return names | ALL if root in _identifiers(expr) else names
    return names


def _identifiers(expr: Expr) -> set[str]:
    if isinstance(expr, Identifier):
        return {expr.name}
    return {name for child in children(expr) for name in _identifiers(child)}


def query_names(query: Query, root: str, *, ranked: VectorArguments | None = None) -> frozenset[str]:
    """The same for a subquery: its sources and clauses."""
    names = source_names(query.sources, root) | projected_names(query, root, ranked=ranked)
    return names | deciding_names(query, root, ranked=ranked)


def projected_names(query: Query, root: str, *, ranked: VectorArguments | None = None) -> frozenset[str]:
    """What the SELECT clause reads of ``root``."""
    if query.star:
        return ALL
    return _union([item.expr for item in query.items], root, ranked)


def deciding_names(query: Query, root: str, *, ranked: VectorArguments | None = None) -> frozenset[str]:
    """What decides on the rows and their order: WHERE, GROUP BY, ORDER BY. ``ORDER BY RANK`` reads no item."""
    where = [] if query.where is None else [query.where]
    order = [] if query.rank else [item.expr for item in query.order_by]
    return _union([*where, *query.group_by, *order], root, ranked)


def source_names(sources: tuple[Source, ...], root: str) -> frozenset[str]:
    """What sets of a FROM clause read of ``root``."""
    names: frozenset[str] = frozenset()
    for source in sources:
        collection = source.collection
        if isinstance(collection, Query):
            names |= query_names(collection, root)
        elif collection.name == root:
            names |= {str(collection.steps[0])} if collection.steps else ALL
    return names


def _union(exprs: list[Expr], root: str, ranked: VectorArguments | None) -> frozenset[str]:
    return frozenset[str]().union(*[names_of(expr, root, ranked=ranked) for expr in exprs])
