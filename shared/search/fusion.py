"""Several lists of results become one: reciprocal rank fusion.

Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods",
SIGIR 2009: a material's score is the sum of 1 / (60 + rank) over the lists that hold it, ranks counted from 1.
"""

from collections.abc import Sequence

from shared.search.contracts import Candidate, SearchHits

NEAREST = "nearest"
"""Search type of what is near in colour, however its words read."""

RRF_K = 60
# A synonym is what the model thinks is like the resin that was asked for: the best find for a synonym stands behind
# the first seven of the base search.
_SYNONYM_WEIGHT = 0.9


def fuse(searches: Sequence[SearchHits]) -> tuple[Candidate, ...]:
    """Return every material once, by fused score, ties by id.

    A material found several times keeps scores, captions and text of the first search that found it, the base search
    before all others; ``found_by`` names all of them.
    """
    in_order = sorted(searches, key=lambda search: search.search_type != "base")
    first: dict[str, Candidate] = {}
    found_by: dict[str, list[str]] = {}
    scores: dict[str, float] = {}
    for search in in_order:
        weight = 1.0 if search.search_type in ("base", NEAREST) else _SYNONYM_WEIGHT
        for rank, candidate in enumerate(search.results, start=1):
            seen = found_by.setdefault(candidate.id, [])
            if search.search_type in seen:
                continue
            first.setdefault(candidate.id, candidate)
            seen.append(search.search_type)
            scores[candidate.id] = scores.get(candidate.id, 0.0) + weight / (RRF_K + rank)
    fused = [
        candidate.model_copy(update={"found_by": tuple(found_by[name]), "fused_score": round(scores[name], 6)})
        for name, candidate in first.items()
    ]
    return tuple(sorted(fused, key=lambda candidate: (-candidate.fused_score, candidate.id)))
