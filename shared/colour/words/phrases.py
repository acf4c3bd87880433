"""From words to colours: which modifier goes with which colour, what is a mixture and what an alternative."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from shared.colour.lab import Lab
from shared.colour.words.lexicon import RAL_REACH, Sense, Standard, Word
from shared.colour.words.matching import Item, Separator
from shared.colour.words.ral import is_same
from shared.colour.words.shifts import are_opposite, mixed, shifted, tinted

# Two words of intensity together ("very very") change no more than this.
_MOST_TIMES = 2.5
# "RAL 7035 darker" is near RAL 7035.
_TIMES_BESIDE_RAL = 0.5
# A colour with a modifier is a smaller part of the colours than the plain word.
_SHIFTED_REACH, _MIXED_REACH = 13.0, 14.0
# Which plain colour a word stands beside when it says nothing of this one: it is nearly the same.
_ALSO = {
    "violet": ("purple",),
    "purple": ("violet", "lilac"),
    "lilac": ("purple", "violet"),
    "cream": ("white", "beige"),
    "ivory": ("white", "beige"),
    "gold": ("yellow",),
    "silver": ("grey",),
}


@dataclass(frozen=True, slots=True)
class Described:
    """A colour that was described by the text from ``start`` to ``end``."""

    start: int
    end: int
    means: str
    lab: Lab
    reach: float


@dataclass(frozen=True, slots=True)
class Phrases:
    """``colours`` in order; ``read``: the places in the list of items that are neither unknown nor left out."""

    colours: tuple[Described, ...]
    read: frozenset[int]


@dataclass(slots=True)
class _Group:
    """The words about one colour. ``shifts`` and ``tints`` come with how strong they are."""

    start: int
    end: int
    after: Separator
    colours: list[Sense] = field(default_factory=lambda: list[Sense]())
    beside: list[Word] = field(default_factory=lambda: list[Word]())
    shifts: list[tuple[str, float]] = field(default_factory=lambda: list[tuple[str, float]]())
    tints: list[tuple[Sense, float]] = field(default_factory=lambda: list[tuple[Sense, float]]())
    standard: Standard | None = None
    romance: bool = False
    places: list[int] = field(default_factory=lambda: list[int]())

    @property
    def is_colour(self) -> bool:
        return bool(self.colours or self.standard)

    def take(self, place: int, item: Item) -> None:
        if not self.places:
            self.start, self.after = item.start, self.after or item.after
        self.end = max(self.end, item.end)
        self.places.append(place)
        self.romance = self.romance or bool(item.word and item.word.is_romance)


def described(items: Sequence[Item]) -> Phrases:
    """Return the colours that the items describe, and which of them were of use."""
    groups: list[_Group] = []
    read: set[int] = set()
    for segment in _segments(items, read):
        groups.extend(_Segment(items, segment, read).groups())
    colours = _joined(groups)
    read.update(place for group in colours for place in group.places)
    return Phrases(tuple(_describe(group) for group in colours), frozenset(read))


def _segments(items: Sequence[Item], read: set[int]) -> Iterator[list[tuple[int, Separator]]]:
    """Places of items that nothing parts, each with what parts it from the one before; what is negated is left out."""
    segment: list[tuple[int, Separator]] = []
    pending: Separator = ""
    negated = False
    for place, item in enumerate(items):
        after = item.after or pending
        if after:
            if segment:
                yield segment
            segment, negated = [], False
        pending = ""
        if _is_or(items, place):
            read.add(place)
            pending = "or"
        elif item.word and "not" in item.word.roles and not item.word.senses:
            negated = True
        elif not negated:
            segment.append((place, after))
    if segment:
        yield segment


def _is_or(items: Sequence[Item], place: int) -> bool:
    word = items[place].word
    if word is None or "or" not in word.roles:
        return False
    # French gold is an English conjunction: between two colours it is one.
    return not word.senses or (0 < place < len(items) - 1 and _says_colour(items[place - 1]) and _begins(items[place + 1]))


def _says_colour(item: Item) -> bool:
    return bool(item.standard or (item.word and (item.word.colour or item.word.shift)))


def _begins(item: Item) -> bool:
    return _says_colour(item) and not (item.word and item.word.shift and item.word.is_romance)


class _Segment:
    """Reads the items of one segment from left to right."""

    def __init__(self, items: Sequence[Item], segment: Sequence[tuple[int, Separator]], read: set[int]) -> None:
        self._items = items
        self._segment = segment
        self._read = read
        self._group = _Group(0, 0, segment[0][1])
        self._done: list[_Group] = []
        self._times, self._times_places = 1.0, list[int]()
        self._colour_places = [place for place, _ in segment if self._is_colour(place)]

    def groups(self) -> list[_Group]:
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

    def _take_standard(self, place: int, item: Item) -> None:
        if self._group.standard:
            self._finish()
        self._group.standard = item.standard
        self._group.take(place, item)

    def _take_word(self, place: int, item: Item, word: Word, following: int | None) -> None:
        if "effect" in word.roles:
            self._read.add(place)
        others = [other for other in self._colour_places if self._items[other].start != item.start or other != place]
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
        # "olive green" is a green; "Gelboliv" and "rose pink" are an olive and a pink.
        last = max(self._colour_places) == place
        return any(kin in word.colour.beside for kin in kins) and (not last or self._is_romance)

    @property
    def _is_romance(self) -> bool:
        return any(word.is_romance for place in self._colour_places if (word := self._items[place].word))

    def _kins(self, place: int) -> tuple[str, ...]:
        word = self._items[place].word
        colour = word.colour if word else None
        return (colour.kin, *_ALSO.get(colour.kin, ())) if colour and colour.kin else ()

    def _take_colour(self, place: int, item: Item, colour: Sense) -> None:
        if self._group.colours and self._group.standard is None:
            self._part_from_next()
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
        self._group = _Group(0, 0, "")
        self._times, self._times_places = 1.0, []


def _joined(groups: Sequence[_Group]) -> list[_Group]:
    """Only groups with a colour: modifiers in a segment of their own go to the colour before ("blue, dark") or have the
    next one's ("hell- oder dunkelblau"); a name that a comma parts from its RAL number is no colour of its own."""
    colours: list[_Group] = []
    waiting: list[_Group] = []
    for group in groups:
        if group.is_colour:
            colours.extend(_with_colour_of(each, group) for each in waiting)
            waiting = []
            if not (colours and group.after == "comma" and _is_name_of(group, colours[-1])):
                colours.append(group)
            else:
                colours[-1].places.extend(group.places)
                colours[-1].end = group.end
        elif colours and group.after != "or":
            colours[-1].shifts.extend(group.shifts)
            colours[-1].tints.extend(group.tints)
            colours[-1].places.extend(group.places)
            colours[-1].end = group.end
        else:
            waiting.append(group)
    if colours:
        colours.extend(_with_colour_of(each, colours[-1]) for each in waiting)
    return colours


