"""What stands beside the few Pantone colours that have a word for a name: ``Pantone Orange 021 C``.

Pantone's numbers have no public values. They are owned to as not understood, unless they belong to a name.
"""

from collections.abc import Collection, Sequence

from shared.colour.words.matching import Item

_NAMES = frozenset({"pantone", "pms"})
# Paper, plastic and textile of a Pantone book.
_BOOKS = frozenset({"c", "u", "m", "cp", "up", "cv", "cvc", "ec", "pc", "tcx", "tpx", "tpg", "tc", "tsx", "q", "xgc"})


def silent_places(items: Sequence[Item], read: Collection[int]) -> frozenset[int]:
    """Return the places of the words that need no reading once a colour was read after ``Pantone``: that word, the book,
    and a number right after what was read."""
    silent: set[int] = set()
    is_pantone = False
    for place, item in enumerate(items):
        is_name = item.token in _NAMES
        is_pantone = is_pantone or is_name
        if is_name or (is_pantone and item.token in _BOOKS):
            silent.add(place)
        elif is_pantone and item.token.isdecimal() and place - 1 in read and items[place - 1].token not in _NAMES:
            silent.add(place)
    return frozenset(silent)
