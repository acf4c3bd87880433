"""Queries ordered by a scoring function: by one, or by several whose ranks are fused (RRF)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from local.cosmos.definitions import ContainerDefinition
from local.cosmos.sql.execution import Execution
from local.cosmos.sql.rank_fusion import depth, fuse, fusion_of
from local.cosmos.sql.restrictions import check_bound, ranking_call
from local.cosmos.sql.syntax import Call, Query
from local.cosmos.sql.text_search import TextSearch, plan_text_search
from local.cosmos.sql.vector_search import VectorSearch, plan_vector_search

Search: TypeAlias = VectorSearch | TextSearch


@dataclass(frozen=True, slots=True)
class Ranking:
    """``weights``: of the ``components`` that are fused; None: there is one, and it is the order."""

    components: tuple[Search, ...]
    weights: tuple[float, ...] | None


class Candidates(Protocol):
    """The items of one view in the order of one scoring function."""

    def best(self, likely: int) -> Iterator[tuple[int, float, bytes]]:
        """(seq, value, head), best first."""
        ...

    def scores(self, seqs: Sequence[int]) -> dict[int, float]:
        """Scores of these items, larger for better."""
        ...


def plan_ranking(query: Query, run: Execution, definition: ContainerDefinition) -> Ranking | None:
    """What ``query`` is ordered by, when that is scoring functions.

    Raises:
        CosmosError: 400, the container cannot be searched so, or it is not said how many are wanted.
    """
    call = ranking_call(query)
    if call is None:
        return None
    check_bound(query, run)
    if call.name != "RRF":
        (item,) = query.order_by
        return Ranking((_plan(call, run, definition, turned=item.explicit and not item.descending),), None)
    fusion = fusion_of(call)
    components = (
        _plan(each, run, definition, turned=weight < 0)
        for each, weight in zip(fusion.components, fusion.weights, strict=True)
    )
    return Ranking(tuple(components), fusion.weights)


def _plan(call: Call, run: Execution, definition: ContainerDefinition, *, turned: bool) -> Search:
    if call.name in ("VECTORDISTANCE", "_VECTORSCORE"):
        return plan_vector_search(call, run, farthest=turned)
    return plan_text_search(call, run, definition, worst=turned)


def fused(
    candidates: Sequence[Candidates],
    weights: Sequence[float],
    wanted: int,
    accept: Callable[[int, bytes], bool],
    order: Callable[[int], str],
) -> Iterator[tuple[int, bytes]]:
    """(seq, head) of the items that are among the best of a component, from the best of all on.

    ``accept``: whether WHERE holds; ``order``: decides among equals.
    """
    heads: dict[int, bytes] = {}
    refused: set[int] = set()
    most = depth(wanted)
    for each in candidates:
        left = most
        for seq, _, head in each.best(most):
            if seq in refused:
                continue
            if seq not in heads:
                if not accept(seq, head):
                    refused.add(seq)
                    continue
                heads[seq] = head
            left -= 1
            if not left:
                break
    seqs = list(heads)
    scores = [each.scores(seqs) for each in candidates]
    for seq in fuse(seqs, scores, weights, order):
        yield seq, heads[seq]
