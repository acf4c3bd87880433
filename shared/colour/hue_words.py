"""English words for a colour: what somebody who has only numbers would search for.

After the ISCC-NBS method of naming colours (Kelly and Judd, "Color: Universal Language and Dictionary of Names", NBS
Special Publication 440, 1976): a hue name, changed to pink, brown or olive where people say so, with a modifier for
lightness and chroma. That method divides the Munsell solid; its limits are carried over to CIELAB here with the mean
hue angle that the Munsell renotation has at value 4 to 7 (D65/10 degrees), 10 L* per step of value and 5.3 C*ab per
step of chroma, and simplified to one table of hues and one of modifiers. The names are meant for finding, not for
specifying. Two names reach further than in ISCC-NBS, as they do in catalogues of plastics: red to 9R, blue to 10PB.
"""

from typing import Literal, NamedTuple

from shared.colour.lab import NEUTRAL_BELOW_CHROMA, Lab

Family = Literal[
    "red",
    "orange",
    "yellow",
    "yellow green",
    "green",
    "blue",
    "purple",
    "pink",
    "brown",
    "olive",
    "white",
    "grey",
    "black",
]


class HueWords(NamedTuple):
    """Words for a colour.

    ``family``: one of the 13 broad names; ``name``: a modifier and a hue name; ``text``: the name and what else people
    call such a colour, separated by commas, such as ``vivid purplish blue, warm signal blue, ultramarine``.
    """

    family: Family
    name: str
    text: str


class _Name(NamedTuple):
    """A hue name with its family, and whether it is a warm or a cool one among its family."""

    hue: str
    family: Family
    temperature: Literal["warm", "cool", ""] = ""


class _Sector(NamedTuple):
    """Hue angles below ``below_deg``, down to the sector before.

    ``light``: its name from ``_PINK_FROM_L`` on; ``dark``: its name below ``_BROWN_BELOW_L``.
    """

    below_deg: float
    name: _Name
    light: _Name | None = None
    dark: _Name | None = None


_PURPLISH_RED = _Name("purplish red", "red", "cool")
_PURPLISH_PINK = _Name("purplish pink", "pink", "cool")
_OLIVE = _Name("olive", "olive")

# Limits in Munsell hues: 1R, 9R, 2YR, 7YR, 2Y, 5Y, 8Y, 2GY, 9GY, 2G, 9G, 9BG, 5B, 5PB, 10PB, 3P, 9P, 3RP.
_SECTORS = (
    _Sector(14, _PURPLISH_RED, light=_PURPLISH_PINK),
    _Sector(41, _Name("red", "red"), light=_Name("pink", "pink")),
    _Sector(
        52,
        _Name("reddish orange", "orange", "warm"),
        light=_Name("yellowish pink", "pink", "warm"),
        dark=_Name("reddish brown", "brown", "warm"),
    ),
    _Sector(68, _Name("orange", "orange"), dark=_Name("brown", "brown")),
    _Sector(83, _Name("orange yellow", "yellow", "warm"), dark=_Name("yellowish brown", "brown")),
    _Sector(90, _Name("yellow", "yellow"), dark=_Name("olive brown", "brown")),
    _Sector(97, _Name("yellow", "yellow"), dark=_OLIVE),
    _Sector(106, _Name("greenish yellow", "yellow", "cool"), dark=_OLIVE),
    _Sector(135, _Name("yellow green", "yellow green"), dark=_Name("olive green", "olive")),
    _Sector(151, _Name("yellowish green", "green", "warm")),
    _Sector(172, _Name("green", "green")),
    _Sector(202, _Name("bluish green", "green", "cool")),
    _Sector(227, _Name("greenish blue", "blue", "cool")),
    _Sector(272, _Name("blue", "blue")),
    _Sector(299, _Name("purplish blue", "blue", "warm")),
    _Sector(309, _Name("violet", "purple", "cool")),
    _Sector(330, _Name("purple", "purple")),
    _Sector(345, _Name("reddish purple", "purple", "warm"), light=_PURPLISH_PINK),
    _Sector(360, _PURPLISH_RED, light=_PURPLISH_PINK),
)
_PINK_FROM_L, _BROWN_BELOW_L = 65.0, 55.0
# A light red this strong is no pink, a dark orange this strong no brown.
_PINK_BELOW_CHROMA, _BROWN_BELOW_CHROMA = 60.0, 50.0

# Below Munsell chroma 0.5 a colour is neutral, below 1.5 a tinted white, grey or black.
_TINTED_BELOW_CHROMA = 8.0
# From this L* on: Munsell values 8.5, 6.5, 4.5 and 2.5.
_NEUTRALS: tuple[tuple[float, str, Family], ...] = (
    (86.0, "white", "white"),
    (66.0, "light grey", "grey"),
    (46.0, "medium grey", "grey"),
    (25.0, "dark grey", "grey"),
    (float("-inf"), "black", "black"),
)
_WARM_TINTS_DEG, _COOL_TINTS_DEG = (0.0, 110.0), (150.0, 300.0)

_TINTS: dict[Family, str] = {
    "red": "reddish",
    "orange": "brownish",
    "yellow": "yellowish",
    "yellow green": "greenish",
    "green": "greenish",
    "blue": "bluish",
    "purple": "purplish",
}

