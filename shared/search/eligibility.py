"""Which of the materials found stay candidates: nobody has to look at, or pay a language model for, what lies beyond
the tolerance.
"""

from collections.abc import Sequence

from shared.search.contracts import Candidate, Deduplicated, SearchHits, Wanted
from shared.search.distances import distances_from
from shared.search.flags import resin_kind
from shared.search.fusion import NEAREST, fuse
from shared.search.resins import resolve_resin

# dE CMC(2:1) within which two materials are equally near: half the tolerance of a commercial match.
EQUALLY_NEAR = 0.5
# What a search for 100 materials with three synonyms finds, and what one payload has room for.
_MOST_CANDIDATES = 115
# How many of the nearest of the resin are shown where none of it is within tolerance.
_NEAREST_SHOWN = 3


def deduplicated(searches: Sequence[SearchHits], wanted: Wanted | None) -> Deduplicated:
    """Return what searches found as candidates; ``wanted`` None keeps all of it."""
    unique = fuse(searches)
    return Deduplicated(
        results=unique if wanted is None else _at_most(_MOST_CANDIDATES, eligible(unique, wanted)),
        total_before=sum(len(search.results) for search in searches),
        total_after=len(unique),
    )


def wishes_met(candidate: Candidate) -> frozenset[str]:
    """Return the names of the wishes that a candidate meets."""
    return frozenset(wish for wish, answer in (candidate.wishes or {}).items() if answer == "met")


def outweighs(far: float, met: frozenset[str], other_far: float, other_met: frozenset[str]) -> bool:
    """Return whether a material meets more wishes than another of its resin and is as near or equally near."""
    return met > other_met and far <= other_far + EQUALLY_NEAR


def code_of(candidate: Candidate) -> str:
    """Return the code of a candidate's resin, however the index writes it; "" where it tells none."""
    return resolve_resin(candidate.resin).code if candidate.resin else ""


def kind_of(candidate: Candidate, wanted: Wanted) -> str:
    """Return how a candidate's resin relates to the one asked for, "" where none was; a stand-in counts as exact."""
    if wanted.resin is None:
        return ""
    return resin_kind(wanted.resin, wanted.synonyms, wanted.stand_ins, candidate.resin)


def _is_wanted(candidate: Candidate, wanted: Wanted) -> bool:
    """Whether a candidate is of the resin asked for; all are where none was, or where any may come first."""
    return wanted.strict is False or kind_of(candidate, wanted) in ("", "exact")


def eligible(candidates: Sequence[Candidate], wanted: Wanted) -> tuple[Candidate, ...]:
    """Return the candidates that are worth scoring, in their order.

    Where something is within tolerance, what is not goes, but for the nearest of the resin asked for where nothing of
    it is within, and for what meets more wishes than an equally near material of its resin that is. Where nothing is
    within tolerance all stay, as all do without a colour. What has no Lab values in the index cannot be judged by them.
    """
    if wanted.lab is None or wanted.threshold is None:
        return tuple(candidates)
    far = dict(zip((each.id for each in candidates), distances_from(wanted.lab, candidates), strict=True))
    known = sorted((distance, name) for name, distance in far.items() if distance is not None)
    inside = {name for distance, name in known if distance <= wanted.threshold}
    if not inside:
        return tuple(candidates)
    by_id = {each.id: each for each in candidates}
    own = [name for _, name in known if _is_wanted(by_id[name], wanted)]
    shown = set() if own and own[0] in inside else set(own[:_NEAREST_SHOWN])
    return tuple(
        each
        for each in candidates
        if far[each.id] is None
        or each.id in inside
        or each.id in shown
        or any(
            outweighs(far[each.id] or 0.0, wishes_met(each), far[name] or 0.0, wishes_met(by_id[name]))
            for name in inside
            if code_of(by_id[name]) == code_of(each)
        )
    )


def _at_most(count: int, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The first ``count``; of more, those that are near in colour stay before others."""
    by_worth = sorted(range(len(candidates)), key=lambda place: (NEAREST not in candidates[place].found_by, place))
    return tuple(candidates[place] for place in sorted(by_worth[:count]))
