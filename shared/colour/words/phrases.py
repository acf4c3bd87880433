"""From words to colours: which modifier goes with which colour, what is a mixture and what an alternative."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from shared.colour.words.groups import Described, Group, are_contrary, between, describe, kins_of
from shared.colour.words.lexicon import Role, Sense, Word
from shared.colour.words.matching import Item, Separator
from shared.colour.words.ral import is_same

# Nobody describes a colour in more words without a comma; each of them looks at all others.
_LONGEST_SEGMENT = 30
# Two words of intensity together ("very very") change no more than this.
_MOST_TIMES = 2.5


@dataclass(frozen=True, slots=True)
class Phrases:
    """``colours`` in order; ``read``: the places in the list of items that are neither unknown nor left out."""

    colours: tuple[Described, ...]
    read: frozenset[int]


def described(items: Sequence[Item]) -> Phrases:
    """Return the colours that the items describe, and which of them were of use."""
    groups: list[Group] = []
    read: set[int] = set()
    for segment in _segments(items, read):
        groups.extend(_Segment(items, segment, read).groups())
    colours = _joined(groups)
    read.update(place for group in colours for place in group.places)
    shown: list[Described] = []
    for group in colours:
        colour = describe(group)
        if group.after == "between" and shown:
            shown[-1] = between(shown[-1], colour)
        else:
            shown.append(colour)
    return Phrases(tuple(shown), frozenset(read))


def _segments(items: Sequence[Item], read: set[int]) -> Iterator[list[tuple[int, Separator]]]:
    """Places of items that nothing parts, each with what parts it from the one before; what is negated is left out."""
    segment: list[tuple[int, Separator]] = []
    pending: Separator = ""
    negated = is_between = False
    for place, item in enumerate(items):
        after = item.after or pending
        if after == "or" and is_between:
            after, is_between = "between", False
        elif after:
            is_between = False
        if after or len(segment) >= _LONGEST_SEGMENT:
            if segment:
                yield segment
            segment, negated = [], False
        pending = _parts(items, place)
        if pending:
            read.add(place)
        elif "between" in _roles(item):
            is_between = True
            read.add(place)
        elif item.word and "not" in item.word.roles and not item.word.senses:
            negated = True
        elif not negated:
            segment.append((place, after))
    if segment:
        yield segment


def _parts(items: Sequence[Item], place: int) -> Separator:
    """What the item is between the one before and the one after it: ``or``, something like a comma, or nothing."""
    word = items[place].word
    if word is None or not word.roles & {"or", "but"} or (word.senses and not _is_conjunction(items, place)):
        return ""
    return "or" if "or" in word.roles else "comma"


def _is_conjunction(items: Sequence[Item], place: int) -> bool:
    """Whether ``or`` is English and not French gold, ``mais`` a French "but" and not German maize."""
    following = items[place + 1] if place + 1 < len(items) else None
    if place == 0 or (following and following.standard and "but" in _roles(items[place])):
        return False
    if _is_romance_colour(items[place - 1]) and "or" in _roles(items[place]):
        # "jaune or" and "jaune or clair", but "bleu or vert".
        return bool(following and not (following.word and following.word.is_romance and following.word.shift))
    return True


def _roles(item: Item) -> set[Role]:
    return item.word.roles if item.word else set()


def _is_romance_colour(item: Item) -> bool:
    return bool(item.word and item.word.is_romance and item.word.colour)


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
            self._take_tint(place, item, word.tint, alone=not others)
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
        if self._has_with:
            # "blue with a hint of red" is a blue.
            self._take_tint(place, item, colour, alone=False)
            return
        if self._group.colours and self._group.standard is None:
            self._part_from_next()
            # "housing red lid blue" is no mixture either.
            if self._has_unread or any(are_contrary(colour, other) for other in self._group.colours):
                self._finish()
        self._group.colours.append(colour)
        self._use(place, item)

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

    def _take_tint(self, place: int, item: Item, tint: Sense, *, alone: bool) -> None:
        if alone and not self._group.is_colour:
            self._group.colours.append(tint)
        else:
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
    for group in groups:
        if group.is_colour:
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
