"""Names for how far two colours are apart."""

from typing import Literal, NamedTuple

Band = Literal["indistinguishable", "close", "similar", "different"]


class _Edge(NamedTuple):
    up_to: float
    name: Band


# CMC(2:1), whose unit is meant as the tolerance of a commercial match. The further edges are ours: twice that is still
# close by eye; 5, which is also the default threshold of a search, is where a colour stops being a candidate.
COLOUR_BANDS = (_Edge(1.0, "indistinguishable"), _Edge(2.0, "close"), _Edge(5.0, "similar"))


def band_of(delta_e: float) -> Band:
    """Return the name of a CMC(2:1) difference: its first edge that is not exceeded, else ``different``.

    Raises:
        ValueError: ``delta_e`` is negative or no number.
    """
    if not delta_e >= 0:
        raise ValueError(f"a colour difference must be 0 or more, not {delta_e}")
    for edge in COLOUR_BANDS:
        if delta_e <= edge.up_to:
            return edge.name
    return "different"
