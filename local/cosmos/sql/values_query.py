"""Queries over values in memory: the feeds of databases and containers, and the condition of a patch."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from local.cosmos.errors import bad_request
from local.cosmos.sql.compiler import Env
from local.cosmos.sql.execution import Execution
from local.cosmos.sql.executor import compiled
from local.cosmos.sql.select import cut, distinct
from local.cosmos.sql.values import UNDEFINED


def query_values(text: str, params: Mapping[str, Any], values: Iterable[Any]) -> list[Any]:
    """The answer of ``text`` with ``values`` as the container."""
    select = compiled(text)
    if select.query.rank:
        raise bad_request("ORDER BY RANK is only supported for items.")
    run = Execution(params)
    places = [UNDEFINED] * max(0, select.scope.width - 2)

    def envs() -> Iterator[Env]:
        for value in values:
            yield from select.bindings([run, value, *places])

    try:
        if select.grouped:
            rows = list(select.grouped_rows(envs())) or ([] if select.group_by else [select.empty_group(run)])
        elif select.order_by:
            keyed = [(keys, select.project(env)) for env in envs() if (keys := select.sort_keys(env)) is not None]
            rows = [row for _, row in sorted(keyed, key=lambda pair: pair[0])]
        else:
            rows = [select.project(env) for env in envs()]
        return list(cut(distinct(rows) if select.query.distinct else rows, select, run))
    except RecursionError:
        raise bad_request("The query or its result is nested too deep.") from None
