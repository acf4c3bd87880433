"""A colour as a screen can draw it."""

from typing import NamedTuple

from shared.colour.lab import Lab

# CIE 15:2018, section 8.2.1: below this f the cube gives way to a straight line, 3 (6/29)^2 (f - 4/29).
_LINE_BELOW = 6 / 29

# IEC 61966-2-1:1999: X, Y and Z into linear red, green and blue, and the white of the matrix.
_WHITE = (0.9505, 1.0, 1.0890)
_FROM_XYZ = (
    (3.2406255, -1.5372080, -0.4986286),
    (-0.9689307, 1.8757561, 0.0415175),
    (0.0557101, -0.2040211, 1.0569959),
)


def _of_white(row: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return a row for X/Xn, Y/Yn and Z/Zn. The published digits miss white by 1e-6, which would tint every grey."""
    x, y, z = (weight * white for weight, white in zip(row, _WHITE, strict=True))
    total = x + y + z
    return x / total, y / total, z / total


_RED, _GREEN, _BLUE = (_of_white(row) for row in _FROM_XYZ)

# A channel this far beyond its ends, in steps of 8 bits, still rounds to the end: nobody sees that it was beyond.
_ROUNDING_STEPS = 0.5
# Halves the way from grey to a chroma of at most 181 down to 0.05, far less than a step of 8 bits.
_HALVINGS = 12

_Channels = tuple[float, float, float]


class Srgb(NamedTuple):
    """``hex``: ``#rrggbb`` in lower case; ``in_gamut``: False where the colour itself is stronger than sRGB goes."""

    hex: str
    in_gamut: bool


def srgb_of(lab: Lab) -> Srgb:
    """Return the sRGB colour to draw ``lab`` with (IEC 61966-2-1:1999).

    The white of ``lab`` becomes the white of sRGB, so that greys stay grey. Materials are measured under D65 with the
    10 degree observer and sRGB is defined for 2 degrees: relative to their whites the two differ by less than screens
    do. A colour out of gamut is drawn with its own lightness and hue angle and the most chroma that sRGB has there;
    clipping the channels instead would change lightness and hue as well. L* beyond 0 to 100 is black or white.
    """
    channels = _channels(lab.L, lab.a, lab.b)
    if _fits(channels):
        return Srgb(_hex(channels), in_gamut=True)
    lightness = min(max(lab.L, 0.0), 100.0)
    within, beyond = 0.0, 1.0
    for _ in range(_HALVINGS):
        share = (within + beyond) / 2
        if _fits(_channels(lightness, share * lab.a, share * lab.b)):
            within = share
        else:
            beyond = share
    return Srgb(_hex(_channels(lightness, within * lab.a, within * lab.b)), in_gamut=False)


def _channels(lightness: float, a: float, b: float) -> _Channels:
    """Return red, green and blue in steps of 8 bits, 0 to 255 in gamut."""
    f = (lightness + 16) / 116
    x, y, z = _linear(f + a / 500), _linear(f), _linear(f - b / 200)
    return (
        _encoded(_RED[0] * x + _RED[1] * y + _RED[2] * z),
        _encoded(_GREEN[0] * x + _GREEN[1] * y + _GREEN[2] * z),
        _encoded(_BLUE[0] * x + _BLUE[1] * y + _BLUE[2] * z),
    )


def _linear(f: float) -> float:
    return f**3 if f > _LINE_BELOW else 3 * _LINE_BELOW**2 * (f - 4 / 29)


def _encoded(linear: float) -> float:
    """The transfer function of IEC 61966-2-1; its straight part goes on below 0."""
    return 255 * (12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055)


def _fits(channels: _Channels) -> bool:
    return min(channels) >= -_ROUNDING_STEPS and max(channels) <= 255 + _ROUNDING_STEPS


def _hex(channels: _Channels) -> str:
    return "#" + "".join(f"{min(max(round(channel), 0), 255):02x}" for channel in channels)
