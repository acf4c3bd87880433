"""RAL numbers: Classic from a list, Design by its own definition."""

import re

from shared.colour.lab import Lab
from shared.colour.words.lexicon import Standard, lexicon
from shared.colour.words.shifts import from_lch

_CLASSIC = re.compile(r"\d{4}")
_JOINED = re.compile(r"ral(?P<number>\d{4}|\d{7})\D*")
_DESIGN = re.compile(r"(?P<hue>\d{3})(?P<lightness>\d{2})(?P<chroma>\d{2})")
# Between "RAL" and the number; 840-HR and 841-GL are the registers, matt and glossy.
_BESIDE = frozenset(
    {"840", "841", "classic", "code", "farbe", "farbton", "gl", "hr", "k5", "k7", "n", "no", "nr", "number", "nummer"}
)
# RAL 5010-P is the sample in plastic.
_PLASTIC = "p"
_DESIGN_BESIDE = frozenset({"design", "d2", "d3", "plus", "system"})
# Steps of hue in the system; no sample is more colourful, lighter or darker than these.
_HUE_STEP_DEG, _LIGHTNESSES, _MOST_CHROMA = 5, range(15, 96), 90


def ral_at(words: list[str], at: int) -> tuple[Standard, int] | None:
    """Return the RAL colour that the folded words from ``at`` on name, and the index after it; None if none.

    ``RAL 5010``, ``ral5010`` and ``RAL Nr. 5010`` are Classic. ``RAL 210 50 15`` and ``RAL 2105015`` are Design: hue,
    lightness and chroma in CIELAB for D65/10 degrees, as the system was laid out in 1993; today's samples are a little
    off. A number that the system cannot have is none.
    """
    if joined := _JOINED.fullmatch(words[at]):
        found = _standard(joined["number"])
        return (found, _after(words, at + 1)) if found else None
    if words[at] != "ral":
        return None
    after = at + 1
    while after < len(words) and words[after] in _BESIDE | _DESIGN_BESIDE:
        after += 1
    for count in (1, 3):
        if found := _standard("".join(words[after : after + count])):
            return found, _after(words, after + count)
    return None


def _after(words: list[str], after: int) -> int:
    return after + 1 if words[after : after + 1] == [_PLASTIC] else after


def classic(word: str) -> Standard | None:
    """Return the RAL Classic colour of a number of four digits, None if there is none."""
    return lexicon().ral.get(word) if _CLASSIC.fullmatch(word) else None


def ral_name(number: str) -> str:
    """Return how the colour of a number is called: ``RAL 5010 gentian blue``."""
    return f"RAL {number} {lexicon().ral[number].name}"


def _standard(number: str) -> Standard | None:
    if known := classic(number):
        return Standard(ral_name(number), known.lab)
    design = _DESIGN.fullmatch(number)
    if design is None:
        return None
    hue, lightness, chroma = (int(part) for part in design.groups())
    if hue % _HUE_STEP_DEG or hue >= 360 or lightness not in _LIGHTNESSES or chroma > _MOST_CHROMA:
        return None
    name = f"RAL {design['hue']} {design['lightness']} {design['chroma']}"
    return Standard(name, from_lch(lightness, chroma, hue))


def is_same(standard: Lab, other: Lab, reach: float) -> bool:
    """Return whether a word beside a number is its name: whether its prototype could pass for that colour."""
    from shared.colour.cmc import delta_e_cmc

    return float(delta_e_cmc(standard, other)[0]) <= reach
