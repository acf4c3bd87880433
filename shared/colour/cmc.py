"""The colour difference CMC(l:c), by which textiles and plastics are matched.

Clarke, McDonald and Rigg, "Modification to the JPC79 colour-difference formula", Journal of the Society of Dyers and
Colourists 100 (1984), 128-132; BS 6923:1988; ISO 105-J03:2009. It is not symmetric: the tolerances S_L, S_C and S_H are
those around the *standard*, the colour that was asked for, and the other colours are judged by them.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from shared.colour.lab import Lab

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

# CMC(2:1) is for acceptability, where lightness may be off twice as far as chroma; CMC(1:1) for perceptibility.
LIGHTNESS_FACTOR = 2.0
CHROMA_FACTOR = 1.0

# Colours that are computed together: what they need fits into a core's own cache. In one piece a large table goes
# through memory for every term, which takes nearly twice as long.
_BLOCK = 32_768

# Below this lightness S_L is constant, because the hyperbola would fall to zero.
_DARK = 16.0
_DARK_S_L = 0.511


class Tolerances(NamedTuple):
    """Half axes of the ellipsoid dE = 1 around a standard: ``l * S_L``, ``c * S_C`` and ``S_H``, in units of CIELAB."""

    lightness: float
    chroma: float
    hue: float


def tolerances(standard: Sequence[float], l: float = LIGHTNESS_FACTOR, c: float = CHROMA_FACTOR) -> Tolerances:  # noqa: E741 - the published symbol
    """Return the tolerances around ``standard`` (L, a, b), by Clarke, McDonald and Rigg (1984).

    A grey standard has no hue, and needs none: F is 0 then, and S_H is S_C whatever T says.

    Raises:
        ValueError: ``l`` or ``c`` is not greater than 0.
    """
    if not (l > 0 and c > 0):
        raise ValueError(f"l and c must be greater than 0, not {l} and {c}")
    lab = Lab(*standard)
    s_l = _DARK_S_L if lab.L < _DARK else 0.040975 * lab.L / (1 + 0.01765 * lab.L)
    s_c = 0.0638 * lab.chroma / (1 + 0.0131 * lab.chroma) + 0.638
    f = math.sqrt(lab.chroma**4 / (lab.chroma**4 + 1900))
    if 164 <= lab.hue_deg <= 345:
        t = 0.56 + abs(0.2 * math.cos(math.radians(lab.hue_deg + 168)))
    else:
        t = 0.36 + abs(0.4 * math.cos(math.radians(lab.hue_deg + 35)))
    return Tolerances(l * s_l, c * s_c, s_c * (f * t + 1 - f))


def delta_e_cmc(
    standard: "ArrayLike",
    samples: "ArrayLike",
    l: float = LIGHTNESS_FACTOR,  # noqa: E741 - the published symbol
    c: float = CHROMA_FACTOR,
) -> "NDArray[np.float64]":
    """Return the CMC(l:c) difference of each sample from the standard, 0 or more; about 1 is a commercial match.

    ``standard``: one colour of shape (3,), the one that was asked for; ``samples``: shape (n, 3), or (3,) for one. The
    columns are L, a, b. The result has shape (n,). A sample of equal coordinates is at 0 exactly. Computed in float64.

    Raises:
        ValueError: A shape is another one, or ``l`` or ``c`` is not greater than 0.
    """
    import numpy as np

    at = np.asarray(standard, dtype=np.float64)
    if at.shape != (3,):
        raise ValueError(f"the standard must have shape (3,), not {at.shape}")
    return distances(at.tolist(), features(samples), tolerances(at.tolist(), l, c))


def features(labs: "ArrayLike") -> "NDArray[np.float64]":
    """Return the rows L, a, b and C of colours of shape (n, 3) or (3,): all that ``distances`` asks of a sample.

    Raises:
        ValueError: The shape is another one.
    """
    import numpy as np

    rows = np.atleast_2d(np.asarray(labs, dtype=np.float64))
    if rows.ndim != 2 or rows.shape[1] != 3:
        raise ValueError(f"colours must have shape (n, 3) or (3,), not {np.shape(labs)}")
    table = np.empty((4, len(rows)))
    table[:3] = rows.T
    np.hypot(table[1], table[2], out=table[3])
    return table


def distances(standard: Sequence[float], samples: "NDArray[np.float64]", around: Tolerances) -> "NDArray[np.float64]":
    """Return dE of each column of ``samples``, made by ``features``, from the standard with its tolerances.

    CMC needs no hue angle of a sample, because dH^2 = da^2 + db^2 - dC^2. Written out, that is
    dE^2 = dL^2 / (l S_L)^2 + (da^2 + db^2) / S_H^2 - dC^2 (1 / S_H^2 - 1 / (c S_C)^2), four squares with a weight each.
    Nothing cancels: dC^2 is at most da^2 + db^2, and S_H^2 at least an eighth of S_C^2. Every step works element by
    element, so that equal colours are equally far wherever they stand in the table.
    """
    import numpy as np

    lab = Lab(*standard)
    by_hue = 1 / around.hue**2
    by_chroma = 1 / around.chroma**2 - by_hue
    by_lightness = 1 / around.lightness**2
    # As the samples' was computed: Python's own hypot may differ in the last bit.
    at_chroma = float(np.hypot(lab.a, lab.b))
    far = np.empty(samples.shape[1])
    scratch = np.empty(min(len(far), _BLOCK))
    for first in range(0, len(far), _BLOCK):
        lightness, a, b, chroma = samples[:, first : first + _BLOCK]
        squares = far[first : first + _BLOCK]
        term = scratch[: len(squares)]
        np.subtract(a, lab.a, out=squares)
        squares *= squares
        np.subtract(b, lab.b, out=term)
        term *= term
        squares += term
        squares *= by_hue
        for feature, centre, weight in ((chroma, at_chroma, by_chroma), (lightness, lab.L, by_lightness)):
            np.subtract(feature, centre, out=term)
            term *= term
            term *= weight
            squares += term
        # Of colours that differ in their last bits, rounding may leave less than nothing.
        np.maximum(squares, 0.0, out=squares)
        np.sqrt(squares, out=squares)
    return far
