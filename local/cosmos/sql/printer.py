"""Syntax tree to query text. Every compound operand stands in parentheses, so that no precedence is relied on."""

import re
from typing import Any

import orjson

from local.cosmos.sql.parser import RESERVED
from local.cosmos.sql.syntax import (
    ArrayLiteral,
    Between,
    Binary,
    Call,
    Chain,
    CollectionPath,
    Conditional,
    Count,
    Expr,
    Identifier,
    In,
    Like,
    Literal,
    Member,
    ObjectLiteral,
    OrderItem,
    Parameter,
    Parenthesised,
    Query,
    SelectItem,
    Source,
    Subquery,
    Unary,
    plain,
)
from local.cosmos.sql.values import UNDEFINED

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def expression(expr: Expr) -> str:
    """The text of ``expr``."""
    match expr:
        case Literal(value):
            return "undefined" if value is UNDEFINED else orjson.dumps(value).decode()
        case Parameter(name) | Identifier(name):
            return name
        case Member(base, key):
            return _operand(base) + _step(key)
        case Parenthesised(inner):
            return expression(inner)
        case Call(name, args):
            return f"{name}({_listed(args)})"
        case ArrayLiteral(items):
            return f"[{_listed(items)}]"
        case ObjectLiteral(properties):
            return "{" + ", ".join(f"{_string(name)}: {expression(value)}" for name, value in properties) + "}"
        case Subquery(kind, query):
            return {"scalar": "", "exists": "EXISTS", "array": "ARRAY"}[kind] + f"({select(query)})"
        case _:
            return _compound(expr)


def select(query: Query) -> str:
    """The text of a whole query."""
    parts = ["SELECT"]
    parts += ["DISTINCT"] if query.distinct else []
    parts += [] if query.top is None else [f"TOP {_count(query.top)}"]
    parts += ["VALUE"] if query.value else []
    parts.append("*" if query.star else ", ".join(map(_item, query.items)))
    if query.sources:
        parts.append("FROM " + " JOIN ".join(map(_source, query.sources)))
    parts += [] if query.where is None else [f"WHERE {expression(query.where)}"]
    parts += [f"GROUP BY {_listed(query.group_by)}"] if query.group_by else []
    if query.order_by:
        parts.append(f"ORDER BY {'RANK ' if query.rank else ''}{', '.join(map(_key, query.order_by))}")
    if query.offset is not None and query.limit is not None:
        parts.append(f"OFFSET {_count(query.offset)} LIMIT {_count(query.limit)}")
    return " ".join(parts)


def _compound(expr: Expr) -> str:
    match expr:
        case Unary(op, operand):
            return f"{op} {_operand(operand)}"
        case Binary(op, left, right):
            return f"{_operand(left)} {op} {_operand(right)}"
        case Chain(op, operands):
            return f" {op} ".join(map(_operand, operands))
        case In(needle, items, negated):
            return f"{_operand(needle)} {_not(negated)}IN ({_listed(items)})"
        case Between(operand, low, high, negated):
            return f"{_operand(operand)} {_not(negated)}BETWEEN {_operand(low)} AND {_operand(high)}"
        case Like(operand, pattern, escape, negated):
            text = f"{_operand(operand)} {_not(negated)}LIKE {_operand(pattern)}"
            return text if escape is None else f"{text} ESCAPE {_string(escape)}"
        case Conditional(condition, then, otherwise):
            return f"{_operand(condition)} ? {_operand(then)} : {_operand(otherwise)}"
        case _:
            raise TypeError(f"no text for {type(expr).__name__}")


def _operand(expr: Expr) -> str:
    inner = plain(expr)
    text = expression(inner)
    simple = isinstance(inner, (Literal, Parameter, Identifier, Member, Call, ArrayLiteral, ObjectLiteral, Subquery))
    return text if simple else f"({text})"


def _step(key: Expr) -> str:
    inner = plain(key)
    if isinstance(inner, Literal) and isinstance(inner.value, str):
        name = inner.value
        if _NAME.fullmatch(name) and name.lower() not in RESERVED:
            return f".{name}"
    return f"[{expression(inner)}]"


def _string(text: str) -> str:
    return orjson.dumps(text).decode()


def _not(negated: Any) -> str:
    return "NOT " if negated else ""


def _listed(exprs: tuple[Expr, ...]) -> str:
    return ", ".join(map(expression, exprs))


def _count(count: Count) -> str:
    return count.name if isinstance(count, Parameter) else str(count)


def _item(item: SelectItem) -> str:
    return expression(item.expr) if item.alias is None else f"{expression(item.expr)} AS {item.alias}"


def _source(source: Source) -> str:
    collection = source.collection
    text = f"({select(collection)})" if isinstance(collection, Query) else _path(collection)
    if source.alias is None:
        return text
    return f"{source.alias} IN {text}" if source.iterate else f"{text} AS {source.alias}"


def _path(path: CollectionPath) -> str:
    return path.name + "".join(_step(Literal(step)) for step in path.steps)


def _key(item: OrderItem) -> str:
    direction = (" DESC" if item.descending else " ASC") if item.explicit else ""
    return expression(item.expr) + direction
