"""A filter's tree checked against the index, as a function over columns."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeAlias, cast

import numpy as np

from local.search import limits
from local.search.errors import SearchError, bad_request, shown, unsupported
from local.search.fields import STRING, Field
from local.search.odata import lambdas
from local.search.odata.comparison import compare
from local.search.odata.parser import parse_filter
from local.search.odata.syntax import (
    Bare,
    Call,
    Comparison,
    Either,
    Every,
    Filter,
    Literal,
    Not,
    ODataSyntaxError,
    Path,
    Quantified,
)
from local.search.store.columns import CollectionColumn, Mask, NumberColumn, Table, TextColumn

Domain: TypeAlias = Table | TextColumn | NumberColumn
"""What a condition looks at: the rows of a table, or the elements of a collection."""
Predicate: TypeAlias = Callable[[Domain, int], Mask]
_FLIPPED = {"eq": "eq", "ne": "ne", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
_DEFAULT_DELIMITERS = " ,"


@dataclass(frozen=True, slots=True)
class Scope:
    """Fields that a path may start from; inside a lambda, only by its ``variable``."""

    fields: tuple[Field, ...]
    variable: str | None = None
    element: Field | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """A field that a path leads to, and the steps to its column."""

    field: Field
    steps: tuple[str, ...]
    is_element: bool = False

    def column(self, domain: Domain) -> Any:
        found: Any = domain
        for step in self.steps:
            found = found[step]
        return found


def compile_filter(text: str, fields: tuple[Field, ...]) -> Predicate:
    """The rows for which a ``$filter`` holds, as a function of the table and its number of rows.

    Raises:
        SearchError: 400 for what is no filter, or names a field that does not exist, cannot be filtered, or is of
            another type than its literal.
    """
    try:
        tree = parse_filter(text)
    except ODataSyntaxError as error:
        raise bad_request(f"Invalid expression: {error}.\r\nParameter name: $filter") from None
    return _Compiler().compile(tree, Scope(fields))


def invalid(reason: str) -> SearchError:
    return bad_request(f"Invalid expression: {reason}\r\nParameter name: $filter")


class _Compiler:
    def __init__(self) -> None:
        self._clauses = 0

    def compile(self, tree: Filter, scope: Scope) -> Predicate:
        self._clauses += 1
        if self._clauses > limits.FILTER_CLAUSES:
            raise invalid(f"The filter has more than {limits.FILTER_CLAUSES} clauses.")
        match tree:
            case Either(parts):
                return _combined(np.logical_or, [self.compile(part, scope) for part in parts])
            case Every(parts):
                return _combined(np.logical_and, [self.compile(part, scope) for part in parts])
            case Not(inner):
                negated = self.compile(inner, scope)
                return lambda domain, count: ~negated(domain, count)
            case Comparison():
                return _comparison(tree, scope)
            case Bare(operand):
                return _bare(operand, scope)
            case Call():
                return _call(tree, scope)
            case Quantified():
                return self._quantified(tree, scope)

    def _quantified(self, tree: Quantified, scope: Scope) -> Predicate:
        bound = _resolve(tree.path, scope)
        field = bound.field
        if not field.collection or bound.is_element:
            raise invalid(f"'{field.path}' is no collection; any and all are for collections.")
        if not field.is_complex:
            _check_filterable(field)
        if tree.inner is None:
            return lambda domain, count: _lengths(bound.column(domain), count) > 0
        lambdas.check(tree, field)
        fields = field.fields if field.is_complex else ()
        inner = self.compile(tree.inner, Scope(fields, tree.variable, None if field.is_complex else field))
        is_any = tree.quantifier == "any"

        def run(domain: Domain, count: int) -> Mask:
            column: CollectionColumn = bound.column(domain)
            elements = inner(column.elements, column.element_count(count))
            passing = column.passing(elements, count)
            return passing > 0 if is_any else passing == _lengths(column, count)

        return run


def _combined(function: Any, parts: list[Predicate]) -> Predicate:
    return lambda domain, count: reduce(function, (part(domain, count) for part in parts))


def _lengths(column: CollectionColumn, count: int) -> Any:
    return column.ends(count) - column.starts(count)


def _comparison(tree: Comparison, scope: Scope) -> Predicate:
    left, operator, right = tree.left, tree.operator, tree.right
    if isinstance(left, Literal):
        left, operator, right = right, _FLIPPED[operator], left
    if not isinstance(left, Path) or not isinstance(right, Literal):
        raise invalid("A comparison must have a field on one side and a constant on the other.")
    bound = _single(left, scope)
    test = compare(bound.field, operator, right.value)
    return lambda domain, count: test(bound.column(domain), count)


def _bare(operand: Path | Literal, scope: Scope) -> Predicate:
    if isinstance(operand, Literal):
        value = operand.value is True
        return lambda _, count: np.full(count, value, np.bool_)
    bound = _single(operand, scope)
    if bound.field.type != "Edm.Boolean":
        raise invalid(f"'{bound.field.path}' is of type {bound.field.type}, where a condition is expected.")
    test = compare(bound.field, "eq", value=True)
    return lambda domain, count: test(bound.column(domain), count)


def _call(tree: Call, scope: Scope) -> Predicate:
    if tree.name != "search.in":
        if tree.name in ("search.ismatch", "search.ismatchscoring", "geo.distance", "geo.intersects"):
            raise unsupported(f"the function {tree.name} in filters")
        raise invalid(f"The function '{tree.name}' does not exist or gives no condition.")
    if len(tree.arguments) not in (2, 3):
        raise invalid(f"search.in takes 2 or 3 arguments, not {len(tree.arguments)}.")
    path, *texts = tree.arguments
    values = [text.value for text in texts if isinstance(text, Literal)]
    if not isinstance(path, Path) or len(values) != len(texts) or not all(isinstance(v, str) for v in values):
        raise invalid("search.in takes a field, a constant string of values and a constant string of delimiters.")
    bound = _single(path, scope)
    if bound.field.type != STRING:
        raise invalid(
            f"search.in takes a field of type Edm.String; '{bound.field.path}' is of type {bound.field.type}."
        )
    wanted = _split(cast(str, values[0]), cast(str, values[1]) if len(values) == 2 else _DEFAULT_DELIMITERS)
    return lambda domain, count: cast(TextColumn, bound.column(domain)).among(wanted, count)


def _split(text: str, delimiters: str) -> frozenset[str]:
    """The values of search.in; every character of ``delimiters`` is one."""
    if delimiters:
        first = delimiters[0]
        for other in delimiters[1:]:
            text = text.replace(other, first)
        return frozenset(value for value in text.split(first) if value)
    return frozenset({text})


def _single(path: Path, scope: Scope) -> Bound:
    """A field with one value that may be filtered."""
    bound = _resolve(path, scope)
    if bound.field.is_complex:
        raise invalid(f"'{bound.field.path}' is a complex field; compare one of the fields in it.")
    if bound.field.collection and not bound.is_element:
        raise invalid(f"'{bound.field.path}' is a collection; use any or all to compare its elements.")
    _check_filterable(bound.field)
    return bound


def _check_filterable(field: Field) -> None:
    if not field.filterable:
        raise invalid(
            f"'{field.path}' is not a filterable field. Only filterable fields can be used in filter expressions."
        )


def _resolve(path: Path, scope: Scope) -> Bound:
    names = path.names
    if scope.variable is not None:
        if names[0] != scope.variable:
            raise invalid(
                f"'{path}' is not bound to the range variable '{scope.variable}'. Only bound field references are "
                "supported inside lambda expressions ('any' or 'all')."
            )
        names = names[1:]
        if scope.element is not None:
            if names:
                raise invalid(f"'{path}': the elements of '{scope.element.path}' have no fields.")
            return Bound(scope.element, (), is_element=True)
        if not names:
            raise invalid(f"'{path}' is a complex value; compare one of the fields in it.")
    return walk(names, scope.fields)


def walk(names: tuple[str, ...], fields: tuple[Field, ...]) -> Bound:
    """The field at ``names``, through complex fields that have one value."""
    found: Field | None = None
    for place, name in enumerate(names):
        if found is not None and found.collection:
            raise invalid(f"'{found.path}' is a collection; use any or all to reach '{'/'.join(names[place:])}'.")
        inner = fields if found is None else found.fields
        found = next((field for field in inner if field.name == name), None)
        if found is None:
            raise invalid(f"Could not find a property named {shown(name)} on type 'search.document'.")
    if found is None or found.is_vector:
        raise invalid(f"'{'/'.join(names)}' is not a filterable field.")
    return Bound(found, names)
