"""A colour in CIE 1976 L*a*b*."""

import math
from typing import NamedTuple


class Lab(NamedTuple):
    """A colour in CIELAB (CIE 15:2018, section 8.2.1).

    ``L``: 0 to 100; ``a`` and ``b``: -128 to 127 wherever we take one from outside.
    """

    L: float
    a: float
    b: float

    @property
    def chroma(self) -> float:
        """C*ab: the distance from grey, 0 to about 181."""
        return math.hypot(self.a, self.b)

    @property
    def hue_deg(self) -> float:
        """h_ab in [0, 360): 0 towards +a, 90 towards +b. Grey has no hue; it gets 0, as atan2 says."""
        # A tiny negative angle plus 360 rounds to 360 itself.
        return math.degrees(math.atan2(self.b, self.a)) % 360.0 % 360.0
