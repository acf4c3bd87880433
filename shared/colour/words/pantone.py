"""The few Pantone colours that have a word for a name: ``Pantone Orange 021 C``, ``Cool Gray 7 C``.

Pantone's numbers have no public values. They are owned to as not understood, unless they belong to a name.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from shared.colour.words.lexicon import Standard
from shared.colour.words.shifts import from_lch

if TYPE_CHECKING:
    from shared.colour.words.matching import Item

_NAMES = frozenset({"pantone", "pms"})
# Paper, plastic and textile of a Pantone book.
_BOOKS = frozenset({"c", "u", "m", "cp", "up", "cv", "cvc", "ec", "pc", "tcx", "tpx", "tpg", "tc", "tsx", "q", "xgc"})


_GREYS = frozenset({"gray", "grey"})
# The greys go from 1 to 11 in steps of about 5 L*; hue, chroma of the first and its growth are those of printed ink.
_LIGHTEST_GREY, _GREY_STEP, _GREY_REACH = 91.5, 5.0, 6.0
_GREY_HUES_DEG = {"cool": (265.0, 1.5, 0.25), "warm": (60.0, 2.0, 0.35)}
_GREY_NUMBERS = {str(number): number for number in range(1, 12)}


def grey_at(words: list[str], at: int) -> tuple[Standard, int] | None:
    """Return the cool or warm grey that the folded words from ``at`` on name, and the index after it; None if none."""
    if words[at] not in _GREY_HUES_DEG or len(words) < at + 3 or words[at + 1] not in _GREYS:
        return None
    number = _GREY_NUMBERS.get(words[at + 2])
    if number is None:
        return None
    hue_deg, chroma, growth = _GREY_HUES_DEG[words[at]]
    lab = from_lch(_LIGHTEST_GREY - _GREY_STEP * number, chroma + growth * number, hue_deg)
    after = at + 4 if len(words) > at + 3 and words[at + 3] in _BOOKS else at + 3
    return Standard(f"{words[at]} grey {number}", lab, _GREY_REACH), after


def silent_places(items: "Sequence[Item]", read: Collection[int]) -> frozenset[int]:
    """Return the places of the words that need no reading once a colour was read after ``Pantone``: that word, the
    book, and a number right after what was read."""
    silent: set[int] = set()
    is_pantone = False
    for place, item in enumerate(items):
        is_name = item.token in _NAMES
        is_pantone = is_pantone or is_name
        is_number = item.token.isdecimal() and place - 1 in read and items[place - 1].token not in _NAMES
        if is_name or (is_pantone and (item.token in _BOOKS or is_number)):
            silent.add(place)
    return frozenset(silent)
