"""What modifiers do to a colour: lighter, darker, paler, warmer, towards another one; and mixtures of two.

The amounts are ours. They were chosen so that a shifted prototype is what people show for the two words together: dark
blue at L* about 27, light blue at 72, pale blue at 82.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from shared.colour.lab import Lab

# Below this chroma a word stands for a grey, though a tinted one: its own hue does not lead a mixture.
_TINTED_BELOW_CHROMA = 8.0
# A tinted grey, white or black: just coloured enough to be seen as such, and still grey.
_TINTED_CHROMA = 9.0
# Hues further apart than this meet in grey and not in the hue between them.
_FAR_DEG = 125.0
_TINT_SHARE, _MOST_TINT_DEG = 0.38, 31.0
_WARM_DEG, _COOL_DEG, _WARM_GREY_DEG, _TEMPERATURE_STEP_DEG, _TEMPERATURE_CHROMA = 62.0, 250.0, 50.0, 13.0, 5.0
_HEAD_SHARE = 0.6
# No plastic is darker, lighter or more colourful.
_DARKEST, _LIGHTEST, _MOST_COLOURFUL = 4.0, 97.0, 110.0


class Lch(NamedTuple):
    """Lightness, C*ab and h_ab in degrees."""

    lightness: float
    chroma: float
    hue_deg: float


def from_lch(lightness: float, chroma: float, hue_deg: float) -> Lab:
    """Return the colour with this lightness (0 to 100), chroma and hue angle."""
    hue = math.radians(hue_deg)
    return Lab(lightness, chroma * math.cos(hue), chroma * math.sin(hue))


def limited(shifts: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return what is left of shifts that go together, each with how strong it is, the strongest of a kind first.

    Of one kind, "soft" and "pastel", the strongest counts, the next by half, and any more say nothing new.
    """
    kept: list[tuple[str, float]] = []
    for kind in dict.fromkeys(_KINDS.get(shift, shift) for shift, _ in shifts):
        alike: dict[str, float] = {}
        for shift, times in shifts:
            if _KINDS.get(shift, shift) == kind:
                alike[shift] = max(times, alike.get(shift, 0.0))
        strongest, *others = sorted(alike.items(), key=lambda each: _strength(*each), reverse=True)
        kept.append(strongest)
        kept.extend((shift, times * _OF_THE_SAME_KIND) for shift, times in others[:1])
    return kept


def _strength(shift: str, times: float) -> float:
    moved = shifted(_SAMPLE, shift, times)
    return math.dist(moved, _SAMPLE)


def are_alike(shifts: Sequence[tuple[str, float]]) -> bool:
    """Return whether shifts are all of one kind."""
    return len({_KINDS.get(shift, shift) for shift, _ in shifts}) <= 1


def still_that_hue(lab: Lab, of: Lab) -> Lab:
    """Return ``lab`` with the chroma that it takes to pass for the hue of the colour ``of`` it is a shade of."""
    least = min(_least_chroma(of.hue_deg), of.chroma * _LEAST_OF_CHROMA)
    return from_lch(lab.L, least, lab.hue_deg) if 0 < lab.chroma < least else lab


def _least_chroma(hue_deg: float) -> float:
    """A pale yellow is a cream where a pale blue is still a blue."""
    return 26.0 if 50 <= hue_deg < 115 else 12.0 if 115 <= hue_deg < 310 else 14.0


def shifted(lab: Lab, shift: str, times: float = 1.0) -> Lab:
    """Return ``lab`` after a shift that is in ``SHIFTS``, ``times`` as strong as the word alone."""
    moved = SHIFTS[shift](Lch(lab.L, lab.chroma, lab.hue_deg), times)
    return from_lch(min(max(moved.lightness, _DARKEST), _LIGHTEST), min(moved.chroma, _MOST_COLOURFUL), moved.hue_deg)


def _scaled(to_black: float, chroma: float) -> Callable[[Lch, float], Lch]:
    def move(lch: Lch, times: float) -> Lch:
        return Lch(lch.lightness * to_black**times, lch.chroma * chroma**times, lch.hue_deg)

    return move


def _lightened(to_white: float, chroma: float, most: float) -> Callable[[Lch, float], Lch]:
    """``most``: light navy is still a blue, and not as light as light blue."""

    def move(lch: Lch, times: float) -> Lch:
        step = min((100 - lch.lightness) * (1 - to_white**times), most * times)
        return Lch(lch.lightness + step, lch.chroma * chroma**times, lch.hue_deg)

    return move


def _darkened(lch: Lch, times: float) -> Lch:
    # Dark sand or dark coral is not as much darker as dark red or dark blue.
    factor = min(0.67 + max(lch.lightness - 62, 0) * 0.01, 0.78)
    return Lch(lch.lightness * factor**times, lch.chroma * 0.86**times, lch.hue_deg)


