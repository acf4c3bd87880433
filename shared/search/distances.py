"""How far candidates are from the colour asked for, and from what its words mean; None where one has no colour."""

from collections.abc import Sequence

from shared.colour.cmc import delta_e_cmc
from shared.search.contracts import Candidate, LabValues, MeantColour


def distances_from(lab: LabValues | None, candidates: Sequence[Candidate]) -> list[float | None]:
    """Return dE CMC(2:1) of each candidate with ``lab`` as the standard, to 4 decimals; None without ``lab``."""
    known = [candidate.lab for candidate in candidates if candidate.lab is not None]
    if lab is None or not known:
        return [None] * len(candidates)
    far = iter(delta_e_cmc((lab.L, lab.a, lab.b), [(each.L, each.a, each.b) for each in known]).tolist())
    return [None if candidate.lab is None else round(float(next(far)), 4) for candidate in candidates]


def distances_from_any(standards: Sequence[LabValues], candidates: Sequence[Candidate]) -> list[float | None]:
    """Return the same from whichever of ``standards``, at least one, a candidate is nearest to."""
    return _least([distances_from(standard, candidates) for standard in standards])


def reaches_from(colours: Sequence[MeantColour], candidates: Sequence[Candidate]) -> list[float | None]:
    """Return how many reaches each candidate is away from the nearest of ``colours``: up to 1 it passes for it."""
    if not colours:
        return [None] * len(candidates)
    return _least(
        [
            [None if far is None else far / colour.reach for far in distances_from(colour.lab, candidates)]
            for colour in colours
        ]
    )


def fit_of(reaches: float | None) -> float | None:
    """Return how well a colour that is so many reaches away fits the words: 1 at 0, 0.8 at 1, 0.5 at 2, then less."""
    return None if reaches is None else round(1 / (1 + (reaches / 2) ** 2), 3)


def _least(rows: Sequence[Sequence[float | None]]) -> list[float | None]:
    """The smallest of each column."""
    return [min((far for far in column if far is not None), default=None) for column in zip(*rows, strict=True)]
