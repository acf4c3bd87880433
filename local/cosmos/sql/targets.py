"""Which items a query is about: a partition, a feed range or all; and what its WHERE says the tables can check."""

from dataclasses import dataclass

from local.cosmos.errors import bad_request
from local.cosmos.partition_key import canonical
from local.cosmos.sql.execution import Execution
from local.cosmos.sql.planner import Constraints, constraints, patterns
from local.cosmos.sql.select import Select
from local.cosmos.store.catalog import Container
from local.cosmos.store.reads import EffectiveRange, Filter
from local.cosmos.store.schema import indexable


@dataclass(frozen=True, slots=True)
class Target:
    """``key``: the partition named by the request; ``range``: its feed range; ``across``: it allows all partitions.

    ``one_range``: it is a part of a query that the client puts together itself, for one partition key range.
    """

    key: str | None = None
    range: EffectiveRange | None = None
    across: bool = False
    one_range: bool = False


def make_filter(select: Select, container: Container, target: Target, run: Execution) -> Filter:
    """What the tables are asked for; a superset of what the query will find.

    Raises:
        CosmosError: 400, neither the request nor WHERE names a partition, and all are not allowed.
    """
    found = constraints(select.query.where, run, select.root) if select.root is not None else {}
    keys = [target.key] if target.key is not None else _keys(container, found)
    if target.range is None and not target.across and (keys is None or len(keys) > 1):
        raise bad_request(
            "Cross partition query is required but disabled. Please set x-ms-documentdb-query-enablecrosspartition to "
            "true, specify x-ms-documentdb-partitionkey, or revise your query to avoid this exception."
        )
    wanted = Filter(keys=keys, range=target.range)
    if ("id",) in found:
        wanted.ids = [value for value in found["id",] if isinstance(value, str)]
    if wanted.ids is None or keys is None:
        key_paths = container.definition.partition_key.paths
        wanted.properties = {
            tuple(map(str, path)): values
            for path, values in found.items()
            if path != ("id",) and path not in key_paths and indexable(path) and path[0] not in container.spilled
        }
    if wanted.ids is None and select.root is not None:
        wanted.patterns = {
            name: fits
            for name, fits in patterns(select.query.where, run, select.root).items()
            if indexable((name,)) and name not in container.spilled
        }
    return wanted


def _keys(container: Container, found: Constraints) -> list[str] | None:
    """The partitions that WHERE leaves, when it says."""
    paths = container.definition.partition_key.paths
    if len(paths) == 1:
        values = found.get(paths[0])
        return None if values is None else list({canonical([value]): None for value in values})
    if all(len(found.get(path, ())) == 1 for path in paths):
        return [canonical([found[path][0] for path in paths])]
    return None
