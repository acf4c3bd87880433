"""A SELECT compiled: how its rows are bound, filtered, projected, grouped and ordered."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from local.cosmos import limits
from local.cosmos.errors import bad_request
from local.cosmos.sql.aggregates import Aggregate
from local.cosmos.sql.compiler import Compiler, Env, Evaluate, Scope, element
from local.cosmos.sql.execution import Execution
from local.cosmos.sql.syntax import (
    CollectionPath,
    Count,
    Expr,
    Identifier,
    Literal,
    Member,
    Parameter,
    Query,
    QuerySyntaxError,
    SelectItem,
    Source,
    plain,
)
from local.cosmos.sql.values import UNDEFINED, fingerprint, order_key

Values: TypeAlias = Callable[[Env], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class BoundSource:
    """One set of the FROM clause: its place in the environment and its values, given the places before it."""

    place: int
    values: Values


@dataclass(slots=True)
class Select:
    """``root``: alias of the item when the whole of it is bound; ``sources``: the sets, the item's own first."""

    query: Query
    scope: Scope
    root: str | None
    sources: list[BoundSource]
    where: Evaluate | None
    project: Evaluate
    aggregates: list[tuple[str, Evaluate]]
    group_by: list[Evaluate]
    order_by: list[Evaluate]

    @property
    def grouped(self) -> bool:
        return bool(self.aggregates or self.group_by)

    def bindings(self, env: Env) -> Iterator[Env]:
        """The environment once for each combination of the sets' values that passes WHERE. It is reused."""
        yield from self._bind(env, 0)

    def _bind(self, env: Env, depth: int) -> Iterator[Env]:
        if depth == len(self.sources):
            env[0].tick()
            if self.where is None or self.where(env) is True:
                yield env
            return
        source = self.sources[depth]
        for value in source.values(env):
            if value is not UNDEFINED:
                env[source.place] = value
                yield from self._bind(env, depth + 1)

    def sort_keys(self, env: Env) -> tuple[Any, ...] | None:
        """Keys that order the row, or None when it has no place: a single key that is undefined."""
        values = [key(env) for key in self.order_by]
        if len(values) == 1 and values[0] is UNDEFINED:
            return None
        return tuple(
            _Reversed(order_key(value)) if item.descending else order_key(value)
            for value, item in zip(values, self.query.order_by, strict=True)
        )

    def grouped_rows(self, envs: Iterable[Env]) -> Iterator[Any]:
        """One value for each group, or one in all without GROUP BY."""
        groups: dict[bytes, tuple[Env, list[Aggregate]]] = {}
        run: Execution | None = None
        for env in envs:
            run = env[0]
            key = b"\0".join(fingerprint(part(env)) for part in self.group_by)
            group = groups.get(key)
            if group is None:
                group = groups[key] = (env[:], [Aggregate(name) for name, _ in self.aggregates])
                check_rows(len(groups))
            for aggregate, (_, operand) in zip(group[1], self.aggregates, strict=True):
                aggregate.add(operand(env))
        for env, totals in groups.values():
            assert run is not None  # noqa: S101 - a group comes from a row
            run.aggregates = [total.result() for total in totals]
            yield self.project(env)

    def empty_group(self, run: Execution) -> Any:
        """The value of aggregates over no row at all."""
        run.aggregates = [Aggregate(name).result() for name, _ in self.aggregates]
        return self.project([run] + [UNDEFINED] * (self.scope.width - 1))


class _Reversed:
    """Sorts against the order of what it holds."""

    __slots__ = ("key",)

    def __init__(self, key: Any) -> None:
        self.key = key

    def __lt__(self, other: "_Reversed") -> bool:
        return other.key < self.key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Reversed) and self.key == other.key

    __hash__ = None  # type: ignore[assignment]


def check_rows(count: int) -> None:
    if count > limits.INTERMEDIATE_ROWS:
        raise bad_request(f"The query holds more than {limits.INTERMEDIATE_ROWS} rows for sorting or grouping.")