def _deepened(lch: Lch, times: float) -> Lch:
    # A deep yellow or orange is hardly darker, or it would be brown.
    factor = 0.78 if lch.lightness < 60 else 0.88
    return Lch(lch.lightness * factor**times, lch.chroma * 1.05**times, lch.hue_deg)


def _dulled(lch: Lch, times: float) -> Lch:
    return Lch(lch.lightness + (56 - lch.lightness) * 0.15 * times, lch.chroma * 0.5**times, lch.hue_deg)


def _towards(target_deg: float) -> Callable[[Lch, float], Lch]:
    def move(lch: Lch, times: float) -> Lch:
        if lch.chroma < _TINTED_BELOW_CHROMA:
            return Lch(
                lch.lightness, _TEMPERATURE_CHROMA * times, target_deg if target_deg != _WARM_DEG else _WARM_GREY_DEG
            )
        way = math.remainder(target_deg - lch.hue_deg, 360.0)
        step = min(_TEMPERATURE_STEP_DEG * times, abs(way))
        return lch._replace(hue_deg=(lch.hue_deg + math.copysign(step, way)) % 360)

    return move


def _unchanged(lch: Lch, _times: float) -> Lch:
    return lch


SHIFTS: dict[str, Callable[[Lch, float], Lch]] = {
    "dark": _darkened,
    "light": _lightened(0.46, 0.68, 33),
    "pale": _lightened(0.3, 0.38, 50),
    "pastel": _lightened(0.37, 0.5, 45),
    "bright": _scaled(1.06, 1.2),
    "deep": _deepened,
    "dull": _dulled,
    "medium": _unchanged,
    "warm": _towards(_WARM_DEG),
    "cool": _towards(_COOL_DEG),
    "blackish": _scaled(0.5, 0.5),
}


_KINDS: dict[str, str] = {
    **dict.fromkeys(("light", "pale", "pastel", "dull"), "soft"),
    **dict.fromkeys(("dark", "deep", "blackish"), "dark"),
}
# What a second modifier of one kind adds.
_OF_THE_SAME_KIND = 0.5
# A colour by which modifiers are compared, and the share of its chroma that any of them leave: as much as "pale" does.
_SAMPLE = from_lch(50, 45, 0)
_LEAST_OF_CHROMA = 0.39


def tinted(lab: Lab, towards: Lab, times: float = 1.0) -> Lab:
    """Return ``lab`` drawn a little to another colour, as ``greenish`` draws blue to green."""
    if lab.chroma < _TINTED_BELOW_CHROMA:
        lightness = lab.L if lab.L < 85 else min(lab.L, 91.0)
        return from_lch(lightness, _TINTED_CHROMA * min(times, 1.2), towards.hue_deg)
    way = math.remainder(towards.hue_deg - lab.hue_deg, 360.0)
    step = min(abs(way) * _TINT_SHARE, _MOST_TINT_DEG) * times
    share = 0.15 * times
    return from_lch(
        lab.L + (towards.L - lab.L) * share,
        lab.chroma + (towards.chroma - lab.chroma) * share,
        (lab.hue_deg + math.copysign(min(step, abs(way)), way)) % 360,
    )


def are_opposite(one: Lab, other: Lab) -> bool:
    """Return whether two colours are so far apart in hue that between them lies grey."""
    if min(one.chroma, other.chroma) < _TINTED_BELOW_CHROMA:
        return False
    return abs(math.remainder(one.hue_deg - other.hue_deg, 360.0)) > _FAR_DEG


def mixed(head: Lab, other: Lab, share: float = _HEAD_SHARE) -> Lab:
    """Return a mixture of two colours, the head with its ``share``: a blue-grey is a grey that is seen to be blue."""
    if head.chroma < _TINTED_BELOW_CHROMA <= other.chroma:
        lightness = head.L * 0.8 + other.L * 0.2
        return from_lch(lightness, _TINTED_CHROMA, other.hue_deg)
    if other.chroma < _TINTED_BELOW_CHROMA <= head.chroma:
        return from_lch(head.L * share + other.L * (1 - share), max(head.chroma * 0.45, 11.0), head.hue_deg)
    lightness = head.L * share + other.L * (1 - share)
    way = math.remainder(other.hue_deg - head.hue_deg, 360.0)
    if are_opposite(head, other) or head.chroma < _TINTED_BELOW_CHROMA:
        a, b = (one * share + two * (1 - share) for one, two in zip(head[1:], other[1:], strict=True))
        return Lab(lightness, a, b)
    chroma = head.chroma * share + other.chroma * (1 - share)
    return from_lch(lightness, chroma, (head.hue_deg + way * (1 - share)) % 360)
