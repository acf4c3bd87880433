"""Query text to syntax tree, by lark (LALR, no recursion) with the grammar in ``sql.lark``."""

import re
from functools import lru_cache
from importlib.resources import files
from typing import Any, cast

from lark import Lark, Token, Transformer, UnexpectedInput
from lark.exceptions import VisitError
from lark.visitors import v_args

from local.cosmos import limits
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
    QuerySyntaxError,
    SelectItem,
    Source,
    Subquery,
    Unary,
)
from local.cosmos.sql.values import UNDEFINED

RESERVED = frozenset(
    re.findall(
        r"\w+",
        "and array as asc between by desc distinct escape exists false from group in join like limit not null offset "
        "or order select top true udf undefined value where",
    )
)
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_BITWISE = frozenset({"&", "|", "^"})
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\", "/": "/"}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)


def _deeper(*parts: Any) -> int:
    depth = 1 + max((part.depth for part in parts), default=0)
    if depth > limits.QUERY_NESTING:
        raise QuerySyntaxError(f"The query is nested more than {limits.QUERY_NESTING} levels deep.")
    return depth


def _text(token: Token) -> str:
    """The value of a string literal."""

    def unescape(match: re.Match[str]) -> str:
        escaped = match.group(1)
        if len(escaped) == 5:
            return chr(int(escaped[1:], 16))
        if escaped not in _ESCAPES:
            raise QuerySyntaxError(f"Syntax error, unknown escape '\\{escaped}' in a string.", token.start_pos or 0)
        return _ESCAPES[escaped]

    text = _ESCAPE.sub(unescape, token[1:-1])
    try:
        # Two \u escapes may form one character; half of such a pair is no text.
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise QuerySyntaxError("Syntax error, half a surrogate pair in a string.", token.start_pos or 0) from None


def _number(token: str) -> int | float:
    if token.isdigit() and len(token) <= 16:
        return int(token)
    return float(token)


def _name(token: Token) -> str:
    if token.lower() in RESERVED:
        raise QuerySyntaxError(
            f"Syntax error, incorrect syntax near '{token}'. A reserved word is written c[\"{token}\"].",
            token.start_pos or 0,
            token.end_pos,
        )
    return str(token)


def _unmixed(op: str, *operands: Expr) -> None:
    """Refuse what reads one way and binds another."""
    for operand in operands:
        inner = operand.op if isinstance(operand, (Unary, Binary, Chain)) else ""
        if isinstance(operand, (In, Between, Like)):
            inner = "IN, BETWEEN or LIKE"
        comparison = inner in _COMPARISONS or inner == "IN, BETWEEN or LIKE"
        if (
            (inner == "NOT" and op not in ("AND", "OR"))
            or (comparison and op in _BITWISE)
            or (op == "||" and (comparison or inner in ("AND", "OR")))
        ):
            raise QuerySyntaxError(f"Syntax error, '{inner}' beside '{op}' needs parentheses to be clear.")


