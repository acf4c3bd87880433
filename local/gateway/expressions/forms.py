"""What each form of ``csharp.lark`` means: its kind, checked as the compiler would, and its value."""

import operator
import re
from collections.abc import Callable
from typing import Any, cast

from lark import Token, Transformer
from lark.visitors import v_args

from local.gateway.exchange import Exchange
from local.gateway.expressions.values import (
    Expression,
    Json,
    Jwt,
    Kind,
    cast_to_int,
    cast_to_jwt,
    cast_to_string,
    not_null,
    parse_json,
    parse_long,
    to_text,
)

_ESCAPES = {'\\"': '"', "\\\\": "\\", "\\n": "\n", "\\t": "\t"}
_NUMBERS = (Kind.INT, Kind.LONG)
_NULLABLE = (Kind.STRING, Kind.JSON, Kind.JSON_OBJECT, Kind.OBJECT, Kind.JWT)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_CASTS: dict[str, tuple[Kind, tuple[Kind, ...], Callable[[Any], Any]]] = {
    "string": (Kind.STRING, (Kind.OBJECT, Kind.JSON), cast_to_string),
    "int": (Kind.INT, (Kind.OBJECT, Kind.JSON), cast_to_int),
    "Jwt": (Kind.JWT, (Kind.OBJECT,), cast_to_jwt),
}


class Mistyped(Exception):
    """C# would not compile this; the text says why."""


@v_args(inline=True)
class Forms(Transformer[Token, Expression]):
    """Builds an ``Expression`` from a tree, from its leaves up."""

    def text(self, literal: Token) -> Expression:
        value = _unquoted(literal)
        return Expression(Kind.STRING, lambda _: value)

    def integer(self, digits: Token) -> Expression:
        value = int(digits)
        if value >= 2**31:
            raise Mistyped(f"{digits} is no Int32")
        return Expression(Kind.INT, lambda _: value)

    def null(self) -> Expression:
        return Expression(Kind.NULL, lambda _: None)

    def true(self) -> Expression:
        return Expression(Kind.BOOL, lambda _: True)

    def false(self) -> Expression:
        return Expression(Kind.BOOL, lambda _: False)

    def chosen(self, condition: Expression, yes: Expression, no: Expression) -> Expression:
        _expect(condition, "?:", Kind.BOOL)
        if yes.kind is not no.kind or yes.kind is Kind.NULL:
            raise Mistyped(f"'?:' chooses between {yes.kind.value} and {no.kind.value}")
        return Expression(yes.kind, lambda at: yes.evaluate(at) if condition.evaluate(at) else no.evaluate(at))

    def unless_null(self, first: Expression, second: Expression) -> Expression:
        _expect(first, "??", Kind.STRING)
        _expect(second, "??", Kind.STRING)
        return Expression(
            Kind.STRING, lambda at: second.evaluate(at) if (found := first.evaluate(at)) is None else found
        )

    def any_of(self, first: Expression, second: Expression) -> Expression:
        _expect(first, "||", Kind.BOOL)
        _expect(second, "||", Kind.BOOL)
        return Expression(Kind.BOOL, lambda at: first.evaluate(at) or second.evaluate(at))

    def all_of(self, first: Expression, second: Expression) -> Expression:
        _expect(first, "&&", Kind.BOOL)
        _expect(second, "&&", Kind.BOOL)
        return Expression(Kind.BOOL, lambda at: first.evaluate(at) and second.evaluate(at))

    def negated(self, inner: Expression) -> Expression:
        _expect(inner, "!", Kind.BOOL)
        return Expression(Kind.BOOL, lambda at: not inner.evaluate(at))

    def equal(self, first: Expression, second: Expression) -> Expression:
        _comparable(first, second)
        return Expression(Kind.BOOL, lambda at: first.evaluate(at) == second.evaluate(at))

    def unequal(self, first: Expression, second: Expression) -> Expression:
        _comparable(first, second)
        return Expression(Kind.BOOL, lambda at: first.evaluate(at) != second.evaluate(at))

    def compared(self, first: Expression, sign: Token, second: Expression) -> Expression:
        _expect(first, sign, *_NUMBERS)
        _expect(second, sign, *_NUMBERS)
        return Expression(Kind.BOOL, lambda at: _COMPARE[sign](first.evaluate(at), second.evaluate(at)))

    def joined(self, first: Expression, second: Expression) -> Expression:
        _expect(first, "+", Kind.STRING)
        _expect(second, "+", Kind.STRING, *_NUMBERS)
        return Expression(Kind.STRING, lambda at: _shown(first.evaluate(at)) + _shown(second.evaluate(at)))

    def cast(self, kind: Token, inner: Expression) -> Expression:
        result, allowed, convert = _CASTS[kind]
        _expect(inner, f"({kind})", *allowed)
        return Expression(result, lambda at: convert(inner.evaluate(at)))

    def contains(self, whole: Expression, part: Expression) -> Expression:
        _expect(whole, "Contains", Kind.STRING)
        _expect(part, "Contains", Kind.STRING)
        return Expression(Kind.BOOL, lambda at: not_null(part.evaluate(at)) in not_null(whole.evaluate(at)))

    def starts_with(self, whole: Expression, part: Expression) -> Expression:
        _expect(whole, "StartsWith", Kind.STRING)
        _expect(part, "StartsWith", Kind.STRING)
        return Expression(Kind.BOOL, lambda at: not_null(whole.evaluate(at)).startswith(not_null(part.evaluate(at))))

    def as_text(self, inner: Expression) -> Expression:
        _expect(inner, "ToString", Kind.STRING, Kind.OBJECT, *_NUMBERS)
        return Expression(Kind.STRING, lambda at: to_text(inner.evaluate(at)))

    def as_json(self, inner: Expression) -> Expression:
        _expect(inner, "ToString(Formatting)", Kind.JSON_OBJECT)
        return Expression(Kind.STRING, lambda at: inner.evaluate(at).dumped())

    def json_field(self, document: Expression, name: Token) -> Expression:
        _expect(document, "[...]", Kind.JSON_OBJECT)
        field = _unquoted(name)
        return Expression(Kind.JSON, lambda at: document.evaluate(at).field(field))

    def subject(self, token: Expression) -> Expression:
        _expect(token, "Subject", Kind.JWT)
        return Expression(Kind.STRING, lambda at: token.evaluate(at).claim("sub", None))

    def claim(self, token: Expression, name: Token, default: Expression) -> Expression:
        _expect(token, "Claims", Kind.JWT)
        _expect(default, "GetValueOrDefault", Kind.STRING)
        wanted = _unquoted(name)
        return Expression(Kind.STRING, lambda at: cast("Jwt", token.evaluate(at)).claim(wanted, default.evaluate(at)))

    def parsed_long(self, inner: Expression) -> Expression:
        _expect(inner, "long.Parse", Kind.STRING)
        return Expression(Kind.LONG, lambda at: parse_long(inner.evaluate(at)))

    def parsed_json(self, inner: Expression) -> Expression:
        _expect(inner, "JObject.Parse", Kind.STRING)
        return Expression(Kind.JSON_OBJECT, lambda at: parse_json(inner.evaluate(at)))

    def property(self, name: Token, content: Expression) -> tuple[str, Expression]:
        _expect(content, "JProperty", Kind.STRING, Kind.BOOL, Kind.JSON, *_NUMBERS)
        return _unquoted(name), content

    def new_json(self, *properties: tuple[str, Expression]) -> Expression:
        if len({name for name, _ in properties}) < len(properties):
            raise Mistyped("JObject with two properties of one name")
        return Expression(
            Kind.JSON_OBJECT, lambda at: Json({name: _content(value.evaluate(at)) for name, value in properties})
        )

    def request_method(self) -> Expression:
        return Expression(Kind.STRING, lambda at: at.request.method)

    def request_address(self) -> Expression:
        return Expression(Kind.STRING, lambda at: at.request.address)

    def request_url(self, part: Token) -> Expression:
        name = part.lower()
        return Expression(Kind.INT if name == "port" else Kind.STRING, lambda at: getattr(at.request, name))

    def matched_parameter(self, name: Token) -> Expression:
        wanted = _unquoted(name)
        return Expression(Kind.STRING, lambda at: _found(at.request.matched, wanted))

    def request_header(self, name: Token, default: Token) -> Expression:
        return _header(lambda at: at.request.headers, name, default)

    def response_header(self, name: Token, default: Token) -> Expression:
        return _header(lambda at: at.answer().headers, name, default)

    def response_status(self) -> Expression:
        return Expression(Kind.INT, lambda at: at.answer().status)

    def response_body(self) -> Expression:
        return Expression(Kind.STRING, lambda at: at.answer().body.decode("utf-8", "replace"))

    def variable(self, name: Token) -> Expression:
        wanted = _unquoted(name)
        return Expression(Kind.OBJECT, lambda at: _found(at.variables, wanted))

    def has_variable(self, name: Token) -> Expression:
        wanted = _unquoted(name)
        return Expression(Kind.BOOL, lambda at: wanted in at.variables)

    def variable_or(self, name: Token, default: Token) -> Expression:
        wanted, otherwise = _unquoted(name), _unquoted(default)
        return Expression(Kind.STRING, lambda at: cast_to_string(at.variables.get(wanted, otherwise)))

    def operation_id(self) -> Expression:
        return Expression(Kind.STRING, lambda at: at.operation)

    def last_error(self, part: Token) -> Expression:
        name = part.lower()
        return Expression(Kind.STRING, lambda at: getattr(at.last_error, name) if at.last_error else to_text(None))


