"""From words to colours: which modifier goes with which colour, what is a mixture and what an alternative."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.colour.words.asides import MORE
from shared.colour.words.contrary import without_contrary_name
from shared.colour.words.groups import Described, Group, are_contrary, between, describe, kins_of
from shared.colour.words.lexicon import Sense, Word
from shared.colour.words.matching import Item, Separator
from shared.colour.words.ral import is_same
from shared.colour.words.segments import segments_of

# Two words of intensity together ("very very") change no more than this.
_MOST_TIMES = 2.5
# "redder than RAL 5010" is not much redder.
_SLIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Phrases:
    """``colours`` in order; ``read``: the places in the list of items that are neither unknown nor left out;
    ``refused``: the first and last places of words that were read, and are not what is meant: "not red"."""

    colours: tuple[Described, ...]
    read: frozenset[int]
    refused: tuple[tuple[int, int], ...]


def described(items: Sequence[Item]) -> Phrases:
    """Return the colours that the items describe, and which of them were of use."""
    groups: list[Group] = []
    read: set[int] = set()
    refused: dict[int, int] = {}
    for segment in segments_of(items, read, refused):
        groups.extend(_Segment(items, segment, read).groups())
    colours = _joined(groups)
    for group in colours:
        refused.update(without_contrary_name(group, items))
    read.update(place for group in colours for place in group.places)
    shown: list[Described] = []
    for group in colours:
        colour = describe(group)
        if group.after == "between" and shown:
            shown[-1] = between(shown[-1], colour)
        else:
            shown.append(colour)
    return Phrases(tuple(shown), frozenset(read), tuple(sorted(refused.items())))


class _Segment:
    """Reads the items of one segment from left to right."""

    def __init__(self, items: Sequence[Item], segment: Sequence[tuple[int, Separator]], read: set[int]) -> None:
        self._items = items
        self._segment = segment
        self._read = read
        self._group = Group(0, 0, segment[0][1])
        self._done: list[Group] = []
        self._times, self._times_places = 1.0, list[int]()
        self._has_with = self._has_unread = False
        self._colour_places = [place for place, _ in segment if self._is_colour(place)]

    def groups(self) -> list[Group]:
        """Return the groups of the segment; one without a colour has only modifiers."""
        for number, (place, _) in enumerate(self._segment):
            following = self._segment[number + 1][0] if number + 1 < len(self._segment) else None
            self._take(place, following)
        self._finish()
        return self._done

    def _is_colour(self, place: int) -> bool:
        item = self._items[place]
        return bool(item.standard or (item.word and item.word.colour))

    def _take(self, place: int, following: int | None) -> None:
        item = self._items[place]
        if item.standard:
            self._take_standard(place, item)
        elif item.word:
            self._take_word(place, item, item.word, following)
        else:
            self._has_unread = bool(self._group.colours)

    def _take_standard(self, place: int, item: Item) -> None:
        if self._group.standard:
            self._finish()
        self._group.standard = item.standard
        self._group.take(place, item)

    def _take_word(self, place: int, item: Item, word: Word, following: int | None) -> None:
        if word.roles & {"effect", "with"}:
            self._read.add(place)
        if "effect" in word.roles and not (word.senses or word.shift):
            # In "slightly metallic blue" the blue is not slight.
            self._read.update(self._times_places)
            self._times, self._times_places = 1.0, []
        self._has_with = self._has_with or ("with" in word.roles and bool(self._group.colours))
        others = [other for other in self._colour_places if other != place]
        if word.times is not None and self._strengthens(word, following, bool(others)):
            self._times = min(self._times * word.times, _MOST_TIMES)
            self._times_places.append(place)
        elif self._specifies(word, place):
            self._group.beside.append(word)
            self._use(place, item)
        elif word.colour and not word.colour.plain and others and "stop" in word.roles:
            self._read.add(place)
        elif word.colour and not (others and self._only_describes(word, others)):
            self._take_colour(place, item, word.colour)
        elif word.tint and (others or not word.shift):
            self._take_tint_word(place, item, word, word.tint, alone=not others)
        elif word.shift:
            self._take_shift(place, item, word)
        elif word.senses and (others or self._group.is_colour):
            self._use(place, item)
        elif word.roles or word.times is not None:
            self._read_silently(place, word)

    def _only_describes(self, word: Word, others: Sequence[int]) -> bool:
        """Whether a word that is a colour too goes with another one here: ``smoky`` green, ``rojo anaranjado``."""
        if word.tint:
            return any(self._kins(place) and not self._has_tint(place) for place in others)
        is_plain = bool(word.colour and word.colour.plain)
        return not is_plain and bool(word.shift or "effect" in word.roles)

    def _has_tint(self, place: int) -> bool:
        word = self._items[place].word
        return bool(word and word.tint)

    def _read_silently(self, place: int, word: Word) -> None:
        if "stop" in word.roles or word.times is not None:
            self._read.add(place)

    def _strengthens(self, word: Word, following: int | None, others: bool) -> bool:
        after = self._items[following].word if following is not None else None
        if after and (after.shift or after.tint or after.times is not None):
            return not word.colour
        # "strong blue" is vivid, "stark" without anything says nothing.
        return not (word.shift or word.senses) or (not others and not word.shift and not word.senses)

    def _specifies(self, word: Word, place: int) -> bool:
        """Whether it says which green is meant: ``bottle`` before or after ``green``."""
        kins = {kin for other in self._colour_places if other != place for kin in self._kins(other)}
        if not (word.colour and word.colour.plain):
            return any(kin in sense.beside for sense in word.senses for kin in kins)
        # "olive green" and "vert olive" are greens; "Gelboliv" and "rose pink" are an olive and a pink.
        is_last = max(self._colour_places) == place
        return is_last == self._is_romance and any(kin in word.colour.beside for kin in kins)

    @property
    def _is_romance(self) -> bool:
        return any(word.is_romance for place in self._colour_places if (word := self._items[place].word))

    def _kins(self, place: int) -> tuple[str, ...]:
        word = self._items[place].word
        return kins_of(word.colour if word else None)

    def _take_colour(self, place: int, item: Item, colour: Sense) -> None:
        if self._has_with or (self._times < 1 and self._group.is_colour):
            # "blue with a hint of red" is a blue, "bianco leggermente giallo" a white.
            self._take_tint(place, item, colour)
            return
        if not self._group.is_colour:
            self._group.leaning = self._leaning()
        if self._is_name_of_next(place, colour):
            self._finish()
        if self._group.colours and self._group.standard is None:
            self._part_from_next()
            # "housing red lid blue" is no mixture either.
            if self._has_unread or any(are_contrary(colour, other) for other in self._group.colours):
                self._finish()
        self._group.colours.append(colour)
        self._use(place, item)

    def _is_name_of_next(self, place: int, colour: Sense) -> bool:
        """Whether a colour goes with a RAL number to come: "blue RAL 5010 red RAL 3020"."""
        number = self._group.standard
        if not (
            number
            and self._group.colours
            and colour.lab
            and any(self._items[at].standard for at, _ in self._segment if at > place)
        ):
            return False
        return not is_same(number.lab, colour.lab, 2 * colour.reach)

    def _part_from_next(self) -> None:
        """Begin another group if modifiers stand after the last colour: "dark blue light green" is two colours, and
        "light" goes with the second; in "bleu clair vert foncé" it goes with the first."""
        group = self._group
        last = max(place for place in group.places if self._is_colour(place))
        places = [place for place in group.places if place > last and self._shift_of(place)]
        if not places:
            return
        carried: list[tuple[str, float]] = []
        if not group.romance:
            carried = group.shifts[len(group.shifts) - len(places) :]
            del group.shifts[len(group.shifts) - len(places) :]
            group.places = [place for place in group.places if place <= last]
            group.end = max(self._items[place].end for place in group.places)
        self._finish()
        self._group.shifts.extend(carried)
        for place in places if carried else ():
            self._group.take(place, self._items[place])

    def _shift_of(self, place: int) -> str | None:
        word = self._items[place].word
        return word.shift if word else None

    def _leaning(self) -> float:
        """How strongly a colour tints the one before it, as "slightly" or "more yellow" does; 0 if not."""
        if not self._times_places:
            return 0.0
        if self._times < 1:
            return self._times
        if any(self._items[place].token in MORE for place in self._times_places):
            return _SLIGHT
        # "tirant sur le bleu" says as much as "bluish" does.
        return 1.0 if self._times == 1 else 0.0

    def _take_tint_word(self, place: int, item: Item, word: Word, tint: Sense, *, alone: bool) -> None:
        if word.is_comparative:
            self._times = min(self._times, _SLIGHT)
        if alone and not self._group.is_colour:
            self._group.leaning = self._times
            self._group.colours.append(tint)
            self._use(place, item)
        else:
            self._take_tint(place, item, tint)

    def _take_tint(self, place: int, item: Item, tint: Sense) -> None:
        self._group.tints.append((tint, self._times))
        self._use(place, item)

    def _take_shift(self, place: int, item: Item, word: Word) -> None:
        self._group.shifts.append((word.shift or "medium", self._times))
        self._use(place, item)

    def _use(self, place: int, item: Item) -> None:
        for before in self._times_places:
            self._group.take(before, self._items[before])
        self._group.take(place, item)
        self._times, self._times_places = 1.0, []

    def _finish(self) -> None:
        # An intensity that strengthens nothing says nothing.
        self._read.update(self._times_places)
        if self._group.places:
            self._done.append(self._group)
        self._group = Group(0, 0, "")
        self._has_with = self._has_unread = False
        self._times, self._times_places = 1.0, []


def _joined(groups: Sequence[Group]) -> list[Group]:
    """Only groups with a colour: modifiers in a segment of their own go to the colour before ("blue, dark") or have the
    next one's ("hell- oder dunkelblau"); a name that a comma parts from its RAL number is no colour of its own."""
    colours: list[Group] = []
    waiting: list[Group] = []
    for group in _with_tint_first(groups):
        if colours and group.leaning and group.after == "comma":
            colours[-1].lean(group)
        elif group.is_colour:
            if group.after == "comma" and waiting and not colours:
                # "a light, warm grey"
                group.shifts[:0] = [shift for each in waiting for shift in each.shifts]
                group.places[:0] = [place for each in waiting for place in each.places]
                group.start = waiting[0].start
            else:
                colours.extend(_with_colour_of(each, group) for each in waiting)
            waiting = []
            if colours and group.after == "comma" and _is_name_of(group, colours[-1]):
                colours[-1].extend(group)
            else:
                colours.append(group)
        elif colours and group.after != "or":
            colours[-1].shifts.extend(group.shifts)
            colours[-1].tints.extend(group.tints)
            colours[-1].extend(group)
        else:
            waiting.append(group)
    if colours:
        colours.extend(_with_colour_of(each, colours[-1]) for each in waiting)
    return colours


def _with_tint_first(groups: Sequence[Group]) -> Sequence[Group]:
    """The groups with a tint that comes before all colours in the first of them: "bluish, grey"."""
    if len(groups) == 1 or not groups or not groups[0].leaning:
        return groups
    tint, first, *others = groups
    if first.after != "comma" or first.leaning or not first.is_colour:
        return groups
    end = first.end
    first.lean(tint)
    first.start, first.end = tint.start, end
    return [first, *others]


def _with_colour_of(group: Group, other: Group) -> Group:
    return replace(group, colours=other.colours, beside=other.beside, standard=other.standard, romance=other.romance)


def _is_name_of(group: Group, before: Group) -> bool:
    """Whether it names the RAL colour before it: by the same plain colour, or by one that would pass for it."""
    if not before.standard or group.standard:
        return False
    named = describe(group)
    return named.means.split()[-1] in before.standard.name.split() or is_same(
        before.standard.lab, named.lab, named.reach
    )
