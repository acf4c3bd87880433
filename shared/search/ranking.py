"""In which order a user gets the materials that were found."""

from collections.abc import Iterable, Sequence

from shared.colour.cmc import delta_e_cmc
from shared.search.candidates import EXPLANATION_BYTES, shortened
from shared.search.contracts import Candidate, LabValues, RankedResult, Score, ScoredChunk

_NOWHERE = float("inf")


def ranked_by_score(
    candidates: Sequence[Candidate], chunks: Iterable[ScoredChunk], lab: LabValues | None, k: int
) -> tuple[RankedResult, ...]:
    """Return the best ``k``: by score (those without one last), then dE (likewise), then id.

    Where no candidate at all has a score, in mock mode or because every scorer failed, the order is dE, fused score,
    id: what is known of a material then is its colour and how well it was found.
    """
    scores = {score.id: score for chunk in chunks for score in chunk.scores}
    results = [
        RankedResult.of(candidate, dE=delta_e, **_verdict(scores.get(candidate.id)))
        for candidate, delta_e in zip(candidates, _distances(candidates, lab), strict=True)
    ]
    order = _by_score if any(result.score is not None for result in results) else _by_colour
    return tuple(sorted(results, key=order)[:k])


def ranked_by_fusion(candidates: Sequence[Candidate], k: int) -> tuple[RankedResult, ...]:
    """Return the best ``k`` by fused score, then id, as ``rerank=false`` asks. Nothing is scored, dE is not known."""
    by_fusion = sorted(candidates, key=lambda candidate: (-candidate.fused_score, candidate.id))
    return tuple(RankedResult.of(candidate) for candidate in by_fusion[:k])


def _verdict(score: Score | None) -> dict[str, float | str]:
    if score is None:
        return {}
    return {"score": round(score.score, 2), "explanation": shortened(score.explanation, EXPLANATION_BYTES)}


def _distances(candidates: Sequence[Candidate], lab: LabValues | None) -> list[float | None]:
    """DE of each candidate with the colour asked for as the standard; rounded before it decides, as users see it."""
    known = [candidate.lab for candidate in candidates if candidate.lab is not None]
    if lab is None or not known:
        return [None] * len(candidates)
    distances = iter(delta_e_cmc((lab.L, lab.a, lab.b), [(each.L, each.a, each.b) for each in known]).tolist())
    return [None if candidate.lab is None else round(float(next(distances)), 4) for candidate in candidates]


def _by_score(result: RankedResult) -> tuple[float, float, str]:
    return (_NOWHERE if result.score is None else -result.score, _far(result), result.id)


def _by_colour(result: RankedResult) -> tuple[float, float, str]:
    return (_far(result), -result.fused_score, result.id)


def _far(result: RankedResult) -> float:
    return _NOWHERE if result.dE is None else result.dE
