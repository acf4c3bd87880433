"""RRF: reciprocal rank fusion of several rankings, as the SDK computes it.

Cormack, Clarke and Büttcher (2009), with constant 60. Ranks are dense: equal scores have one rank.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.cosmos.sql.syntax import ArrayLiteral, Call, Literal, Parameter, QuerySyntaxError, plain

CONSTANT = 60
_LEAST_DEPTH = 120
LAST = 1.79769e308
"""In place of a score that an item does not have, with the sign that puts it last."""


@dataclass(frozen=True, slots=True)
class Fusion:
    """The scoring functions of an RRF, and the weight of each; a negative one turns its ranking round."""

    components: tuple[Call, ...]
    weights: tuple[float, ...]


def fusion_of(call: Call) -> Fusion:
    """What an RRF fuses.

    Raises:
        QuerySyntaxError: It has fewer than two scoring functions, something else among them, or unfit weights.
    """
    args = [plain(arg) for arg in call.args]
    given = args.pop() if args and isinstance(args[-1], (ArrayLiteral, Parameter)) else None
    components = tuple(arg for arg in args if isinstance(arg, Call) and arg.name in ("FULLTEXTSCORE", "VECTORDISTANCE"))
    if len(components) != len(args) or len(components) < 2:
        raise QuerySyntaxError(
            "RRF takes two or more of FullTextScore and VectorDistance, and after them an array of weights.",
            call.position,
        )
    if given is None:
        return Fusion(components, (1.0,) * len(components))
    values = [plain(item) for item in given.items] if isinstance(given, ArrayLiteral) else []
    weights = tuple(float(each.value) for each in values if isinstance(each, Literal) and _is_number(each.value))
    if len(weights) != len(values) or len(weights) != len(components):
        raise QuerySyntaxError(
            f"RRF: the weights are an array of {len(components)} number literals, one for each scoring function.",
            call.position,
        )
    return Fusion(components, weights)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def depth(wanted: int) -> int:
    """How many of each component's best take part. The service is known to take 120 where 10 are wanted."""
    return max(_LEAST_DEPTH, 2 * wanted)


def fuse(
    items: Sequence[int],
    scores: Sequence[Mapping[int, float]],
    weights: Sequence[float],
    order: Callable[[int], str],
) -> list[int]:
    """``items`` from the best on. ``scores``: of each component, larger for better; ``order``: decides among equals."""
    ordered = sorted(items, key=order)
    totals = dict.fromkeys(ordered, 0.0)
    for component, given in zip(scores, weights, strict=True):
        # A negative weight counts from the other end.
        missing = LAST if given < 0 else -LAST
        ranked = sorted(ordered, key=lambda item: component.get(item, missing), reverse=given >= 0)
        rank, last = 0, None
        for item in ranked:
            score = component.get(item, missing)
            if score != last:
                rank, last = rank + 1, score
            totals[item] += abs(given) / (CONSTANT + rank)
    return sorted(ordered, key=lambda item: totals[item], reverse=True)
