"""ORDER BY VectorDistance: the nearest items, exactly, from the vectors in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from local.cosmos.errors import bad_request
from local.cosmos.sql.compiler import Compiler, Env, Scope
from local.cosmos.sql.execution import Execution
from local.cosmos.sql.select import compile_subquery
from local.cosmos.sql.syntax import Call, QuerySyntaxError
from local.cosmos.sql.values import UNDEFINED
from local.cosmos.sql.vector_distance import VectorArguments, arguments, chosen_function, larger_is_nearer, nearness
from local.cosmos.store.reads import Filter, ItemReader
from local.cosmos.store.vectors import VectorIndex, VectorView

# Ranked in single precision, shown in double: among this many more than wanted are surely the nearest.
_MARGIN = 32
_FEW = 8


@dataclass(frozen=True, slots=True)
class VectorSearch:
    """The vector ``path``, the vector looked for, and how they are compared. ``call``: the call in the query.

    ``farthest``: the other way round, what is least near first.
    """

    call: VectorArguments
    path: str
    vector: NDArray[np.float64]
    function: str
    farthest: bool


def plan_vector_search(call: Call, run: Execution, *, farthest: bool = False) -> VectorSearch:
    """The search that ordering by ``call`` is.

    Raises:
        CosmosError: 400, the container has no vectors there, or the vector is of another length.
    """
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
    return VectorSearch(shape, shape.path, vector, chosen_function(run, shape.path, options), farthest)


class VectorCandidates:
    """The items of one view by their vectors."""

    def __init__(self, search: VectorSearch, index: VectorIndex, reader: ItemReader, wanted: Filter) -> None:
        self._search = search
        self._reader = reader
        self._wanted = wanted
        self._key = wanted.keys[0] if wanted.keys is not None and len(wanted.keys) == 1 else None
        self._whole = reader.vectors(index, self._key)

    def best(self, likely: int) -> Iterator[tuple[int, float, bytes]]:
        """(seq, value, head), nearest first, ties in the order of making. ``likely``: how many will be asked for."""
        search = self._search
        view = self._narrowed()
        for rows in _ranked(view, search, likely):
            values = view.exact(rows, search.vector, search.function)
            seqs = view.seqs[rows]
            towards = values if larger_is_nearer(search.function) is search.farthest else -values
            order = np.lexsort((seqs, towards))
            heads = self._reader.heads(int(seq) for seq in seqs)
            for at in order:
                head = heads.get(int(seqs[at]))
                # Expired items have a vector until they are purged.
                if head is not None:
                    yield int(seqs[at]), float(values[at]), head

    def scores(self, seqs: Sequence[int]) -> dict[int, float]:
        """How near these items are, larger for nearer; what has no vector is missing."""
        view = self._whole.only(seqs)
        values = view.exact(view.rows, self._search.vector, self._search.function)
        function = self._search.function
        found = zip(view.seqs[view.rows].tolist(), values.tolist(), strict=True)
        return {seq: nearness(function, value) for seq, value in found}

    def _narrowed(self) -> VectorView:
        """The rows that the tables leave, when asking them is worth it."""
        view, wanted = self._whole, self._wanted
        if wanted.range is not None:
            return view.only(self._reader.seqs(wanted))
        if not wanted.narrow and (wanted.keys is None or self._key is not None):
            return view
        # Where many items pass, going through them by nearness and asking WHERE of each ends sooner.
        most = len(view.rows) // _FEW
        seqs = self._reader.seqs(wanted, most + 1)
        return view if len(seqs) > most else view.only(seqs)


def _ranked(view: VectorView, search: VectorSearch, likely: int) -> Iterator[NDArray[np.int64]]:
    """Places in the matrix in groups: all of one group come before all of the next."""
    towards = view.nearness(search.vector, search.function)
    if not search.farthest:
        towards = -towards
    first = min(len(towards), likely + _MARGIN)
    some = first < len(towards)
    chosen = np.argpartition(towards, first)[:first] if some else np.arange(first)
    yield view.rows[chosen]
    if not some:
        return
    # Only when WHERE refused so many that the first group was not enough.
    taken = np.zeros(len(towards), bool)
    taken[chosen] = True
    rest = np.flatnonzero(~taken)
    rest = rest[np.argsort(towards[rest], kind="stable")]
    size = first * 4
    for start in range(0, len(rest), size):
        yield view.rows[rest[start : start + size]]
