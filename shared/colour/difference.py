"""How a material differs from the colour that was asked for, in numbers and in the words that colourists use."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from shared.colour.ciede2000 import ciede2000
from shared.colour.cmc import Tolerances, delta_e_cmc, tolerances
from shared.colour.lab import Lab

# A part of the difference is worth a word from half a unit of CMC(2:1) on, half the tolerance of a commercial match: of
# two materials that would both pass, the words still say how they differ.
NOTICEABLE = 0.5
# And from this share of the largest part on: where lightness is far off, nobody speaks of a trace of red.
DOMINANT_SHARE = 0.25

SAME = "same"


class LabDifference(NamedTuple):
    """Material minus request. ``dH`` is positive where the hue angle grows; ``dE_cmc`` is CMC(2:1) with the request as
    the standard, ``dE_2000`` CIEDE2000; ``words`` are separated by commas."""

    dL: float  # noqa: N815 - the usual symbol
    da: float
    db: float
    dC: float  # noqa: N815 - the usual symbol
    dH: float  # noqa: N815 - the usual symbol
    dE_cmc: float  # noqa: N815 - the usual symbol
    dE_2000: float  # noqa: N815 - the usual symbol
    words: str


class _Part(NamedTuple):
    """A part of a difference in units of CMC(2:1), and the word for it."""

    size: float
    word: str


def lab_differences(request: Lab, materials: Sequence[Lab]) -> list[LabDifference]:
    """Return how each material differs from ``request``: dL*, da*, db*, dC*ab, dH*ab, two dE and words.

    dH*ab = 2 sqrt(C1 C2) sin(dh / 2) (CIE 15:2018, equation 8.18), which is 0 where one of both is grey.

    The words name the parts of the CMC(2:1) difference that are at least ``NOTICEABLE`` and not dwarfed by the largest
    one, lightness first: lighter or darker (dL); the direction in which the hue turned; stronger or weaker (dC).
    The hue is named by the quadrant that the request lies in, as the trade does: reds and greens turn yellower or
    bluer, yellows and blues redder or greener, as they would at equal chroma. A blue that is only weaker is "weaker",
    though its b* is greater. Where the request passes for grey no hue turns, and the words are redder or greener (da),
    yellower or bluer (db). "same" is what remains.
    """
    if not materials:
        return []
    # All at once: of a single pair the arrays would take twenty times as long as the arithmetic.
    rows = [tuple(material) for material in materials]
    by_cmc, by_2000 = delta_e_cmc(request, rows).tolist(), ciede2000(request, rows).tolist()
    around = tolerances(request)
    return [_difference(request, *each, around) for each in zip(materials, by_cmc, by_2000, strict=True)]


def _difference(request: Lab, material: Lab, by_cmc: float, by_2000: float, around: Tolerances) -> LabDifference:
    d_c = material.chroma - request.chroma
    d_h = 2 * math.sqrt(request.chroma * material.chroma) * math.sin(math.radians(_turn_deg(request, material) / 2))
    return LabDifference(
        dL=material.L - request.L,
        da=material.a - request.a,
        db=material.b - request.b,
        dC=d_c,
        dH=d_h,
        dE_cmc=by_cmc,
        dE_2000=by_2000,
        words=_words(_parts(request, material, d_c, d_h, around)),
    )


def _turn_deg(request: Lab, material: Lab) -> float:
    """The shorter way around from the one hue to the other, (-180, 180]."""
    turn = material.hue_deg - request.hue_deg
    return turn - 360 * math.ceil((turn - 180) / 360)


def _hue_word(request: Lab, material: Lab) -> str:
    """Name the direction in which the hue turned along the axis that the circle of hues follows at the request.

    Past a quarter of the circle a colour is no shade of the requested one any more, and may lie opposite to it: then it
    is the axis halfway between both hues, for a blue does not get redder on its way to yellow.
    """
    turn_deg = _turn_deg(request, material)
    at = math.radians(request.hue_deg if abs(turn_deg) <= 90 else request.hue_deg + turn_deg / 2)
    along_a, along_b = -math.sin(at), math.cos(at)
    if abs(along_a) > abs(along_b):
        return _direction_a(along_a * turn_deg)
    return _direction_b(along_b * turn_deg)


def _beside(request: Lab, material: Lab) -> float:
    """Return how far the material lies from the requested hue in any strength, down to grey.

    dH*ab cannot tell: to a material that is nearly grey it is large whichever way that leans.
    """
    turn_deg = abs(_turn_deg(request, material))
    return material.chroma * math.sin(math.radians(min(turn_deg, 90.0)))


def _direction_a(d_a: float) -> str:
    return "redder" if d_a > 0 else "greener"


def _direction_b(d_b: float) -> str:
    return "yellower" if d_b > 0 else "bluer"


def _parts(request: Lab, material: Lab, d_c: float, d_h: float, around: Tolerances) -> list[_Part]:
    d_l = material.L - request.L
    lightness = _Part(abs(d_l) / around.lightness, "lighter" if d_l > 0 else "darker")
    if request.is_neutral:
        d_a, d_b = material.a - request.a, material.b - request.b
        # One scale for both axes: the tolerance along the way from the one colour to the other.
        size = math.hypot(d_c / around.chroma, math.sqrt(max(d_a**2 + d_b**2 - d_c**2, 0.0)) / around.hue)
        length = math.hypot(d_a, d_b) or 1.0
        return [
            lightness,
            _Part(size * abs(d_a) / length, _direction_a(d_a)),
            _Part(size * abs(d_b) / length, _direction_b(d_b)),
        ]
    return [
        lightness,
        _Part(min(abs(d_h), _beside(request, material)) / around.hue, _hue_word(request, material)),
        _Part(abs(d_c) / around.chroma, "stronger" if d_c > 0 else "weaker"),
    ]


def _words(parts: list[_Part]) -> str:
    largest = max(part.size for part in parts)
    named = [part.word for part in parts if part.size >= max(NOTICEABLE, DOMINANT_SHARE * largest)]
    return ", ".join(named) or SAME
