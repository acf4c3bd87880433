"""Syntax tree to Python closures: an expression becomes a function of the row's environment.

An environment is a list: the run (``Execution``) first, then one place per alias of the query and its subqueries.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from local.cosmos.sql.execution import Execution
from local.cosmos.sql.full_text import CONTAINS, compile_contains, refuse_score
from local.cosmos.sql.functions import AGGREGATES, arity
from local.cosmos.sql.like import like
from local.cosmos.sql.number_functions import OPERATORS, SIGNS
from local.cosmos.sql.string_functions import concat
from local.cosmos.sql.syntax import (
    ArrayLiteral,
    Between,
    Binary,
    Call,
    Chain,
    Conditional,
    Expr,
    Identifier,
    In,
    Like,
    Literal,
    Member,
    ObjectLiteral,
    Parameter,
    Parenthesised,
    Query,
    QuerySyntaxError,
    Subquery,
    Unary,
    plain,
)
from local.cosmos.sql.values import UNDEFINED, equal, fingerprint, rank
from local.cosmos.sql.vector_distance import VECTOR_FUNCTIONS, compile_vector_distance

Env: TypeAlias = list[Any]
Evaluate: TypeAlias = Callable[[Env], Any]
CompileSubquery: TypeAlias = Callable[[Query, "Scope"], Callable[[Env], list[Any]]]


class Scope:
    """The aliases that an expression may name, each with its place in the environment."""

    def __init__(self, parent: "Scope | None" = None) -> None:
        self._places: dict[str, int] = dict(parent._places) if parent else {}
        self._width: list[int] = parent._width if parent else [1]
        self.aggregates: list[tuple[str, Evaluate]] | None = None
        """Aggregate calls met so far; None where none is allowed."""

    def add(self, alias: str, position: int = 0) -> int:
        if alias in self._places:
            raise QuerySyntaxError(f"The alias '{alias}' is used twice.", position)
        return self.place(alias)

    def place(self, alias: str) -> int:
        """A new place for ``alias``, which may hide an outer one."""
        self._places[alias] = self._width[0]
        self._width[0] += 1
        return self._places[alias]

    def find(self, alias: str) -> int | None:
        return self._places.get(alias)

    @property
    def width(self) -> int:
        """Length of an environment that has a place for every alias of the whole query."""
        return self._width[0]


class Compiler:
    """Compiles the expressions of one scope."""

    def __init__(self, scope: Scope, subquery: CompileSubquery) -> None:
        self._scope = scope
        self._subquery = subquery

    def compile(self, expr: Expr) -> Evaluate:
        match expr:
            case Literal(value):
                return lambda _env: value
            case Parameter(name):
                return lambda env: env[0].parameter(name)
            case Identifier():
                return self._identifier(expr)
            case Member():
                return self._member(expr)
            case Parenthesised(inner):
                return self.compile(inner)
            case Unary(op, operand):
                return _unary(op, self.compile(operand))
            case Binary(op, left, right):
                return _binary(op, self.compile(left), self.compile(right))
            case Chain(op, operands):
                return _chain(op, [self.compile(operand) for operand in operands])
            case Call():
                return self._call(expr)
            case Subquery(kind, query):
                return _subquery(kind, self._subquery(query, self._scope))
            case _:
                return self._compound(expr)

    def _compound(self, expr: Expr) -> Evaluate:
        match expr:
            case In():
                return self._in(expr)
            case Between(operand, low, high, negated):
                inside = _chain(
                    "AND",
                    [
                        _binary(">=", self.compile(operand), self.compile(low)),
                        _binary("<=", self.compile(operand), self.compile(high)),
                    ],
                )
                return _unary("NOT", inside) if negated else inside
            case Like(operand, pattern, escape, negated):
                matches = _like(self.compile(operand), self.compile(pattern), escape)
                return _unary("NOT", matches) if negated else matches
            case Conditional(condition, then, otherwise):
                test, first, second = self.compile(condition), self.compile(then), self.compile(otherwise)
                return lambda env: first(env) if test(env) is True else second(env)
            case ArrayLiteral(items):
                parts = [self.compile(item) for item in items]
                return lambda env: [value for part in parts if (value := part(env)) is not UNDEFINED]
            case ObjectLiteral(properties):
                named = [(name, self.compile(value)) for name, value in properties]
                return lambda env: {name: value for name, part in named if (value := part(env)) is not UNDEFINED}
            case _:
                raise QuerySyntaxError(f"The construct {type(expr).__name__} is not supported by this endpoint.")

    def _identifier(self, expr: Identifier) -> Evaluate:
        place = self._scope.find(expr.name)
        if place is None:
            raise QuerySyntaxError(
                f"Identifier '{expr.name}' could not be resolved.", expr.position, expr.position + len(expr.name)
            )
        return lambda env: env[place]

    def _member(self, expr: Member) -> Evaluate:
        base = self.compile(expr.base)
        key = plain(expr.key)
        if isinstance(key, Literal) and isinstance(key.value, str):
            name = key.value

            def by_name(env: Env) -> Any:
                value = base(env)
                return value.get(name, UNDEFINED) if type(value) is dict else UNDEFINED

            return by_name
        index = self.compile(expr.key)
        return lambda env: element(base(env), index(env))

    def _in(self, expr: In) -> Evaluate:
        needle, negated = self.compile(expr.needle), expr.negated
        items = [plain(item) for item in expr.items]
        if all(isinstance(item, (Literal, Parameter)) for item in items):
            return _in_constants(needle, [self.compile(item) for item in items], negated)
        parts = [self.compile(item) for item in items]

        def contains(env: Env) -> Any:
            value = needle(env)
            if value is UNDEFINED:
                return UNDEFINED
            return any(equal(value, part(env)) for part in parts) is not negated

        return contains

    def _call(self, call: Call) -> Evaluate:
        if call.name in AGGREGATES:
            return self._aggregate(call)
        if call.name in VECTOR_FUNCTIONS:
            return compile_vector_distance(call, [self.compile(arg) for arg in call.args])
        if call.name in CONTAINS:
            return compile_contains(call, [self.compile(arg) for arg in call.args])
        if call.name in ("FULLTEXTSCORE", "RRF"):
            raise refuse_score(call)
        known = arity(call.name)
        end = call.position + len(call.name)
        if known is None:
            raise QuerySyntaxError(
                f"'{call.name}' is not a built-in function name recognized by this endpoint.", call.position, end
            )
        least, most, function = known
        if not least <= len(call.args) <= most:
            expected = str(least) if least == most else f"{least} to {most}"
            raise QuerySyntaxError(
                f"The {call.name} function requires {expected} argument(s), but {len(call.args)} were given.",
                call.position,
                end,
            )
        args = [self.compile(arg) for arg in call.args]
        if len(args) == 1:
            only = args[0]
            return lambda env: function(only(env))
        if len(args) == 2:
            first, second = args
            return lambda env: function(first(env), second(env))
        return lambda env: function(*[arg(env) for arg in args])

    def _aggregate(self, call: Call) -> Evaluate:
        aggregates = self._scope.aggregates
        if aggregates is None:
            raise QuerySyntaxError(
                f"Cannot perform an aggregate function ({call.name}) here; it belongs into SELECT.", call.position
            )
        if len(call.args) != 1:
            raise QuerySyntaxError(f"The {call.name} function requires 1 argument(s).", call.position)
        self._scope.aggregates = None
        operand = self.compile(call.args[0])
        self._scope.aggregates = aggregates
        place = len(aggregates)
        aggregates.append((call.name, operand))
        return lambda env: env[0].aggregates[place]


def element(value: Any, key: Any) -> Any:
    """``value[key]``, undefined when there is no such thing."""
    if type(value) is dict and isinstance(key, str):
        return value.get(key, UNDEFINED)
    if type(value) is list and type(key) in (int, float) and key % 1 == 0 and 0 <= key < len(value):
        return value[int(key)]
    return UNDEFINED


def _unary(op: str, operand: Evaluate) -> Evaluate:
    if op != "NOT":
        function = SIGNS[op]
        return lambda env: function(operand(env))

    def negate(env: Env) -> Any:
        value = operand(env)
        return (not value) if isinstance(value, bool) else UNDEFINED

    return negate


def _binary(op: str, left: Evaluate, right: Evaluate) -> Evaluate:
    if op in OPERATORS:
        function = OPERATORS[op]
        return lambda env: function(left(env), right(env))
    if op == "??":

        def coalesce(env: Env) -> Any:
            value = left(env)
            return right(env) if value is UNDEFINED else value

        return coalesce
    if op in ("=", "!="):
        wanted = op == "="

        def equality(env: Env) -> Any:
            mine, other = left(env), right(env)
            if mine is UNDEFINED or other is UNDEFINED:
                return UNDEFINED
            return equal(mine, other) is wanted

        return equality
    return _inequality(op, left, right)


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda mine, other: mine < other,
    "<=": lambda mine, other: mine <= other,
    ">": lambda mine, other: mine > other,
    ">=": lambda mine, other: mine >= other,
}


def _inequality(op: str, left: Evaluate, right: Evaluate) -> Evaluate:
    test = _TESTS[op]

    def inequality(env: Env) -> Any:
        mine, other = left(env), right(env)
        place = rank(mine)
        # Across types, and between arrays or objects, there is no smaller or larger.
        if place != rank(other) or place == 0 or place > 4:
            return UNDEFINED
        if mine is None:
            return op in ("<=", ">=")
        return test(mine, other)

    return inequality


def _chain(op: str, operands: list[Evaluate]) -> Evaluate:
    if op == "||":
        return lambda env: concat(*[operand(env) for operand in operands])
    # One operand decides AND by false and OR by true; else anything that is no boolean makes it undefined.
    decisive = op == "OR"

    def logical(env: Env) -> Any:
        result: Any = not decisive
        for operand in operands:
            value = operand(env)
            if value is decisive:
                return decisive
            if not isinstance(value, bool):
                result = UNDEFINED
        return result

    return logical


def _like(operand: Evaluate, pattern: Evaluate, escape: str | None) -> Evaluate:
    def matches(env: Env) -> Any:
        text, wanted = operand(env), pattern(env)
        if not isinstance(text, str) or not isinstance(wanted, str):
            return UNDEFINED
        return like(wanted, escape)(text)

    return matches


def _in_constants(needle: Evaluate, items: list[Evaluate], negated: bool) -> Evaluate:
    """IN over literals and parameters: a look-up in a set that is built once a run."""
    known: list[tuple[Execution, set[bytes]]] = []

    def contains(env: Env) -> Any:
        value = needle(env)
        if value is UNDEFINED:
            return UNDEFINED
        last = known[0] if known else None
        if last is None or last[0] is not env[0]:
            last = (env[0], {fingerprint(item(env)) for item in items})
            known[:] = [last]
        return (fingerprint(value) in last[1]) is not negated

    return contains


def _subquery(kind: str, rows: Callable[[Env], list[Any]]) -> Evaluate:
    if kind == "exists":
        return lambda env: bool(rows(env))
    if kind == "array":
        return rows

    def only(env: Env) -> Any:
        values = rows(env)
        if len(values) > 1:
            raise QuerySyntaxError("The cardinality of a scalar subquery result set cannot be greater than one.")
        return values[0] if values else UNDEFINED

    return only
