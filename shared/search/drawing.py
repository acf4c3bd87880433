"""Numbers to draw a colour with, as results and the request carry them."""

from typing import Any

from shared.colour.lab import Lab, lch_of
from shared.colour.srgb import srgb_of
from shared.search.contracts import LabValues


def drawn(lab: LabValues | None) -> dict[str, Any]:
    """Return ``hex``, ``in_srgb_gamut`` and ``lch`` of a colour; None each where there is none."""
    if lab is None:
        return {"hex": None, "in_srgb_gamut": None, "lch": None}
    colour = Lab(lab.L, lab.a, lab.b)
    screen, polar = srgb_of(colour), lch_of(colour)
    return {
        "hex": screen.hex,
        "in_srgb_gamut": screen.in_gamut,
        "lch": {"L": polar.L, "C": polar.C, "h": polar.h_deg},
    }
