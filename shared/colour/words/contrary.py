"""Colour words beside a RAL number that name another colour: the number decides."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from shared.colour.lab import Lab
from shared.colour.words.groups import Group, describe
from shared.colour.words.matching import Item
from shared.colour.words.ral import is_same

# A name of RAL's own may be this many reaches of its word away from its colour.
_MOST_REACHES = 2.0
# Hues further apart than this have different names, where both are colourful enough to have one; RAL calls 4001, a
# violet, red lilac.
_OTHER_HUE_DEG, _HAS_HUE_FROM_CHROMA = 48.0, 18.0
# Nobody calls a colour of the second a grey, of which the first is the most colourful.
_GREY_BELOW_CHROMA, _COLOURFUL_FROM_CHROMA = 8.0, 20.0


def without_contrary_name(group: Group, items: Sequence[Item]) -> dict[int, int]:
    """Return the first and last places of words that do not name the RAL colour of a group, taken out of it."""
    number = next((place for place in group.places if items[place].standard), None)
    if number is None or not group.standard or not group.colours:
        return {}
    named = describe(replace(group, standard=None, leanings=[]))
    is_named = named.means.split()[-1] in group.standard.name.split()
    if is_named or not _is_other(group.standard.lab, named.lab, named.reach):
        return {}
    runs = list(_runs(sorted({*group.places} - {number}), number))
    group.colours, group.shifts, group.tints, group.places = [], [], [], [number]
    group.start, group.end = items[number].start, items[number].end
    return dict(runs)


def _is_other(standard: Lab, named: Lab, reach: float) -> bool:
    if not is_same(standard, named, _MOST_REACHES * reach):
        return True
    if named.chroma < _GREY_BELOW_CHROMA and standard.chroma > _COLOURFUL_FROM_CHROMA:
        return True
    apart = abs(math.remainder(standard.hue_deg - named.hue_deg, 360.0))
    return min(standard.chroma, named.chroma) > _HAS_HUE_FROM_CHROMA and apart > _OTHER_HUE_DEG


def _runs(places: Sequence[int], number: int) -> Iterator[tuple[int, int]]:
    """The words before the number and those after it."""
    for run in ([place for place in places if place < number], [place for place in places if place > number]):
        if run:
            yield run[0], run[-1]
