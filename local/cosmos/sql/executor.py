"""Runs a query against one container and cuts its answer into pages."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import orjson

from local.cosmos import limits
from local.cosmos.errors import bad_request
from local.cosmos.sql import continuation, restrictions
from local.cosmos.sql.compiler import Env
from local.cosmos.sql.continuation import Position
from local.cosmos.sql.execution import Execution
from local.cosmos.sql.parser import parse
from local.cosmos.sql.planner import ALL, deciding_names, projected_names, source_names, text_conditions
from local.cosmos.sql.ranking import Candidates, Ranking, Search, fused, plan_ranking
from local.cosmos.sql.select import Select, check_rows, compile_select, count_of, distinct
from local.cosmos.sql.syntax import Call, Literal, plain
from local.cosmos.sql.targets import Target, make_filter
from local.cosmos.sql.text_search import TextCandidates
from local.cosmos.sql.values import UNDEFINED
from local.cosmos.sql.vector_search import VectorCandidates, VectorSearch
from local.cosmos.store.catalog import Container, rid
from local.cosmos.store.documents import whole
from local.cosmos.store.indexing import MOST_PROPERTY_INDEXES, WORTH_INDEXING
from local.cosmos.store.reads import Filter, ItemReader, Readers
from local.cosmos.store.schema import TEXTS
from local.cosmos.store.texts import TextIndex
from local.cosmos.store.vectors import VectorIndex

MemoryIndexes: TypeAlias = tuple[VectorIndex | TextIndex, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A query as a request asks it. ``most``: rows of a page."""

    text: str
    params: Mapping[str, Any]
    target: Target
    most: int = limits.PAGE_ITEMS
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """``rows``: each as JSON. ``token``: for the next page, None when this is the last."""

    rows: list[bytes]
    token: str | None
    examined: int


class IndexWanted(Exception):
    """The query would rather wait for an index: of what it searches for in memory, or of the property at ``path``."""

    def __init__(self, *, search: Search | None = None, path: tuple[str, ...] = ()) -> None:
        super().__init__(search.path if search is not None else path)
        self.search = search
        self.path = path


@lru_cache(maxsize=512)
def compiled(text: str) -> Select:
    """Parsed and compiled once for each text."""
    return compile_select(parse(text))


def ask(question: Question, container: Container, readers: Readers) -> Answer:
    """One page of the answer. Runs in a reader thread.

    Raises:
        CosmosError: 400 for what cannot be run, 404 when the container is gone, 408 when it takes too long.
        IndexWanted: Build this index, then ask again.
    """
    try:
        return _ask(question, container, readers)
    except RecursionError:
        raise bad_request("The query or its result is nested too deep.") from None
    except (OverflowError, UnicodeError) as error:
        raise bad_request(f"The query computes a value that is no JSON: {error}") from None


def _ask(question: Question, container: Container, readers: Readers) -> Answer:
    select = compiled(question.text)
    definition = container.definition
    run = Execution(question.params, definition.vectors)
    restrictions.check_order(select.query, select.root, definition)
    target = question.target
    if target.key is None and target.range is None and not target.one_range:
        restrictions.check_across_partitions(select)
    ranking = plan_ranking(select.query, run, definition)
    indexes = _memory_indexes(container, ranking)
    with readers.view(container, indexes) as reader:
        if any(mine is not now for mine, now in zip(indexes, _memory_indexes(container, ranking), strict=True)):
            raise IndexWanted(search=ranking.components[0] if ranking is not None else None)
        # `spilled` is read after the view is fixed, so it names what any item in the view keeps in its tail.
        wanted = make_filter(select, container, question.target, run)
        _want_indexes(container, reader, wanted)
        return _Run(select, run, reader, wanted, ranking, indexes, question.target).page(question)


def _memory_indexes(container: Container, ranking: Ranking | None) -> MemoryIndexes:
    """The index of each component. Raises: IndexWanted: One is not there."""
    found: list[VectorIndex | TextIndex] = []
    for search in ranking.components if ranking is not None else ():
        indexes = container.vectors if isinstance(search, VectorSearch) else container.texts
        index = indexes.get(search.path)
        if index is None or index.discarded:
            raise IndexWanted(search=search)
        found.append(index)
    return tuple(found)


def _want_indexes(container: Container, reader: ItemReader, wanted: Filter) -> None:
    paths = list(wanted.properties)
    if wanted.keys is not None and len(wanted.keys) == 1:
        paths += [(TEXTS, name) for name in wanted.patterns]
    missing = [path for path in paths if path not in container.indexed]
    if missing and len(container.indexed) < MOST_PROPERTY_INDEXES and reader.holds_more_than(WORTH_INDEXING):
        raise IndexWanted(path=missing[0])


@dataclass(slots=True)
class _Row:
    """A row before it is projected. ``binding``: which combination of the sets it is, for its item."""

    seq: int
    binding: int
    value: Callable[[], Any]