def count_of(count: Count | None, run: Execution, clause: str) -> int | None:
    """The value of TOP, OFFSET or LIMIT."""
    if not isinstance(count, Parameter):
        return count
    value = run.parameter(count.name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise bad_request(f"{clause}: the parameter {count.name} must be a whole number of at least 0, not {value!r}.")
    return value


def compile_select(query: Query, outer: Scope | None = None) -> Select:
    """Compile ``query``; ``outer`` is the scope around a subquery.

    Raises:
        QuerySyntaxError: An unknown name, or clauses that do not go together.
    """
    scope = Scope(outer)
    compiler = Compiler(scope, compile_subquery)
    root, sources = _bind_sources(query, scope, outer)
    _check_clauses(query, root, sources, outer)
    where = None if query.where is None else compiler.compile(query.where)
    group_by = [compiler.compile(expr) for expr in query.group_by]
    # A ranking is no value of a single row.
    order_by = [] if query.rank else [compiler.compile(item.expr) for item in query.order_by]
    aggregates: list[tuple[str, Evaluate]] = []
    scope.aggregates = aggregates
    project = _projection(query, compiler, sources)
    scope.aggregates = None
    if (aggregates or group_by) and query.order_by:
        raise QuerySyntaxError("ORDER BY together with GROUP BY or aggregates is not supported.")
    if query.group_by:
        _check_grouped(query)
    return Select(query, scope, root, sources, where, project, aggregates, group_by, order_by)


def _bind_sources(query: Query, scope: Scope, outer: Scope | None) -> tuple[str | None, list[BoundSource]]:
    """The item's alias, and the sets. At the top the first name is the container, whatever it is."""
    if not query.sources:
        return None, []
    sources: list[BoundSource] = []
    root: str | None = None
    for position, source in enumerate(query.sources):
        collection = source.collection
        if position == 0 and outer is None:
            if isinstance(collection, Query):
                raise QuerySyntaxError("A subquery as the first set of FROM is not supported by this endpoint.")
            base = scope.place("\0item")
            values = _path_values(base, collection.steps, iterate=source.iterate)
            if not source.iterate and not collection.steps:
                root = source.alias or collection.name
        elif isinstance(collection, Query):
            values = compile_subquery(collection, scope)
        else:
            values = _correlated(collection, scope, iterate=source.iterate)
        sources.append(BoundSource(_name_source(source, scope, outer), values))
    return root, sources


def _name_source(source: Source, scope: Scope, outer: Scope | None) -> int:
    alias, collection = source.alias, source.collection
    if alias is None and isinstance(collection, CollectionPath):
        names = [step for step in collection.steps if isinstance(step, str)]
        alias = names[-1] if names else collection.name
    if alias is None:
        return scope.place("\0unnamed")
    # A subquery may call its set as one outside is called, and `FROM c` inside means the c outside.
    return scope.place(alias) if outer is not None else scope.add(alias)


def _path_values(base: int, steps: tuple[str | int, ...], *, iterate: bool) -> Values:
    def values(env: Env) -> Iterable[Any]:
        value = env[base]
        for step in steps:
            value = element(value, step)
        if not iterate:
            return (value,)
        return value if isinstance(value, list) else ()

    return values


def _correlated(collection: CollectionPath, scope: Scope, *, iterate: bool) -> Values:
    base = scope.find(collection.name)
    if base is None:
        end = collection.position + len(collection.name)
        raise QuerySyntaxError(f"Identifier '{collection.name}' could not be resolved.", collection.position, end)
    return _path_values(base, collection.steps, iterate=iterate)


def _check_clauses(query: Query, root: str | None, sources: list[BoundSource], outer: Scope | None) -> None:
    if query.star and len(sources) != 1:
        raise QuerySyntaxError("'SELECT *' is only valid with a single input set.")
    if query.top is not None and query.limit is not None:
        raise QuerySyntaxError("TOP and OFFSET LIMIT cannot be used together.")
    if query.rank and outer is not None:
        raise QuerySyntaxError("ORDER BY RANK is not supported in a subquery.")
    if query.order_by and outer is None and root is None:
        raise QuerySyntaxError("ORDER BY is only supported with FROM naming the container.")


def _check_grouped(query: Query) -> None:
    """What is neither grouped by nor aggregated has no one value in a group."""
    if query.star:
        raise QuerySyntaxError("'SELECT *' is not valid with GROUP BY.")


def _projection(query: Query, compiler: Compiler, sources: list[BoundSource]) -> Evaluate:
    if query.star:
        place = sources[0].place
        return lambda env: env[place]
    if query.value:
        return compiler.compile(query.items[0].expr)
    parts = [(name, compiler.compile(item.expr)) for name, item in named_items(query.items)]
    return lambda env: {name: value for name, part in parts if (value := part(env)) is not UNDEFINED}


def named_items(items: tuple[SelectItem, ...]) -> list[tuple[str, SelectItem]]:
    """What SELECT lists, each with the name that it has in a row.

    Raises:
        QuerySyntaxError: Two have the same name.
    """
    named: list[tuple[str, SelectItem]] = []
    unnamed = 0
    for item in items:
        name = item.alias or _own_name(item.expr)
        if name is None:
            unnamed += 1
            name = f"${unnamed}"
        if any(name == other for other, _ in named):
            raise QuerySyntaxError(f"Cannot have two properties named '{name}' in SELECT.")
        named.append((name, item))
    return named


def _own_name(expr: Expr) -> str | None:
    match plain(expr):
        case Identifier(name):
            return name
        case Member(_, Literal(str() as name)):
            return name
        case _:
            return None


def compile_subquery(query: Query, outer: Scope) -> Callable[[Env], list[Any]]:
    """A function that gives a subquery's rows for a row of the query around it."""
    select = compile_select(query, outer)

    def rows(env: Env) -> list[Any]:
        # The closure of an outer row stays as it is: the subquery writes only its own places.
        return list(_subquery_rows(select, env))

    return rows


def _subquery_rows(select: Select, env: Env) -> Iterator[Any]:
    query, run = select.query, env[0]
    if select.grouped:
        # The outer query's own aggregates wait while the subquery computes its.
        outer = run.aggregates
        values: Iterable[Any] = list(select.grouped_rows(select.bindings(env)))
        if not values and not select.group_by:
            values = [select.empty_group(run)]
        run.aggregates = outer
    elif query.order_by:
        rows = [(keys, select.project(each)) for each in select.bindings(env) if (keys := select.sort_keys(each))]
        values = [value for _, value in sorted(rows, key=lambda row: row[0])]
    else:
        values = (select.project(each) for each in select.bindings(env))
    yield from cut(distinct(values) if query.distinct else values, select, run)


def distinct(values: Iterable[Any]) -> Iterator[Any]:
    """Each value the first time it comes."""
    seen: set[bytes] = set()
    for value in values:
        key = fingerprint(value)
        if value is not UNDEFINED and key not in seen:
            seen.add(key)
            check_rows(len(seen))
            yield value


def cut(values: Iterable[Any], select: Select, run: Execution) -> Iterator[Any]:
    """The defined values within OFFSET, LIMIT and TOP."""
    offset = count_of(select.query.offset, run, "OFFSET") or 0
    limit = count_of(select.query.limit, run, "LIMIT")
    top = count_of(select.query.top, run, "TOP")
    most = limit if top is None else top
    position = 0
    for value in values:
        if value is UNDEFINED:
            continue
        if most is not None and position >= offset + most:
            return
        position += 1
        if position > offset:
            yield value
