"""Vector queries: what is asked, and the nearest rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local.search import limits
from local.search.definitions import IndexDefinition
from local.search.errors import SearchError, bad_request, shown, unsupported
from local.search.execution.fusion import Ranking
from local.search.fields import Field
from local.search.store.columns import Mask
from local.search.store.live import Snapshot
from local.search.store.values import Vector, numbers

_KNOWN = frozenset({"kind", "vector", "k", "fields", "exhaustive", "oversampling", "weight"})
_MOST_NEIGHBOURS = 10_000


@dataclass(frozen=True, slots=True)
class VectorQuery:
    """The ``k`` nearest to ``vector`` in one field."""

    field: Field
    vector: Vector
    k: int
    weight: float


def parse_vector_queries(values: Any, definition: IndexDefinition) -> tuple[VectorQuery, ...]:
    """One query for each vector and field.

    Raises:
        SearchError: 400 naming what is wrong.
    """
    if values is None:
        return ()
    if not isinstance(values, list) or len(values) > limits.VECTOR_QUERIES:
        raise _wrong(f"a list of at most {limits.VECTOR_QUERIES} vector queries is expected")
    return tuple(query for value in values for query in _parse(value, definition))


def _parse(value: Any, definition: IndexDefinition) -> list[VectorQuery]:
    if not isinstance(value, dict):
        raise _wrong(f"a vector query must be an object, not {shown(value)}")
    value = {name: inner for name, inner in value.items() if inner is not None}
    kind = value.get("kind", "vector")
    if kind in ("text", "imageUrl", "imageBinary"):
        raise unsupported(f"vector queries of kind '{kind}': no field has a vectorizer")
    unknown = sorted(set(value) - _KNOWN)
    if kind != "vector" or unknown:
        raise _wrong(
            f"the property {shown(unknown[0])} is not known" if unknown else f"the kind {shown(kind)} is not known"
        )
    if not isinstance(value.get("vector"), list):
        raise _wrong(f"'vector' must be a list of numbers, not {shown(value.get('vector'))}")
    if not isinstance(value.get("exhaustive", False), bool):
        raise _wrong(f"'exhaustive' must be true or false, not {shown(value['exhaustive'])}")
    if value.get("oversampling") is not None:
        raise _wrong("'oversampling' is for fields with compression, which no field has")
    k = value.get("k", limits.DEFAULT_TOP)
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= _MOST_NEIGHBOURS:
        raise _wrong(f"'k' must be a whole number from 1 to {_MOST_NEIGHBOURS}, not {shown(k)}")
    weight = value.get("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 < weight < 1e6:
        raise _wrong(f"'weight' must be a number over 0, not {shown(weight)}")
    vector = numbers(value["vector"], "a vector query")
    return [VectorQuery(field, vector, k, float(weight)) for field in _fields(value, vector, definition)]


def _fields(value: dict[str, Any], vector: Vector, definition: IndexDefinition) -> list[Field]:
    names = value.get("fields")
    if names is None and len(definition.vectors) == 1:
        names = definition.vectors[0].name
    if not isinstance(names, str) or not names.strip():
        raise _wrong(f"'fields' must name at least one vector field, not {shown(names)}")
    fields: list[Field] = []
    for name in dict.fromkeys(name.strip() for name in names.split(",")):
        field = definition.find(name)
        if field is None or not field.is_vector:
            raise _wrong(f"the field {shown(name)} is not a vector field of the index")
        if len(vector) != field.dimensions:
            raise _wrong(
                f"the vector field '{field.path}', with dimension of '{field.dimensions}', expects a length of "
                f"'{field.dimensions}'. However, the provided vector has a length of '{len(vector)}'"
            )
        fields.append(field)
    return fields


def nearest(query: VectorQuery, snapshot: Snapshot, allowed: Mask) -> Ranking:
    """The rows of ``allowed`` that are nearest, with the service's score; ties in the order of writing."""
    column = snapshot.vectors[query.field.name]
    rows: NDArray[np.int64] = np.flatnonzero(allowed & column.present(snapshot.count))
    metric = snapshot.definition.metric(query.field)
    scores = column.similarity(query.vector, metric, rows, snapshot.count)
    if len(rows) > query.k:
        chosen = np.argpartition(-scores, query.k - 1)[: query.k]
        # Of those that tie with the last one taken, the first written stay.
        tied = np.flatnonzero(scores == scores[chosen].min())
        better = chosen[scores[chosen] > scores[chosen].min()]
        chosen = np.concatenate((better, tied[: query.k - len(better)]))
        rows, scores = rows[chosen], scores[chosen]
    order = np.lexsort((rows, -scores))
    return Ranking(rows[order], scores[order], query.weight)


def _wrong(reason: str) -> SearchError:
    return bad_request(f"The 'vectorQueries' parameter is not valid: {reason}.\r\nParameter name: vectorQueries")
