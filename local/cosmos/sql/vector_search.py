"""ORDER BY VectorDistance: the nearest items, exactly, from the vectors in memory."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from local.cosmos.errors import bad_request
from local.cosmos.sql.compiler import Compiler, Env, Scope
from local.cosmos.sql.execution import Execution
from local.cosmos.sql.restrictions import vector_call
from local.cosmos.sql.select import compile_subquery
from local.cosmos.sql.syntax import Query, QuerySyntaxError
from local.cosmos.sql.values import UNDEFINED
from local.cosmos.sql.vector_distance import VectorArguments, arguments, chosen_function, larger_is_nearer
from local.cosmos.store.reads import Filter, ItemReader
from local.cosmos.store.vectors import VectorIndex, VectorView

# Ranked in single precision, shown in double: among this many more than wanted are surely the nearest.
_MARGIN = 32
_FEW = 8


@dataclass(frozen=True, slots=True)
class VectorSearch:
    """The vector ``path``, the vector looked for, and how they are compared. ``call``: the call in the query."""

    call: VectorArguments
    path: str
    vector: NDArray[np.float64]
    function: str


def plan_search(query: Query, run: Execution) -> VectorSearch | None:
    """The search that ``query`` is, when the vectors in memory can answer it."""
    call = vector_call(query)
    if call is None:
        return None
    shape = arguments(call)
    if shape.path is None or shape.vector is None:
        raise QuerySyntaxError("ORDER BY VectorDistance needs a path of the item and a vector.", call.position)
    policy = run.policies.get(shape.path)
    if policy is None:
        raise bad_request(
            f"VectorDistance in ORDER BY: the container has no vectorEmbeddingPolicy for the path {shape.path}."
        )
    constant = Compiler(Scope(), compile_subquery)
    env: Env = [run]
    vector = run.vector(constant.compile(shape.vector)(env))
    if vector is None or len(vector) != policy.dimensions:
        given = "something else" if vector is None else f"{len(vector)}"
        raise bad_request(f"VectorDistance: a vector of {policy.dimensions} numbers is expected, not {given}.")
    options = constant.compile(shape.options)(env) if shape.options is not None else UNDEFINED
    return VectorSearch(shape, shape.path, vector, chosen_function(run, shape.path, options))


def nearest(
    search: VectorSearch, index: VectorIndex, reader: ItemReader, wanted: Filter, likely: int
) -> Iterator[tuple[int, float, bytes]]:
    """(seq, value, head), nearest first, ties in the order of making. ``likely``: how many will be asked for."""
    key = wanted.keys[0] if wanted.keys is not None and len(wanted.keys) == 1 else None
    view = reader.vectors(index, key)
    view = _narrowed(view, reader, wanted, key)
    for rows in _ranked(view, search, likely):
        values = view.exact(rows, search.vector, search.function)
        seqs = view.seqs[rows]
        towards = -values if larger_is_nearer(search.function) else values
        order = np.lexsort((seqs, towards))
        heads = reader.heads(int(seq) for seq in seqs)
        for at in order:
            head = heads.get(int(seqs[at]))
            # Expired items have a vector until they are purged.
            if head is not None:
                yield int(seqs[at]), float(values[at]), head


def _narrowed(view: VectorView, reader: ItemReader, wanted: Filter, key: str | None) -> VectorView:
    """The rows that the tables leave, when asking them is worth it."""
    if wanted.range is not None:
        return view.only(reader.seqs(wanted))
    if not wanted.narrow and (wanted.keys is None or key is not None):
        return view
    # Where many items pass, going through them by nearness and asking WHERE of each ends sooner.
    most = len(view.rows) // _FEW
    seqs = reader.seqs(wanted, most + 1)
    return view if len(seqs) > most else view.only(seqs)


def _ranked(view: VectorView, search: VectorSearch, likely: int) -> Iterator[NDArray[np.int64]]:
    """Places in the matrix in groups: all of one group are nearer than all of the next."""
    nearness = view.nearness(search.vector, search.function)
    first = min(len(nearness), likely + _MARGIN)
    some = first < len(nearness)
    chosen = np.argpartition(-nearness, first)[:first] if some else np.arange(first)
    yield view.rows[chosen]
    if not some:
        return
    # Only when WHERE refused so many that the first group was not enough.
    taken = np.zeros(len(nearness), bool)
    taken[chosen] = True
    rest = np.flatnonzero(~taken)
    rest = rest[np.argsort(-nearness[rest], kind="stable")]
    size = first * 4
    for start in range(0, len(rest), size):
        yield view.rows[rest[start : start + size]]
