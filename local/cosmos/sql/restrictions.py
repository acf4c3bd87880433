"""What the service, or the SDK on top of it, refuses although one machine could answer it."""

from local.cosmos import limits
from local.cosmos.definitions import ContainerDefinition
from local.cosmos.errors import bad_request
from local.cosmos.sql.execution import Execution
from local.cosmos.sql.functions import AGGREGATES
from local.cosmos.sql.select import Select, count_of
from local.cosmos.sql.syntax import Call, OrderItem, Query, QuerySyntaxError, plain
from local.cosmos.sql.vector_distance import path_of


def vector_call(query: Query) -> Call | None:
    """The VectorDistance call that the query is ordered by."""
    calls = [plain(item.expr) for item in query.order_by]
    found = [call for call in calls if isinstance(call, Call) and call.name == "VECTORDISTANCE"]
    return found[0] if found else None


def check_order(query: Query, root: str | None, definition: ContainerDefinition) -> None:
    """ORDER BY takes one path of the item, several that have a composite index, or one VectorDistance.

    Raises:
        QuerySyntaxError: 400 in the service's words.
    """
    if not query.order_by:
        return
    call = vector_call(query)
    if call is not None:
        if len(query.order_by) != 1:
            raise QuerySyntaxError("ORDER BY VectorDistance cannot be combined with other keys.", call.position)
        if query.order_by[0].explicit:
            raise QuerySyntaxError(
                "ORDER BY VectorDistance always gives the nearest first; leave ASC or DESC out.", call.position
            )
        return
    paths = [_document_path(item, root) for item in query.order_by]
    if len(paths) > 1:
        _check_composite(
            [(path, item.descending) for path, item in zip(paths, query.order_by, strict=True)], definition
        )


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


def check_vector_search(select: Select, run: Execution) -> None:
    """Raises: CosmosError: 400, the search is not bounded by TOP or LIMIT."""
    query = select.query
    top, limit = count_of(query.top, run, "TOP"), count_of(query.limit, run, "LIMIT")
    most = top if limit is None else limit + (count_of(query.offset, run, "OFFSET") or 0)
    if not most:
        raise bad_request(
            "Executing a vector search query without TOP or LIMIT can consume many RUs very fast and have long "
            "runtimes. Please ensure you are using one of the two filters with your vector search query."
        )
    if most > limits.VECTOR_TOP:
        raise bad_request(
            f"Executing a vector search query with more items than the max is not allowed: {most}, but at most "
            f"{limits.VECTOR_TOP}."
        )