# Modifiers from this L* on, each below its chroma; past the last one a colour is vivid.
_MODIFIERS: tuple[tuple[float, tuple[tuple[float, str], ...]], ...] = (
    (76.0, ((18.0, "pale"), (38.0, "light"), (60.0, "brilliant"))),
    (45.0, ((18.0, "greyish"), (38.0, "moderate"), (60.0, "strong"))),
    (25.0, ((18.0, "dark greyish"), (38.0, "dark"), (65.0, "deep"))),
    (float("-inf"), ((14.0, "blackish"), (35.0, "very dark"), (65.0, "very deep"))),
)
_VIVID = "vivid"
# Pigment makers call their most saturated red, yellow, orange, green or blue a signal colour.
_SIGNAL = "signal"

# What else people type, by modifier and hue name.
_EVERYDAY = {
    ("pale", "orange"): "beige",
    ("pale", "orange yellow"): "cream, beige",
    ("pale", "yellow"): "cream, ivory",
    ("light", "orange"): "apricot",
    ("light", "orange yellow"): "sand",
    ("greyish", "orange"): "taupe, beige",
    ("greyish", "orange yellow"): "khaki, beige",
    ("vivid", "yellow"): "lemon yellow",
    ("vivid", "orange yellow"): "golden yellow, amber",
    ("strong", "orange yellow"): "ochre, mustard",
    ("dark", "red"): "maroon, burgundy, wine red",
    ("deep", "red"): "crimson, wine red",
    ("vivid", "purplish red"): "magenta, raspberry red",
    ("vivid", "reddish orange"): "vermilion",
    ("strong", "yellowish pink"): "salmon, coral",
    ("dark", "brown"): "chocolate brown",
    ("moderate", "reddish brown"): "rust brown, terracotta",
    ("strong", "reddish brown"): "rust brown, terracotta",
    ("vivid", "yellow green"): "lime green",
    ("dark", "green"): "bottle green, forest green",
    ("vivid", "green"): "emerald green",
    ("brilliant", "bluish green"): "turquoise, aqua",
    ("vivid", "bluish green"): "turquoise",
    ("strong", "bluish green"): "teal, turquoise",
    ("dark", "bluish green"): "teal, petrol",
    ("light", "greenish blue"): "aqua, sky blue",
    ("brilliant", "greenish blue"): "cyan, turquoise blue",
    ("vivid", "greenish blue"): "cyan",
    ("dark", "greenish blue"): "petrol blue",
    ("light", "blue"): "sky blue",
    ("brilliant", "blue"): "azure blue",
    ("dark", "blue"): "navy blue",
    ("very dark", "blue"): "navy blue, midnight blue",
    ("dark", "purplish blue"): "navy blue",
    ("very dark", "purplish blue"): "midnight blue",
    ("vivid", "purplish blue"): "ultramarine",
    ("deep", "purplish blue"): "ultramarine, cobalt blue",
    ("pale", "violet"): "lavender",
    ("light", "violet"): "lavender",
    ("light", "purple"): "lilac",
    ("dark", "purple"): "aubergine, plum",
}


def hue_words(lab: Lab) -> HueWords:
    """Return the family, the name and a text of search words for a colour; every colour has all three."""
    if lab.chroma < _TINTED_BELOW_CHROMA:
        return _grey(lab)
    named = _hue_name(lab)
    modifier = _modifier(lab)
    name = f"{modifier} {named.hue}"
    short = _joined(named.temperature, _SIGNAL if modifier == _VIVID else "", named.family)
    others = ("" if short in name else short, _EVERYDAY.get((modifier, named.hue), ""))
    return HueWords(named.family, name, ", ".join(text for text in (name, *others) if text))


def _grey(lab: Lab) -> HueWords:
    _, neutral, family = next(row for row in _NEUTRALS if row[0] <= lab.L)
    if lab.chroma < NEUTRAL_BELOW_CHROMA:
        return HueWords(family, neutral, neutral if neutral == family else f"{neutral}, neutral {family}")
    name = f"{_TINTS[_sector(lab).name.family]} {neutral}"
    temperature = ""
    if _WARM_TINTS_DEG[0] <= lab.hue_deg < _WARM_TINTS_DEG[1]:
        temperature = "warm"
    elif _COOL_TINTS_DEG[0] <= lab.hue_deg < _COOL_TINTS_DEG[1]:
        temperature = "cool"
    return HueWords(family, name, f"{name}, {temperature} {family}" if temperature else name)


def _sector(lab: Lab) -> _Sector:
    return next(sector for sector in _SECTORS if lab.hue_deg < sector.below_deg)


def _hue_name(lab: Lab) -> _Name:
    sector = _sector(lab)
    if sector.light and lab.L >= _PINK_FROM_L and lab.chroma < _PINK_BELOW_CHROMA:
        return sector.light
    if sector.dark and lab.L < _BROWN_BELOW_L and lab.chroma < _BROWN_BELOW_CHROMA:
        return sector.dark
    return sector.name


def _modifier(lab: Lab) -> str:
    by_chroma = next(row for lowest, row in _MODIFIERS if lowest <= lab.L)
    return next((modifier for below, modifier in by_chroma if lab.chroma < below), _VIVID)


def _joined(*words: str) -> str:
    return " ".join(word for word in words if word)
