"""What the service, or the SDK on top of it, refuses although one machine could answer it."""

from local.cosmos import limits
from local.cosmos.definitions import ContainerDefinition
from local.cosmos.errors import bad_request
from local.cosmos.sql.execution import Execution
from local.cosmos.sql.full_text import NAMES
from local.cosmos.sql.functions import AGGREGATES
from local.cosmos.sql.select import Select, count_of
from local.cosmos.sql.syntax import Call, OrderItem, Parameter, Query, QuerySyntaxError, plain
from local.cosmos.sql.vector_distance import path_of

# What a query plan orders a component by, and users do not write.
_COMPONENTS = ("_FULLTEXTSCORE", "_VECTORSCORE")


def ranking_call(query: Query) -> Call | None:
    """The call of a scoring function that the query is ordered by."""
    calls = [plain(item.expr) for item in query.order_by]
    found = [call for call in calls if isinstance(call, Call) and call.name in ("VECTORDISTANCE", *_COMPONENTS)]
    if not query.rank:
        return found[0] if found else None
    (call,) = calls
    if not isinstance(call, Call) or call.name not in ("FULLTEXTSCORE", "VECTORDISTANCE", "RRF"):
        raise QuerySyntaxError("ORDER BY RANK takes FullTextScore, VectorDistance or RRF.")
    return call


def check_order(query: Query, root: str | None, definition: ContainerDefinition) -> None:
    """ORDER BY takes one path of the item, several that have a composite index, or one scoring function.

    Raises:
        QuerySyntaxError: 400 in the service's words.
    """
    if not query.order_by:
        return
    if ranking_call(query) is not None:
        check_ranking(query)
        return
    paths = [_document_path(item, root) for item in query.order_by]
    if len(paths) > 1:
        _check_composite(
            [(path, item.descending) for path, item in zip(paths, query.order_by, strict=True)], definition
        )


def check_ranking(query: Query) -> Call:
    """The call of the scoring function that the query is ordered by.

    Raises:
        QuerySyntaxError: It cannot be ordered so.
    """
    call = ranking_call(query)
    if call is None:
        raise QuerySyntaxError("A query with ORDER BY RANK is expected.")
    name = NAMES[call.name]
    if len(query.order_by) != 1:
        raise QuerySyntaxError(f"ORDER BY {name} cannot be combined with other keys.", call.position)
    if query.order_by[0].explicit and call.name not in _COMPONENTS:
        raise QuerySyntaxError(f"ORDER BY {name} always gives the nearest first; leave ASC or DESC out.", call.position)
    if query.rank and len(query.sources) > 1:
        raise QuerySyntaxError("ORDER BY RANK with JOIN is not supported by this endpoint.", call.position)
    if query.rank and query.distinct:
        raise QuerySyntaxError("ORDER BY RANK with DISTINCT is not supported by this endpoint.", call.position)
    return call


def _document_path(item: OrderItem, root: str | None) -> tuple[str, ...]:
    path = path_of(item.expr)
    if path is None or path[0] != root or not path[1]:
        raise QuerySyntaxError(
            "Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path."
        )
    return tuple(map(str, path[1]))


def _check_composite(keys: list[tuple[tuple[str, ...], bool]], definition: ContainerDefinition) -> None:
    wanted = tuple(keys)
    turned = tuple((path, not descending) for path, descending in keys)
    if wanted not in definition.composites and turned not in definition.composites:
        needed = [
            {"path": "/" + "/".join(path), "order": "descending" if descending else "ascending"}
            for path, descending in keys
        ]
        raise bad_request(
            "The order by query does not have a corresponding composite index that it can be served from. "
            f"The container's indexingPolicy.compositeIndexes must hold {needed}."
        )


def check_across_partitions(select: Select) -> None:
    """What the SDK's query plan cannot put together from several partitions.

    Raises:
        CosmosError: 400 in the SDK's words.
    """
    query = select.query
    if query.group_by:
        raise bad_request("Cross partition query with GROUP BY is not supported by the SDK; name a partition key.")
    if not select.aggregates:
        return
    only = plain(query.items[0].expr) if query.items else None
    if not query.value or not (isinstance(only, Call) and only.name in AGGREGATES):
        raise bad_request("Cross partition query only supports 'VALUE <AggregateFunc>' for aggregates")


def check_bound(query: Query, run: Execution) -> None:
    """How many of the best are wanted must be said.

    Raises:
        CosmosError: 400 in the words of the service or the SDK; no TOP or LIMIT, or too large a one.
    """
    kind, bound = ("hybrid", limits.HYBRID_TOP) if query.rank else ("vector", limits.VECTOR_TOP)
    if query.rank:
        literal_bounds(query)
    top, limit = count_of(query.top, run, "TOP"), count_of(query.limit, run, "LIMIT")
    most = top if limit is None else limit + (count_of(query.offset, run, "OFFSET") or 0)
    if not most:
        raise bad_request(
            f"Executing a {kind} search query without TOP or LIMIT can consume many RUs very fast and have long "
            f"runtimes. Please ensure you are using one of the two filters with your {kind} search query."
        )
    if most > bound:
        raise bad_request(
            f"Executing a {kind} search query with more items than the max is not allowed: {most}, but at most {bound}."
        )


def literal_bounds(query: Query) -> tuple[int | None, int | None]:
    """How many of an ORDER BY RANK to skip and to take: numbers, for a plan knows no parameter's value.

    Raises:
        CosmosError: 400 in the service's words (for TOP in like ones), one is a parameter.
    """
    for clause, count in (("TOP", query.top), ("OFFSET/LIMIT", query.offset), ("OFFSET/LIMIT", query.limit)):
        if isinstance(count, Parameter):
            raise bad_request(
                f"Invalid {clause} spec for Hybrid Search query. Expected a number literal in order to distribute "
                "query correctly."
            )
    take = query.limit if query.top is None else query.top
    return (
        query.offset if isinstance(query.offset, int) else None,
        take if isinstance(take, int) else None,
    )