class _Run:
    """One run of a query over one view."""

    def __init__(
        self,
        select: Select,
        run: Execution,
        reader: ItemReader,
        wanted: Filter,
        ranking: Ranking | None,
        indexes: MemoryIndexes,
        target: Target,
    ) -> None:
        self._select = select
        self._run = run
        self._reader = reader
        self._wanted = wanted
        self._ranking = ranking
        self._indexes = indexes
        self._target = target
        self._spilled = reader.container.spilled
        self._examined = 0
        query, root = select.query, select.root
        if ranking is not None and ranking.weights is None and isinstance(ranking.components[0], VectorSearch):
            run.ranked = ranking.components[0].call
        deciding = projected = ALL
        if root is not None:
            deciding = deciding_names(query, root, ranked=run.ranked) | source_names(query.sources[1:], root)
            projected = projected_names(query, root, ranked=run.ranked)
        self._tail_to_filter = self._in_tail(deciding)
        self._tail_to_project = self._in_tail(projected)

    def _in_tail(self, names: frozenset[str]) -> bool:
        return bool(self._spilled) and (names >= ALL or not self._spilled.isdisjoint(names))

    def page(self, question: Question) -> Answer:
        position = continuation.decode(question.token, question.text)
        query = self._select.query
        offset = count_of(query.offset, self._run, "OFFSET") or 0
        limit = count_of(query.limit, self._run, "LIMIT")
        if limit is None:
            limit = count_of(query.top, self._run, "TOP")
        end = None if limit is None else offset + limit
        rows: list[bytes] = []
        size = 0
        for row, reached in self._positions(position, question):
            if end is not None and reached.rows > end:
                break
            if reached.rows <= offset:
                position = reached
                continue
            if len(rows) == question.most or size > limits.RESPONSE_BYTES:
                return Answer(rows, continuation.encode(position, question.text), self._examined)
            json = _json(row)
            size += len(json)
            rows.append(json)
            position = reached
            if end is not None and reached.rows == end:
                break
        return Answer(rows, None, self._examined)

    def _positions(self, start: Position, question: Question) -> Iterator[tuple[Any, Position]]:
        """The defined rows after ``start``, each with the position that it reaches."""
        query = self._select.query
        if not query.order_by and not query.distinct and not self._select.grouped:
            count = start.rows
            for row in self._stream(start):
                value = row.value()
                if value is not UNDEFINED:
                    count += 1
                    yield value, Position(count, row.seq, row.binding)
            return
        values = self._values(start.rows + question.most)
        for count, value in enumerate(distinct(values) if query.distinct else values, 1):
            if count > start.rows:
                yield value, Position(count)

    def _values(self, likely: int) -> Iterator[Any]:
        """All rows in their order, of a query whose rows depend on one another."""
        if self._select.grouped:
            yield from self._grouped()
            return
        rows = self._ranked(likely) if self._ranking is not None else self._sorted() if self._select.order_by else None
        for row in self._stream(Position()) if rows is None else rows:
            value = row.value()
            if value is not UNDEFINED:
                yield value

    def _env(self, item: Any) -> Env:
        return [self._run, item] + [UNDEFINED] * (self._select.scope.width - 2)

    def _items(self, after: int) -> Iterator[tuple[int, bytes]]:
        if not self._select.query.sources:
            yield 0, b"{}"
            return
        for seq, head in self._reader.scan(self._wanted, after):
            self._examined += 1
            self._run.tick()
            yield seq, head

    def _parsed(self, seq: int, head: bytes, *, with_tail: bool) -> Any:
        return orjson.loads(whole(head, self._reader.tail(seq)) if with_tail else head)

    def _bindings(self, seq: int, head: bytes) -> Iterator[Env]:
        yield from self._select.bindings(self._env(self._parsed(seq, head, with_tail=self._tail_to_filter)))

    def _stream(self, start: Position) -> Iterator[_Row]:
        select = self._select
        raw = select.query.star and select.root is not None
        for seq, head in self._items(start.seq):
            if raw and select.where is None:
                if seq != start.seq:
                    yield _Row(seq, 0, self._raw(seq, head))
                continue
            for binding, env in enumerate(self._bindings(seq, head)):
                if seq == start.seq and binding <= start.binding:
                    continue
                if raw:
                    yield _Row(seq, binding, self._raw(seq, head))
                else:
                    self._complete(seq, env)
                    yield _Row(seq, binding, lambda env=env: select.project(env))

    def _raw(self, seq: int, head: bytes) -> Callable[[], Any]:
        """The item as it is stored, never parsed."""
        return lambda: orjson.Fragment(whole(head, self._reader.tail(seq) if self._spilled else None))

    def _complete(self, seq: int, env: Env) -> None:
        """Add the item's long properties when only the projection wants them."""
        if self._tail_to_project and not self._tail_to_filter:
            tail = self._reader.tail(seq)
            if tail is not None:
                env[1].update(orjson.loads(tail))

    def _grouped(self) -> Iterator[Any]:
        select = self._select
        if _counts_items(select):
            yield self._reader.count(self._wanted)
            return

        def envs() -> Iterator[Env]:
            for seq, head in self._items(0):
                item = self._parsed(seq, head, with_tail=self._tail_to_filter or self._tail_to_project)
                yield from select.bindings(self._env(item))

        found = False
        for value in select.grouped_rows(envs()):
            found = True
            if value is not UNDEFINED:
                yield value
        if not found and not select.group_by:
            value = select.empty_group(self._run)
            if value is not UNDEFINED:
                yield value

    def _sorted(self) -> Iterator[_Row]:
        """Rows by their keys; the heads wait unparsed until a row is wanted."""
        rows: list[tuple[tuple[Any, ...], int, int, bytes]] = []
        most = self._most_sorted()
        for seq, head in self._items(0):
            for binding, env in enumerate(self._bindings(seq, head)):
                keys = self._select.sort_keys(env)
                if keys is not None:
                    rows.append((keys, seq, binding, head))
            if most is not None and len(rows) > 2 * most + 1024:
                rows.sort(key=_order)
                del rows[most:]
            check_rows(len(rows))
        rows.sort(key=_order)
        for _, seq, binding, head in rows:
            yield self._rebound(seq, binding, head)

    def _most_sorted(self) -> int | None:
        """How many rows can be wanted in all."""
        query = self._select.query
        if query.distinct:
            return None
        limit = count_of(query.limit, self._run, "LIMIT")
        if limit is None:
            return count_of(query.top, self._run, "TOP")
        return limit + (count_of(query.offset, self._run, "OFFSET") or 0)

    def _rebound(self, seq: int, binding: int, head: bytes) -> _Row:
        if self._select.query.star:
            return _Row(seq, binding, self._raw(seq, head))

        def value() -> Any:
            env = next(env for at, env in enumerate(self._bindings(seq, head)) if at == binding)
            self._complete(seq, env)
            return self._select.project(env)

        return _Row(seq, binding, value)

    def _ranked(self, likely: int) -> Iterator[_Row]:
        select, most = self._select, self._most_sorted()
        for seq, head in self._candidates(likely if most is None else most):
            self._examined += 1
            self._run.tick()
            if select.query.star and select.where is None:
                yield _Row(seq, 0, self._raw(seq, head))
                continue
            for binding, env in enumerate(self._bindings(seq, head)):
                if select.query.star:
                    yield _Row(seq, binding, self._raw(seq, head))
                else:
                    self._complete(seq, env)
                    yield _Row(seq, binding, lambda env=env: select.project(env))

    def _candidates(self, likely: int) -> Iterator[tuple[int, bytes]]:
        """Items in the order of the ranking, before WHERE."""
        ranking = self._ranking
        assert ranking is not None  # noqa: S101 - the caller asked
        found = [
            self._component(search, index) for search, index in zip(ranking.components, self._indexes, strict=True)
        ]
        if ranking.weights is not None:
            yield from fused(found, ranking.weights, likely, self._passes, self._rid)
            return
        for seq, value, head in found[0].best(likely):
            self._run.distance = value
            yield seq, head

    def _component(self, search: Search, index: VectorIndex | TextIndex) -> Candidates:
        if isinstance(search, VectorSearch):
            assert isinstance(index, VectorIndex)  # noqa: S101 - it comes with the search
            return VectorCandidates(search, index, self._reader, self._wanted)
        assert isinstance(index, TextIndex)  # noqa: S101 - it comes with the search
        key, span = self._target.key, self._target.range
        # How rare a word is, is counted where the request is addressed: in one partition, or in all.
        counted = Filter(keys=None if key is None else [key], range=span)
        root = self._select.root
        conditions = [] if root is None else text_conditions(self._select.query.where, self._run, search.path)
        return TextCandidates(search, index, self._reader, self._wanted, counted, conditions)

    def _passes(self, seq: int, head: bytes) -> bool:
        self._run.tick()
        return self._select.where is None or any(True for _ in self._bindings(seq, head))

    def _rid(self, seq: int) -> str:
        container = self._reader.container
        return rid(container.database.number, container.number, seq)


def _order(row: tuple[tuple[Any, ...], int, int, bytes]) -> tuple[Any, ...]:
    return row[:3]


def _counts_items(select: Select) -> bool:
    """Whether the query is ``SELECT VALUE COUNT(1) FROM c``: nothing need be parsed."""
    query = select.query
    call = plain(query.items[0].expr) if query.value else None
    return (
        isinstance(call, Call)
        and call.name == "COUNT"
        and isinstance(plain(call.args[0]), Literal)
        and plain(call.args[0]) != Literal(UNDEFINED)
        and query.where is None
        and select.root is not None
        and len(query.sources) == 1
        and not query.group_by
    )


def _json(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        raise bad_request(f"The result is nested too deep or no JSON: {error}") from None
