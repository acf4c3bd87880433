"""What passes for a colour that people name: how light, how colourful and of which hue it may be."""

from typing import NamedTuple

from shared.colour.lab import Lab


class Looks(NamedTuple):
    """What passes for a colour: hue angles in degrees, clockwise from the first, chromas and lightnesses."""

    hues_deg: tuple[float, float]
    chromas: tuple[float, float]
    lightnesses: tuple[float, float]


ANY_HUE = (0.0, 360.0)
LOOKS = {
    "red": Looks((340, 56), (20, 90), (16, 66)),
    "pink": Looks((325, 52), (8, 70), (45, 95)),
    "orange": Looks((40, 82), (28, 95), (40, 88)),
    "yellow": Looks((66, 112), (28, 110), (55, 98)),
    "green": Looks((104, 200), (8, 85), (15, 95)),
    "turquoise": Looks((170, 240), (8, 60), (25, 95)),
    "blue": Looks((215, 305), (7, 75), (10, 95)),
    "purple": Looks((285, 352), (12, 75), (12, 88)),
    "brown": Looks((20, 95), (8, 48), (15, 60)),
    "beige": Looks((40, 115), (6, 46), (58, 95)),
    "olive": Looks((82, 130), (10, 45), (28, 62)),
    "white": Looks(ANY_HUE, (0, 12), (82, 100)),
    "grey": Looks(ANY_HUE, (0, 10), (18, 92)),
    "black": Looks(ANY_HUE, (0, 8), (3, 24)),
}
LIGHTNESSES = {"dark": (0, 50), "medium": (30, 75), "light": (58, 100), "": (0, 100)}


def looks_like(lab: Lab, look: str) -> bool:
    """Return whether a colour passes for a look, such as ``dark red`` or ``red``."""
    lightness, _, colour = look.rpartition(" ")
    (first, last), (dullest, purest), (darkest, lightest) = LOOKS[colour]
    lowest, highest = LIGHTNESSES[lightness]
    is_hue = (lab.hue_deg - first) % 360 <= (last - first) % 360 or (first, last) == ANY_HUE
    is_light = max(darkest, lowest) <= lab.L <= min(lightest, highest)
    return is_hue and is_light and dullest <= lab.chroma <= purest
