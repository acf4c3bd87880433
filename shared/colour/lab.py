"""A colour in CIE 1976 L*a*b*."""

import math
from typing import NamedTuple

NEUTRAL_BELOW_CHROMA = 2.6
"""Below Munsell chroma 0.5, at 5.3 C*ab per step, a colour passes for grey: its hue angle says nothing that is seen."""


class Lab(NamedTuple):
    """A colour in CIELAB (CIE 15:2018, section 8.2.1).

    ``L``: 0 to 100; ``a`` and ``b``: -128 to 127 wherever we take one from outside.
    """

    L: float
    a: float
    b: float

    @property
    def is_neutral(self) -> bool:
        """Whether it passes for white, grey or black."""
        return self.chroma < NEUTRAL_BELOW_CHROMA

    @property
    def chroma(self) -> float:
        """C*ab: the distance from grey, 0 to about 181."""
        return math.hypot(self.a, self.b)

    @property
    def hue_deg(self) -> float:
        """h_ab in [0, 360): 0 towards +a, 90 towards +b. Grey has no hue; it gets 0, as atan2 says."""
        # A tiny negative angle plus 360 rounds to 360 itself.
        return math.degrees(math.atan2(self.b, self.a)) % 360.0 % 360.0


class Lch(NamedTuple):
    """A colour by lightness, chroma and hue, as ``lch_of`` rounds it; ``h_deg`` is None where it passes for grey."""

    L: float
    C: float
    h_deg: float | None


def lch_of(lab: Lab) -> Lch:
    """Return L*, C*ab and h_ab to read: with two decimals, and the hue in [0, 360) with one, as a neutral has none."""
    # Above 359.95 degrees it rounds to 360, which is 0.
    hue_deg = None if lab.is_neutral else round(lab.hue_deg, 1) % 360.0
    return Lch(round(lab.L, 2), round(lab.chroma, 2), hue_deg)