def _with_colour_of(group: _Group, other: _Group) -> _Group:
    return replace(group, colours=other.colours, beside=other.beside, standard=other.standard, romance=other.romance)


def _is_name_of(group: _Group, before: _Group) -> bool:
    if not before.standard or group.standard:
        return False
    lab = _describe(group)
    return is_same(before.standard.lab, lab.lab, lab.reach)


def _describe(group: _Group) -> Described:
    if group.standard:
        lab, means, reach, weaken = group.standard.lab, group.standard.name, RAL_REACH, _TIMES_BESIDE_RAL
        # What stands beside the number is its name.
        shifts, tints = ([], []) if group.colours else (group.shifts, group.tints)
    else:
        lab, means, reach = _mixture(group)
        shifts, tints, weaken = group.shifts, group.tints, 1.0
    for tint, times in tints:
        if tint.lab:
            lab = tinted(lab, tint.lab, times * weaken)
            means = f"{_strength(times)}{tint.means}-tinted {means}"
            reach = min(reach, _MIXED_REACH)
    for shift, times in shifts:
        usual = _usual(group, shift)
        lab = _part_way(lab, usual, times) if usual else shifted(lab, shift, times * weaken)
        means = f"{_strength(times)}{shift} {means}"
        reach = min(reach, _SHIFTED_REACH)
    return Described(group.start, group.end, means, Lab(*(round(value, 1) + 0.0 for value in lab)), reach)


def _usual(group: _Group, shift: str) -> Lab | None:
    """What the only colour of a group is with its only modifier, if the vocabulary says so."""
    if len(group.colours) != 1 or len(group.shifts) != 1 or group.tints or group.beside or group.standard:
        return None
    return group.colours[0].shifted.get(shift)


def _part_way(start: Lab, end: Lab, share: float) -> Lab:
    return Lab(*(one + (other - one) * share for one, other in zip(start, end, strict=True)))


def _strength(times: float) -> str:
    return "very " if times > 1 else "slightly " if times < 1 else ""


def _mixture(group: _Group) -> tuple[Lab, str, float]:
    """The colour of a group without its modifiers: of several the head, with the others in it."""
    colours = list({colour.means: colour for colour in group.colours}.values())
    # A plain colour is the head of a word that only says which: "emerald green" and "vert émeraude".
    ordered = list(colours if group.romance else reversed(colours))
    head = next((colour for colour in ordered if colour.plain), next((each for each in ordered if each.kin), ordered[0]))
    others = [colour for colour in ordered if colour is not head]
    lab, names, reach = head.lab or Lab(0, 0, 0), [head.means], head.reach
    for word in group.beside:
        sense, specific = _beside(word, head)
        if sense:
            names.insert(0, sense.means)
            reach = min(reach, _MIXED_REACH)
        if specific:
            lab = specific
    for other in others:
        names.insert(0, other.means)
        reach = min(reach, _MIXED_REACH)
        if other.lab and not _is_said(other, head, group) and not (head.plain and _is_far(other, head.lab)):
            lab = mixed(lab, other.lab, 0.6 if other.plain or not head.plain else 0.45)
    return lab, " ".join(names), reach


def _is_far(other: Sense, head: Lab | None) -> bool:
    """Whether a word only says which blue is meant, though it is brown itself: ``clay`` blue."""
    return bool(not other.plain and other.lab and head) and are_opposite(other.lab, head)


def _beside(word: Word, head: Sense) -> tuple[Sense | None, Lab | None]:
    for kin in (head.kin, *_ALSO.get(head.kin or "", ())):
        for sense in word.senses:
            if kin in sense.beside:
                return sense, sense.beside[kin]
    return (word.senses[0], None) if word.senses else (None, None)


def _is_said(other: Sense, head: Sense, group: _Group) -> bool:
    return other.means == head.means or any(other in word.senses for word in group.beside)
