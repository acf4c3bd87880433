"""OData text to tree, by lark (LALR, no recursion) with the grammar in ``odata.lark``."""

from functools import lru_cache
from importlib.resources import files
from typing import Any, cast

from lark import Lark, Token, Transformer, UnexpectedInput
from lark.exceptions import VisitError
from lark.visitors import v_args

from local.search import limits
from local.search.errors import shown
from local.search.odata.syntax import (
    Bare,
    Call,
    Comparison,
    Either,
    Every,
    Filter,
    Instant,
    Literal,
    Not,
    ODataSyntaxError,
    Operand,
    Order,
    Path,
    Quantified,
)
from local.search.store.values import microseconds

_SPECIAL = {"NaN": float("nan"), "INF": float("inf"), "-INF": float("-inf")}


def parse_filter(text: str) -> Filter:
    """The tree of a ``$filter``.

    Raises:
        ODataSyntaxError: It is none, or has too many or too deeply nested clauses.
    """
    return cast(Filter, _parse(text, "filter"))


def parse_order(text: str) -> tuple[Order, ...]:
    """The clauses of an ``$orderby``, first the one that decides first.

    Raises:
        ODataSyntaxError: It is none, or has too many clauses.
    """
    orders = cast("tuple[Order, ...]", _parse(text, "orderby"))
    if len(orders) > limits.ORDER_BY_CLAUSES:
        raise ODataSyntaxError(f"it has {len(orders)} clauses; at most {limits.ORDER_BY_CLAUSES} are allowed")
    return orders


def _deeper(*parts: Filter) -> int:
    depth = 1 + max((getattr(part, "depth", 0) for part in parts), default=0)
    if depth > limits.FILTER_NESTING:
        raise ODataSyntaxError(f"it is nested more than {limits.FILTER_NESTING} levels deep")
    return depth


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Builds the tree while lark parses, so that no parse tree is walked recursively."""

    def any_true(self, *parts: Filter) -> Filter:
        return Either(parts, _deeper(*parts))

    def all_true(self, *parts: Filter) -> Filter:
        return Every(parts, _deeper(*parts))

    def negated(self, inner: Filter) -> Filter:
        return Not(inner, _deeper(inner))

    def comparison(self, left: Operand, operator: Token, right: Operand) -> Filter:
        return Comparison(left, str(operator), right)

    def bare(self, path: Path) -> Filter:
        return Bare(path)

    def constant(self, token: Token) -> Filter:
        return Bare(Literal(token.value == "true"))

    def quantified(self, path: Path, quantifier: Token, variable: Token, inner: Filter) -> Filter:
        return Quantified(path, str(quantifier), str(variable), inner, _deeper(inner))

    def quantified_without_test(self, path: Path, quantifier: Token) -> Filter:
        if quantifier == "all":
            raise ODataSyntaxError(f"'{path}/all()' needs a condition")
        return Quantified(path, "any", "", None, 1)

    def call(self, name: Token, arguments: tuple[Operand, ...] | None) -> Call:
        return Call(str(name), arguments or ())

    def arguments(self, *operands: Operand) -> tuple[Operand, ...]:
        return operands

    def operand(self, path: Path) -> Operand:
        return path

    def path(self, first: Token | Path, name: Token | None = None) -> Path:
        return Path((str(first),)) if name is None else Path((*cast(Path, first).names, str(name)))

    def string(self, token: Token) -> Operand:
        return Literal(token[1:-1].replace("''", "'"))

    def number(self, token: Token) -> Operand:
        whole = token.lstrip("+-").isdigit()
        if len(token) > 400:
            raise ODataSyntaxError(f"the number {shown(str(token))} has too many digits")
        return Literal(int(token) if whole else float(token))

    def special(self, token: Token) -> Operand:
        return Literal(_SPECIAL[token])

    def instant(self, token: Token) -> Operand:
        value = microseconds(str(token))
        if value is None:
            raise ODataSyntaxError(f"{shown(str(token))} is no date and time")
        return Literal(Instant(value))

    def boolean(self, token: Token) -> Operand:
        return Literal(token.value == "true")

    def null(self) -> Operand:
        return Literal(None)

    def ascending(self, by: Path | Call) -> Order:
        return Order(by, descending=False)

    def descending(self, by: Path | Call) -> Order:
        return Order(by, descending=True)

    def orderby(self, *orders: Order) -> tuple[Order, ...]:
        return orders


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    text = files("local.search.odata").joinpath("odata.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", lexer="contextual", transformer=_Builder(), start=["filter", "orderby"])


@lru_cache(maxsize=256)
def _parse(text: str, start: str) -> Any:
    try:
        return _grammar().parse(text, start=start)
    except UnexpectedInput as error:
        token = getattr(error, "token", None)
        at_end = token is not None and not token
        near = text[error.pos_in_stream or 0 :][:20] if not at_end else ""
        raise ODataSyntaxError(
            f"syntax error at position {error.pos_in_stream} near {shown(near)}" if near else "it ends too early"
        ) from None
    except VisitError as error:
        if isinstance(error.orig_exc, ODataSyntaxError):
            raise error.orig_exc from None
        raise
