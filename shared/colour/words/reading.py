"""Reading colour words: the function that others call, and what it owns to not having understood.

The rest of the package is imported with the first text: 10 ms that a cold start need not pay.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from shared.colour.lab import Lab

if TYPE_CHECKING:
    from shared.colour.words.groups import Described
    from shared.colour.words.matching import Item

_MOST_COLOURS = 3
_MOST_NOT_UNDERSTOOD, _MOST_SHOWN = 10, 60


class ColourWord(NamedTuple):
    """A colour that was read.

    ``text``: the words as typed. ``meaning``: in plain English, such as ``dark blue`` or ``RAL 5010 gentian blue``.
    ``lab``: a typical example, CIELAB for D65. ``reach``: dE CMC(2:1) from it within which a colour passes for the
    words.
    """

    text: str
    meaning: str
    lab: Lab
    reach: float


class Reading(NamedTuple):
    """What was read in a text.

    ``colours``: alternatives in the order typed, at most 3. ``not_understood``: words as typed, in order, each once, at
    most 10 of at most 60 characters, colours after the third among them; the whole text where nothing was read.
    ``effects``: words, as typed, for what Lab does not show, such as metallic or matt.
    """

    colours: tuple[ColourWord, ...]
    not_understood: tuple[str, ...]
    effects: tuple[str, ...]


def read_colour_words(text: str) -> Reading:
    """Return the colours that ``text`` describes in English, German, French, Spanish, Italian or RAL numbers.

    Modifiers, compounds, mixtures and alternatives are read, in any case, with or without accents. Small words around
    them are neither read nor reported. Never raises; the time it takes grows with the text, of which no more than 1000
    characters are read.
    """
    from shared.colour.words.asides import with_asides
    from shared.colour.words.matching import items_of, normalised
    from shared.colour.words.pantone import silent_places
    from shared.colour.words.phrases import described

    text = normalised(text)
    items = with_asides(items_of(text))
    phrases = described(items)
    colours = tuple(
        ColourWord(_bracketed(text, each.start, each.end), each.means, each.lab, each.reach)
        for each in phrases.colours[:_MOST_COLOURS]
    )
    refused = [(items[first], items[last]) for first, last in phrases.refused]
    effects = tuple(_once(_typed(text, item) for item in _effects(items, refused)))
    if not colours and not effects:
        whole = text.strip()
        return Reading((), (_shown(whole),) if whole else (), ())
    read = phrases.read | silent_places(items, phrases.read)
    return Reading(colours, tuple(_not_understood(text, items, read, phrases.colours, refused)), effects)


def _effects(items: "Sequence[Item]", refused: "Sequence[tuple[Item, Item]]") -> "Iterator[Item]":
    for item in items:
        is_refused = any(first.start <= item.start < last.end for first, last in refused)
        if item.word and "effect" in item.word.roles and not is_refused:
            yield item


def _bracketed(text: str, start: int, end: int) -> str:
    """What was typed from ``start`` to ``end``, with the bracket that closes one opened there."""
    typed = text[start:end]
    is_open = any(
        typed.count(left) > typed.count(right) and text[end : end + 1] == right for left, right in ("()", "[]")
    )
    return text[start : end + 1] if is_open else typed


def _typed(text: str, item: "Item") -> str:
    return text[item.start : item.end]


def _shown(words: str) -> str:
    """The words as far as there is room, and no word of several cut in two."""
    if len(words) <= _MOST_SHOWN:
        return words
    cut = words[: _MOST_SHOWN + 1]
    at = max((at for at, letter in enumerate(cut) if letter.isspace()), default=_MOST_SHOWN)
    return cut[:at].strip()


def _not_understood(
    text: str,
    items: "Sequence[Item]",
    read: frozenset[int],
    colours: "Sequence[Described]",
    refused: "Sequence[tuple[Item, Item]]",
) -> list[str]:
    """Words that are not ``read``, and colours for which there is no room; what was typed together and read nowhere,
    such as X-12, is one, and so is what is ``refused``, from the first item to the last."""
    told = {(each.means, each.lab) for each in colours[:_MOST_COLOURS]}
    left_out = [each for each in colours[_MOST_COLOURS:] if (each.means, each.lab) not in told]
    used = [item for place, item in enumerate(items) if place in read]
    taken = {at for item in used for at in range(item.start, item.end)}
    taken.update(at for first, last in refused for at in range(first.start, last.end))
    unread = [item for place, item in enumerate(items) if place not in read and item.start not in taken]
    found = [(item.start, _chunk(text, item, taken)) for item in unread]
    found += [(each.start, text[each.start : each.end]) for each in left_out]
    found += [(first.start, text[first.start : last.end]) for first, last in refused]
    shown = list(_once(_shown(words) for _, words in sorted(found)))
    return shown[:_MOST_NOT_UNDERSTOOD]


def _chunk(text: str, item: "Item", taken: set[int]) -> str:
    """The item with all that stands around it up to the next space, unless some of that was read."""
    start, end = item.start, item.end
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    if any(at in taken for at in range(start, end)):
        return _typed(text, item)
    chunk = text[start:end]
    first = next((at for at, letter in enumerate(chunk) if letter.isalnum()), 0)
    last = next((at for at in range(len(chunk), 0, -1) if chunk[at - 1].isalnum()), len(chunk))
    return chunk[first:last]


def _once(words: Iterator[str]) -> Iterator[str]:
    return iter(dict.fromkeys(words))
