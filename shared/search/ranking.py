"""In which order a user gets the materials that were found, and which of them keep a place among the first ``k``.

A score is a language model's opinion; what can be computed is not left to it. ADR 15 has the reasons.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from shared.search.candidates import EXPLANATION_BYTES, shortened
from shared.search.contracts import Candidate, RankedResult, Score, ScoredChunk, Wanted
from shared.search.distances import distances_from, reaches_from
from shared.search.eligibility import code_of, kind_of, outweighs, wishes_met

# A request whose colour words nobody could read is not fulfilled by any material, whatever a model says.
UNREAD_CAP = 60.0
# How many of the nearest of the resin keep a place among the first k.
_KEPT_OF_RESIN = 3

_NOWHERE = float("inf")


class _Placed(NamedTuple):
    """A result with what decides its place. ``far``: dE from the colour asked for, else reaches from what the words
    mean; ``met``: the wishes that it meets."""

    result: RankedResult
    kind: str
    far: float
    met: frozenset[str]

    @property
    def is_of_resin(self) -> bool:
        return self.kind == "exact"


def ranked(
    candidates: Sequence[Candidate], chunks: Iterable[ScoredChunk], wanted: Wanted, k: int
) -> tuple[RankedResult, ...]:
    """Return the best ``k`` candidates, best first.

    - What is within tolerance comes first, or, where there is only a word for the colour, what passes for it. Of that
      the resin asked for comes first, unless ``wanted.strict`` is False; with True it comes before all others.
    - Then by score (those without one last), dE, fused score and id; without any score dE decides.
    - Nothing stands before a nearer material of its resin that meets at least the same wishes, nor before one that is
      equally near and meets more.
    - Where nothing of the resin is within tolerance, the nearest of it stands first all the same; so does the nearest
      of all where nothing is, and nobody asked for a resin, none is of it, or any may come first.
    - The nearest of the resin, of its kin and of all keep places within ``k``.
    """
    placed = _placed(candidates, chunks, wanted)
    has_scores = any(each.result.score is not None for each in placed)
    placed.sort(key=lambda each: (_tier(each, wanted), *_order(each, has_scores=has_scores)))
    nearest = _nearest_of_what_was_asked(placed, wanted)
    if nearest is not None and not _is_within(nearest, wanted):
        placed.remove(nearest)
        placed.insert(0, nearest)
    if wanted.lab is not None:
        placed = _with_better_ones_first(placed)
    kept = _kept(placed, k)
    return tuple(each.result for number, each in enumerate(placed) if number in kept)


def _placed(candidates: Sequence[Candidate], chunks: Iterable[ScoredChunk], wanted: Wanted) -> list[_Placed]:
    scores = {score.id: score for chunk in chunks for score in chunk.scores}
    cap = UNREAD_CAP if wanted.unread and wanted.lab is None else 100.0
    distances = distances_from(wanted.lab, candidates)
    reaches = reaches_from(wanted.colours, candidates) if wanted.lab is None else distances
    placed: list[_Placed] = []
    for candidate, distance, reach in zip(candidates, distances, reaches, strict=True):
        result = RankedResult.of(
            candidate,
            dE=distance,
            within_tolerance=None if distance is None or wanted.threshold is None else distance <= wanted.threshold,
            **_verdict(scores.get(candidate.id), cap),
        )
        placed.append(
            _Placed(result, kind_of(candidate, wanted), _NOWHERE if reach is None else reach, wishes_met(candidate))
        )
    return placed


def _verdict(score: Score | None, cap: float) -> dict[str, float | str]:
    if score is None:
        return {}
    return {
        "score": min(round(score.score, 2), cap),
        "explanation": shortened(score.explanation, EXPLANATION_BYTES),
    }


def _is_within(each: _Placed, wanted: Wanted) -> bool:
    if wanted.lab is not None:
        return wanted.threshold is None or each.far <= wanted.threshold
    return not wanted.colours or each.far <= 1.0


def _tier(each: _Placed, wanted: Wanted) -> tuple[bool, bool]:
    outside = not _is_within(each, wanted)
    other = wanted.resin is not None and not each.is_of_resin
    if wanted.strict is False:
        return outside, False
    return (other, outside) if wanted.strict else (outside, other)


def _order(each: _Placed, *, has_scores: bool) -> tuple[float, float, float, str]:
    result = each.result
    score = _NOWHERE if result.score is None else -result.score
    return (score if has_scores else 0.0, each.far, -result.fused_score, result.id)


def _nearest_of_what_was_asked(placed: Sequence[_Placed], wanted: Wanted) -> _Placed | None:
    known = [each for each in placed if each.far < _NOWHERE]
    of_resin = [] if wanted.strict is False else [each for each in known if each.is_of_resin]
    return min(of_resin or known, key=lambda each: each.far, default=None)


def _with_better_ones_first(placed: Sequence[_Placed]) -> list[_Placed]:
    """Return ``placed`` with each result after all of its resin that are better than it, which moves as few as can be.

    ``_is_better`` has no circles: along it the wishes met never grow less, and where they stay the same it gets nearer.
    """
    of_resin: dict[str, list[_Placed]] = {}
    for each in placed:
        of_resin.setdefault(code_of(each.result), []).append(each)
    done: set[str] = set()
    in_order: list[_Placed] = []

    def put(each: _Placed) -> None:
        if each.result.id in done:
            return
        done.add(each.result.id)
        for other in of_resin[code_of(each.result)]:
            if _is_better(other, each):
                put(other)
        in_order.append(each)

    for each in placed:
        put(each)
    return in_order


def _is_better(one: _Placed, other: _Placed) -> bool:
    return outweighs(one.far, one.met, other.far, other.met) or (one.met == other.met and one.far < other.far)


def _kept(placed: Sequence[_Placed], k: int) -> set[int]:
    """The places that stay where only ``k`` do: the first, the nearest of each kind, then from the front."""
    by_distance = sorted(range(len(placed)), key=lambda number: placed[number].far)

    def nearest(kinds: tuple[str, ...] | None, count: int = 1) -> list[int]:
        of_kind = [number for number in by_distance if kinds is None or placed[number].kind in kinds]
        return [number for number in of_kind[:count] if placed[number].far < _NOWHERE]

    own = nearest(("exact",), _KEPT_OF_RESIN) if any(each.kind for each in placed) else nearest(None, _KEPT_OF_RESIN)
    first = [0] if placed else []
    wanted = [*first, *own[:1], *nearest(("synonym", "family")), *nearest(None), *own[1:], *range(len(placed))]
    return set(list(dict.fromkeys(wanted))[:k])