@v_args(inline=True)
class _Builder(Transformer[Token, Query]):
    """Builds the tree while lark parses, so that no parse tree is walked recursively."""

    def start(self, query: Query) -> Query:
        return query

    def query(self, *clauses: tuple[str, Any]) -> Query:
        parts: dict[str, Any] = dict(clauses)
        items, star, value = parts["selection"]
        offset, limit = parts.get("offset_limit", (None, None))
        exprs = [item.expr for item in items]
        exprs += [expr for expr in (parts.get("where"),) if expr is not None]
        order_by = parts.get("order_by", ())
        if "rank" in parts:
            order_by = (OrderItem(parts["rank"], descending=False, explicit=False),)
        exprs += [item.expr for item in order_by]
        depth = _deeper(*exprs, *parts.get("sources", ()), *parts.get("group_by", ()))
        return Query(
            items=items,
            star=star,
            value=value,
            distinct="distinct" in parts,
            top=parts.get("top"),
            sources=parts.get("sources", ()),
            where=parts.get("where"),
            group_by=parts.get("group_by", ()),
            order_by=order_by,
            rank="rank" in parts,
            offset=offset,
            limit=limit,
            depth=depth,
        )

    def distinct(self) -> tuple[str, bool]:
        return "distinct", True

    def top(self, count: Count) -> tuple[str, Count]:
        return "top", count

    def count(self, token: Token) -> Count:
        if token.startswith("@"):
            return Parameter(str(token))
        if not token.isdigit() or len(token) > 15:
            raise QuerySyntaxError(f"Syntax error, a whole number is expected near '{token}'.", token.start_pos or 0)
        return int(token)

    def select_star(self) -> tuple[str, Any]:
        return "selection", ((), True, False)

    def select_value(self, expr: Expr) -> tuple[str, Any]:
        return "selection", ((SelectItem(expr, None),), False, True)

    def select_list(self, *items: SelectItem) -> tuple[str, Any]:
        return "selection", (items, False, False)

    def select_item(self, expr: Expr, alias: Token | None = None) -> SelectItem:
        return SelectItem(expr, None if alias is None else _name(alias))

    def from_clause(self, *sources: Source) -> tuple[str, tuple[Source, ...]]:
        return "sources", sources

    def from_collection(self, collection: CollectionPath | Query, alias: Token | None = None) -> Source:
        return Source(collection, None if alias is None else _name(alias), iterate=False, depth=_deeper(collection))

    def from_iterator(self, alias: Token, collection: CollectionPath | Query) -> Source:
        return Source(collection, _name(alias), iterate=True, depth=_deeper(collection))

    def subquery_collection(self, query: Query) -> Query:
        return query

    def path(self, name: Token, *steps: str | int) -> CollectionPath:
        return CollectionPath(_name(name), name.start_pos or 0, steps)

    def name_step(self, name: Token) -> str:
        return _name(name)

    def string_step(self, text: Token) -> str:
        return _text(text)

    def number_step(self, number: Token) -> int:
        if not number.isdigit() or len(number) > 9:
            raise QuerySyntaxError(f"Syntax error, an array index is expected near '{number}'.", number.start_pos or 0)
        return int(number)

    def where(self, expr: Expr) -> tuple[str, Expr]:
        return "where", expr

    def group_by(self, *exprs: Expr) -> tuple[str, tuple[Expr, ...]]:
        return "group_by", exprs

    def order_by(self, *items: OrderItem) -> tuple[str, tuple[OrderItem, ...]]:
        return "order_by", items

    def order_by_rank(self, expr: Expr) -> tuple[str, Expr]:
        return "rank", expr

    def order_by_rank_directed(self, _expr: Expr) -> None:
        raise QuerySyntaxError("Specifying a sort order (ASC or DESC) in the ORDER BY RANK clause is not allowed.")

    def order_item(self, expr: Expr) -> OrderItem:
        return OrderItem(expr, descending=False, explicit=False)

    def ascending(self, expr: Expr) -> OrderItem:
        return OrderItem(expr, descending=False, explicit=True)

    def descending(self, expr: Expr) -> OrderItem:
        return OrderItem(expr, descending=True, explicit=True)

    def offset_limit(self, offset: Count, limit: Count) -> tuple[str, tuple[Count, Count]]:
        return "offset_limit", (offset, limit)

    def conditional(self, condition: Expr, then: Expr, otherwise: Expr) -> Expr:
        return Conditional(condition, then, otherwise, _deeper(condition, then, otherwise))

    def coalesced(self, left: Expr, right: Expr) -> Expr:
        return Binary("??", left, right, _deeper(left, right))

    def concatenated(self, *operands: Expr) -> Expr:
        _unmixed("||", *operands)
        return Chain("||", operands, _deeper(*operands))

    def any_of(self, *operands: Expr) -> Expr:
        return Chain("OR", operands, _deeper(*operands))

    def all_of(self, *operands: Expr) -> Expr:
        return Chain("AND", operands, _deeper(*operands))

    def is_in(self, needle: Expr, items: tuple[Expr, ...]) -> Expr:
        _unmixed("IN", needle)
        return In(needle, items, negated=False, depth=_deeper(needle, *items))

    def is_not_in(self, needle: Expr, items: tuple[Expr, ...]) -> Expr:
        _unmixed("IN", needle)
        return In(needle, items, negated=True, depth=_deeper(needle, *items))

    def is_between(self, operand: Expr, low: Expr, high: Expr) -> Expr:
        _unmixed("BETWEEN", operand, low, high)
        return Between(operand, low, high, negated=False, depth=_deeper(operand, low, high))

    def is_not_between(self, operand: Expr, low: Expr, high: Expr) -> Expr:
        _unmixed("BETWEEN", operand, low, high)
        return Between(operand, low, high, negated=True, depth=_deeper(operand, low, high))

    def is_like(self, operand: Expr, pattern: Expr, escape: str | None = None) -> Expr:
        _unmixed("LIKE", operand, pattern)
        return Like(operand, pattern, escape, negated=False, depth=_deeper(operand, pattern))

    def is_not_like(self, operand: Expr, pattern: Expr, escape: str | None = None) -> Expr:
        _unmixed("LIKE", operand, pattern)
        return Like(operand, pattern, escape, negated=True, depth=_deeper(operand, pattern))

    def escape(self, token: Token) -> str:
        text = _text(token)
        if len(text) != 1:
            raise QuerySyntaxError("ESCAPE takes a string of one character.", token.start_pos or 0)
        return text

    def binary(self, left: Expr, sign: Token, right: Expr) -> Expr:
        op = "!=" if sign == "<>" else str(sign)
        _unmixed(op, left, right)
        return Binary(op, left, right, _deeper(left, right))

    def signed(self, sign: Token, operand: Expr) -> Expr:
        _unmixed(str(sign), operand)
        if sign == "-" and isinstance(operand, Literal) and isinstance(operand.value, (int, float)):
            return Literal(-operand.value)
        return Unary(str(sign), operand, _deeper(operand))

    def negated(self, operand: Expr) -> Expr:
        return Unary("NOT", operand, _deeper(operand))

    def identifier(self, token: Token) -> Expr:
        return Identifier(_name(token), token.start_pos or 0)

    def parameter(self, token: Token) -> Expr:
        return Parameter(str(token))

    def string(self, token: Token) -> Expr:
        return Literal(_text(token))

    def number(self, token: Token) -> Expr:
        value = _number(token)
        if value == float("inf"):
            raise QuerySyntaxError(f"Syntax error, the number '{token}' is too large.", token.start_pos or 0)
        return Literal(value)

    def true(self) -> Expr:
        return Literal(value=True)

    def false(self) -> Expr:
        return Literal(value=False)

    def null(self) -> Expr:
        return Literal(None)

    def undefined(self) -> Expr:
        return Literal(UNDEFINED)

    def empty_array(self) -> Expr:
        return ArrayLiteral((), 1)

    def array(self, items: tuple[Expr, ...]) -> Expr:
        return ArrayLiteral(items, _deeper(*items))

    def empty_object(self) -> Expr:
        return ObjectLiteral((), 1)

    def object(self, *properties: tuple[str, Expr]) -> Expr:
        return ObjectLiteral(properties, _deeper(*(value for _, value in properties)))

    def property(self, key: Token, value: Expr) -> tuple[str, Expr]:
        return (_text(key) if key.type == "STRING" else str(key)), value

    def call(self, name: Token, args: tuple[Expr, ...] = ()) -> Expr:
        return Call(name.upper(), args, name.start_pos or 0, _deeper(*args))

    def udf_call(self, name: Token, _args: tuple[Expr, ...] = ()) -> None:
        raise QuerySyntaxError(
            f"The user-defined function 'udf.{name}' is not supported by this endpoint.", name.start_pos or 0
        )

    def parenthesised(self, inner: Expr) -> Expr:
        if isinstance(inner, (Unary, Binary, Chain, In, Between, Like)):
            return Parenthesised(inner, _deeper(inner))
        return inner

    def scalar_subquery(self, query: Query) -> Expr:
        return Subquery("scalar", query, _deeper(query))

    def member(self, base: Expr, name: Token) -> Expr:
        return Member(base, Literal(_name(name)), _deeper(base))

    def indexed(self, base: Expr, key: Expr) -> Expr:
        return Member(base, key, _deeper(base, key))

    def exists(self, query: Query) -> Expr:
        return Subquery("exists", query, _deeper(query))

    def array_subquery(self, query: Query) -> Expr:
        return Subquery("array", query, _deeper(query))

    def exprs(self, *items: Expr) -> tuple[Expr, ...]:
        return items


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    text = files("local.cosmos").joinpath("sql.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", lexer="contextual", transformer=_Builder(), maybe_placeholders=False)


@lru_cache(maxsize=512)
def parse(text: str) -> Query:
    """The tree of ``text``.

    Raises:
        QuerySyntaxError: It is no query, or one with a construct this endpoint does not know.
    """
    if len(text) > limits.QUERY_CHARACTERS:
        raise QuerySyntaxError(
            f"The SQL query text is {len(text)} characters long; at most {limits.QUERY_CHARACTERS} are accepted."
        )
    try:
        return cast(Query, _grammar().parse(text))
    except UnexpectedInput as error:
        token = getattr(error, "token", None)
        at_end = token is not None and not token
        start = len(text) if at_end else error.pos_in_stream or 0
        near = str(token) if token is not None else text[start : start + 1]
        where = f"near '{near[:40]}'" if near else "at the end"
        reason = f"Syntax error, incorrect syntax {where} (line {error.line}, column {error.column})."
        raise QuerySyntaxError(reason, start, start + max(1, len(near))) from None
    except VisitError as error:
        if isinstance(error.orig_exc, QuerySyntaxError):
            raise error.orig_exc from None
        raise
