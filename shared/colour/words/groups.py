"""The words about one colour, and the colour that they are about."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.colour.lab import Lab
from shared.colour.words.lexicon import Sense, Standard, Word
from shared.colour.words.matching import Item, Separator
from shared.colour.words.shifts import are_alike, are_opposite, limited, mixed, shifted, still_that_hue, tinted

# "RAL 7035 darker" is near RAL 7035.
_TIMES_BESIDE_RAL = 0.5
# A colour with a modifier is a smaller part of the colours than the plain word.
_SHIFTED_REACH, _MIXED_REACH = 13.0, 14.0
# In a mixture the head has this share, and less where the other word is more specific: in emerald green, emerald.
_HEAD_SHARE, _PLAIN_HEAD_SHARE = 0.6, 0.45
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


@dataclass(slots=True)
class Group:
    """The words about one colour, from ``start`` to ``end`` of the text.

    ``colours`` are mixed; ``beside`` say which of them is meant; ``shifts`` and ``tints`` come with how strong they
    are. ``after``: what parts it from the words before. ``places``: those of its items. ``leaning``: how strongly it
    tints the colour before, if there is one; 0 for a colour of its own. ``leanings``: such tints of it.
    """

    start: int
    end: int
    after: Separator
    colours: list[Sense] = field(default_factory=list[Sense])
    beside: list[Word] = field(default_factory=list[Word])
    shifts: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    tints: list[tuple[Sense, float]] = field(default_factory=list[tuple[Sense, float]])
    standard: Standard | None = None
    romance: bool = False
    leaning: float = 0.0
    leanings: list[tuple[Sense, float]] = field(default_factory=list[tuple[Sense, float]])
    places: list[int] = field(default_factory=list[int])

    @property
    def is_colour(self) -> bool:
        """Whether it says a colour, and not only modifiers."""
        return bool(self.colours or self.standard)

    def take(self, place: int, item: Item) -> None:
        """Note that an item belongs to it."""
        if not self.places:
            self.start, self.after = item.start, self.after or item.after
        self.end = max(self.end, item.end)
        self.places.append(place)
        self.romance = self.romance or bool(item.word and item.word.is_romance)

    def extend(self, group: "Group") -> None:
        """Note that the items of a later group belong to it too."""
        self.places.extend(group.places)
        self.end = group.end

    def lean(self, group: "Group") -> None:
        """Take a later group for a tint of it: "grey, slightly bluish"."""
        colour = describe(group)
        self.leanings.append((Sense(colour.means, colour.lab, colour.reach, None, {}, {}, plain=False), group.leaning))
        self.extend(group)


def kins_of(colour: Sense | None) -> tuple[str, ...]:
    """Return the plain colours that a colour counts as beside a word that says which, its own first."""
    return (colour.kin, *_ALSO.get(colour.kin, ())) if colour and colour.kin else ()


def are_contrary(one: Sense, other: Sense) -> bool:
    """Return whether nobody means a mixture of two plain colours: black and white, red and green."""
    if not (one.plain and other.plain and one.lab and other.lab):
        return False
    return {one.means, other.means} == {"black", "white"} or are_opposite(one.lab, other.lab)


def describe(group: Group) -> Described:
    """Return the colour of a group that has one."""
    if group.standard:
        lab, means, reach, weaken = group.standard.lab, group.standard.name, group.standard.reach, _TIMES_BESIDE_RAL
        # What stands beside the number is its name.
        shifts, tints = ([], []) if group.colours else (group.shifts, group.tints)
    else:
        lab, means, reach = _mixture(group)
        shifts, tints, weaken = group.shifts, group.tints, 1.0
    for tint, times in [*tints, *group.leanings]:
        if tint.lab:
            lab = tinted(lab, tint.lab, times * weaken)
            means = f"{_strength(times)}{tint.means} {means}"
            reach = min(reach, _MIXED_REACH)
    for shift, times in dict.fromkeys(shifts):
        means = f"{_strength(times)}{shift} {means}"
        reach = min(reach, _SHIFTED_REACH)
    lab = _modified(group, lab, [(shift, times * weaken) for shift, times in limited(shifts)])
    return Described(group.start, group.end, means, _rounded(lab), reach)


def between(one: Described, other: Described) -> Described:
    """Return the colour half-way between two: a turquoise, of "something between blue and green"."""
    lab = _rounded(mixed(one.lab, other.lab, 0.5))
    return Described(one.start, other.end, f"between {one.means} and {other.means}", lab, _MIXED_REACH)


def _rounded(lab: Lab) -> Lab:
    return Lab(*(round(value, 1) + 0.0 for value in lab))


def _modified(group: Group, lab: Lab, shifts: Sequence[tuple[str, float]]) -> Lab:
    plain = lab
    if shifts and are_alike(shifts):
        shift, times = shifts[0]
        if usual := _usual(group, shift):
            return _part_way(lab, usual, times)
    for shift, times in shifts:
        lab = shifted(lab, shift, times)
    return still_that_hue(lab, plain)


def _usual(group: Group, shift: str) -> Lab | None:
    """What the only colour of a group is with its only modifier, if the vocabulary says so."""
    if len(group.colours) != 1 or group.tints or group.beside or group.standard:
        return None
    return group.colours[0].shifted.get(shift)


def _part_way(start: Lab, end: Lab, share: float) -> Lab:
    return Lab(*(one + (other - one) * share for one, other in zip(start, end, strict=True)))


def _strength(times: float) -> str:
    return "very " if times > 1 else "slightly " if times < 1 else ""


def _mixture(group: Group) -> tuple[Lab, str, float]:
    """The colour of a group without its modifiers: of several the head, with the others in it."""
    colours = list({colour.means: colour for colour in group.colours}.values())
    # A plain colour is the head of a word that only says which: "emerald green" and "vert émeraude".
    ordered = list(colours if group.romance else reversed(colours))
    head = min(ordered, key=lambda colour: (not colour.plain, colour.kin is None))
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
        if other.lab and not _is_said(other, head, group) and not (head.plain and _only_says_which(other, lab)):
            lab = mixed(lab, other.lab, _HEAD_SHARE if other.plain or not head.plain else _PLAIN_HEAD_SHARE)
    return lab, " ".join(names), reach


def _only_says_which(other: Sense, head: Lab) -> bool:
    """Whether a word says which blue is meant, though it is brown itself: ``clay`` blue."""
    return not other.plain and other.lab is not None and are_opposite(other.lab, head)


def _beside(word: Word, head: Sense) -> tuple[Sense | None, Lab | None]:
    for kin in kins_of(head):
        for sense in word.senses:
            if kin in sense.beside:
                return sense, sense.beside[kin]
    return (word.senses[0], None) if word.senses else (None, None)


def _is_said(other: Sense, head: Sense, group: Group) -> bool:
    return other.means == head.means or any(other in word.senses for word in group.beside)
