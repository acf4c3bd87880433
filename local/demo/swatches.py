"""A Lab colour as a terminal shows it."""

# White point of sRGB as X, Y, Z for Y = 1 (CIE 15:2018).
_D65_2_DEGREES = (0.95047, 1.0, 1.08883)
# IEC 61966-2-1: XYZ to linear sRGB.
_TO_SRGB = (
    (3.2404542, -1.5371385, -0.4985314),
    (-0.9692660, 1.8760108, 0.0415560),
    (0.0556434, -0.2040259, 1.0572252),
)


def srgb_of(L: float, a: float, b: float) -> str:  # noqa: N803 - CIE's symbols
    """Return a CIE L*a*b* colour (D65/10 degrees) as ``#rrggbb``, cut to what sRGB can show.

    The white of the 10-degree observer is taken for that of the 2-degree one: good enough to look at, not to measure.
    """
    fy = (L + 16) / 116
    ratios = [_cube(f) for f in (fy + a / 500, fy, fy - b / 200)]
    xyz = [ratio * white for ratio, white in zip(ratios, _D65_2_DEGREES, strict=True)]
    linear = [sum(weight * part for weight, part in zip(row, xyz, strict=True)) for row in _TO_SRGB]
    return "#" + "".join(f"{round(255 * _gamma(min(max(channel, 0.0), 1.0))):02x}" for channel in linear)


def _cube(f: float) -> float:
    """Invert CIE's f(t), with its straight part near black."""
    return f**3 if f > 6 / 29 else 3 * (6 / 29) ** 2 * (f - 4 / 29)


def _gamma(linear: float) -> float:
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