def _unquoted(literal: Token) -> str:
    def plain(match: re.Match[str]) -> str:
        if match[0] not in _ESCAPES:
            raise Mistyped(f"escape {match[0]!r} in {literal!s}; known are {', '.join(_ESCAPES)}")
        return _ESCAPES[match[0]]

    return re.sub(r"\\.", plain, literal[1:-1])


def _expect(given: Expression, what: str, *kinds: Kind) -> None:
    if given.kind not in kinds:
        expected = " or ".join(kind.value for kind in kinds)
        raise Mistyped(f"'{what}' takes {expected}, got {given.kind.value}")


def _comparable(first: Expression, second: Expression) -> None:
    kinds = (first.kind, second.kind)
    with_null = Kind.NULL in kinds and any(kind in _NULLABLE for kind in kinds)
    # Two objects would be compared by reference: a variable has to be cast before it equals a text.
    same = first.kind is second.kind and first.kind in (Kind.STRING, Kind.BOOL)
    numbers = all(kind in _NUMBERS for kind in kinds)
    if not (with_null or same or numbers):
        raise Mistyped(f"'==' compares {first.kind.value} and {second.kind.value}")


def _found(values: dict[str, Any], name: str) -> Any:
    """Return an item of a dictionary, which throws where there is none."""
    return values[name] if name in values else to_text(None)


def _header(headers: Callable[[Exchange], Any], name: Token, default: Token) -> Expression:
    wanted, otherwise = _unquoted(name), _unquoted(default)

    def value(at: Exchange) -> str:
        return ",".join(found) if (found := headers(at).getall(wanted, None)) is not None else otherwise

    return Expression(Kind.STRING, value)


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _content(value: Any) -> Any:
    return value.value if isinstance(value, Json) else value
