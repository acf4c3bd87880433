"""The colour difference CIEDE2000.

Luo, Cui and Rigg, "The development of the CIE 2000 colour-difference formula", Color Research and Application 26
(2001), 340-350; ISO/CIE 11664-6:2022. Equation numbers are those of Sharma, Wu and Dalal, "The CIEDE2000
color-difference formula: implementation notes, supplementary test data, and mathematical observations", ibid. 30
(2005), 21-30.
"""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

_25_TO_7 = 25.0**7


class _Polar(NamedTuple):
    """L, C' and h' in degrees, [0, 360)."""

    lightness: "NDArray[np.float64]"
    chroma: "NDArray[np.float64]"
    hue_deg: "NDArray[np.float64]"


def ciede2000(first: "ArrayLike", second: "ArrayLike") -> "NDArray[np.float64]":
    """Return the CIEDE2000 difference of colours, 0 or more, with kL = kC = kH = 1.

    ``first`` and ``second``: shapes (n, 3) or (3,), columns L, a, b; one colour is compared with all of the other side.
    The result has shape (n,). It is symmetric. Where a colour is grey and has no hue, dh' is 0 and the mean hue is that
    of the other colour, as published (equations 10 and 14). Meant for dE below about 5.

    Raises:
        ValueError: A shape is another one, or both sides have several rows and not the same number.
    """
    import numpy as np

    one, two = _polar(first, second)
    chromas = one.chroma * two.chroma
    d_hue = np.where(chromas == 0, 0.0, _turn(two.hue_deg - one.hue_deg))
    d_l = two.lightness - one.lightness
    d_c = two.chroma - one.chroma
    d_h = 2 * np.sqrt(chromas) * np.sin(np.radians(d_hue / 2))  # (11)

    mean_l, mean_c = (one.lightness + two.lightness) / 2, (one.chroma + two.chroma) / 2
    mean_h = _mean_hue(one, two)
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)  # (19)
    s_c = 1 + 0.045 * mean_c  # (20)
    s_h = 1 + 0.015 * mean_c * _t(mean_h)  # (21)
    d_theta = 30 * np.exp(-(((mean_h - 275) / 25) ** 2))  # (16)
    r_c = 2 * np.sqrt(mean_c**7 / (mean_c**7 + _25_TO_7))  # (17)
    r_t = -np.sin(np.radians(2 * d_theta)) * r_c  # (18)

    l, c, h = d_l / s_l, d_c / s_c, d_h / s_h  # noqa: E741 - the published symbol
    # The quadratic form is positive; only rounding can bring it below 0.
    return np.sqrt(np.maximum(l * l + c * c + h * h + r_t * c * h, 0.0))  # (22)


def _polar(first: "ArrayLike", second: "ArrayLike") -> tuple[_Polar, _Polar]:
    """Both sides in L', C', h': equations 2 to 7, where G depends on the mean chroma of a pair."""
    import numpy as np

    (l_1, a_1, b_1), (l_2, a_2, b_2) = _columns(first), _columns(second)
    mean_7 = ((np.hypot(a_1, b_1) + np.hypot(a_2, b_2)) / 2) ** 7
    stretch = 1 + 0.5 * (1 - np.sqrt(mean_7 / (mean_7 + _25_TO_7)))

    def side(lightness: "NDArray[np.float64]", a: "NDArray[np.float64]", b: "NDArray[np.float64]") -> _Polar:
        return _Polar(lightness, np.hypot(stretch * a, b), np.degrees(np.arctan2(b, stretch * a)) % 360)

    return side(l_1, a_1, b_1), side(l_2, a_2, b_2)


def _columns(labs: "ArrayLike") -> "NDArray[np.float64]":
    import numpy as np

    rows = np.atleast_2d(np.asarray(labs, dtype=np.float64))
    if rows.ndim != 2 or rows.shape[1] != 3:
        raise ValueError(f"colours must have shape (n, 3) or (3,), not {np.shape(labs)}")
    return rows.T


def _turn(degrees: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """The shorter way around, [-180, 180] (10)."""
    import numpy as np

    return np.where(degrees > 180, degrees - 360, np.where(degrees < -180, degrees + 360, degrees))


def _mean_hue(one: _Polar, two: _Polar) -> "NDArray[np.float64]":
    """The mean of two hue angles on the shorter arc (14)."""
    import numpy as np

    total, apart = one.hue_deg + two.hue_deg, np.abs(one.hue_deg - two.hue_deg)
    shorter = np.where(apart <= 180, total, np.where(total < 360, total + 360, total - 360)) / 2
    return np.where(one.chroma * two.chroma == 0, total, shorter)


def _t(mean_h: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """The hue's own weight (15)."""
    import numpy as np

    return (
        1
        - 0.17 * np.cos(np.radians(mean_h - 30))
        + 0.24 * np.cos(np.radians(2 * mean_h))
        + 0.32 * np.cos(np.radians(3 * mean_h + 6))
        - 0.20 * np.cos(np.radians(4 * mean_h - 63))
    )
