"""What stands beside a colour and is none of its own: decoration ("with gold glitter"), and what it is compared to."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from shared.colour.words.lexicon import ROMANCE, Language, Role, Word
from shared.colour.words.matching import Item

# "white stripes and red dots" is one decoration.
_AND = frozenset({"and", "und", "et", "y", "e", "ed"})
# "golden text on black".
_ON = frozenset({"on", "auf", "sur", "sobre", "su", "sul"})
# "with text in white".
_IN = frozenset({"in", "of", "aus", "von"})
MORE = frozenset({"more", "mehr", "plus", "mas", "piu"})
_THAN = frozenset({"than", "als", "que", "qu", "di", "del", "dello", "de", "che"})
# "a green cast and gold glitter"
_CASTS = frozenset({"cast", "tint", "tinge", "undertone", "stich", "farbstich", "ton", "reflet", "reflets", "matiz"})
# "blauer als RAL 5010", where "ein blauer Ton" is blue.
_GERMAN_COMPARATIVE = "er"
# After these a number is a degree of roughness: "VDI 27".
_SURFACES = frozenset({"vdi", "edm", "spi", "mt"})


def with_asides(items: Sequence[Item]) -> list[Item]:
    """Return the items with each decoration as one effect, and "redder than" as a tint of what it is compared to."""
    read = _with_comparisons(_parted(_with_surfaces(items)))
    spans = {first: after for first, after in _decorations(read) if _says_more(read[first:after])}
    found: list[Item] = []
    place = 0
    while place < len(read):
        after = spans.get(place, 0)
        if after > place:
            item = replace(read[place], end=read[after - 1].end, word=Word(roles={"effect"}), standard=None)
            found.append(item)
        else:
            found.append(read[place])
        place = max(after, place + 1)
    return found


def _with_surfaces(items: Sequence[Item]) -> list[Item]:
    found: list[Item] = []
    for item in items:
        if item.token.isdecimal() and found and found[-1].token in _SURFACES and not item.after:
            found[-1] = replace(found[-1], end=item.end)
        else:
            found.append(item)
    return found


def _parted(items: list[Item]) -> list[Item]:
    """The items with the colours of a pattern as two: in "rot-weiß gestreift" they are no pink."""
    if not any(_roles(item) & {"decoration", "pattern"} for item in items):
        return items
    found = items[:1]
    for before, item in itertools.pairwise(items):
        is_next = _is_plain(before) and _is_plain(item) and not item.after and item.start >= before.end
        found.append(replace(item, after="or") if is_next else item)
    return found


def _is_plain(item: Item) -> bool:
    return bool(item.word and item.word.colour and item.word.colour.plain)


def _with_comparisons(items: Sequence[Item]) -> list[Item]:
    found: list[Item] = []
    for place, item in enumerate(items):
        colour = item.word.colour if item.word else None
        is_more = bool(found and found[-1].token in MORE and not item.after)
        is_comparative = is_more or (item.token.endswith(_GERMAN_COMPARATIVE) and "de" in _languages(item))
        if not (colour and is_comparative and _is_compared(items, place)):
            found.append(item)
            continue
        more = found.pop() if is_more else item
        word = Word(_languages(item), tint=colour, is_comparative=True)
        found.append(replace(item, start=more.start, after=more.after, word=word))
    return found


def _is_compared(items: Sequence[Item], place: int) -> bool:
    than = items[place + 1] if place + 1 < len(items) else None
    if than is None or than.token not in _THAN or than.after:
        return False
    return any(_is_colour(item) for item in _up_to_comma(items[place + 2 :]))


def _up_to_comma(items: Sequence[Item]) -> Iterator[Item]:
    for item in items:
        if item.after:
            return
        yield item


def _decorations(items: Sequence[Item]) -> Iterator[tuple[int, int]]:
    """The first place of each decoration, and the place after its last."""
    place = after = 0
    has_colour = False
    while place < len(items):
        item = items[place]
        if "with" in _roles(item):
            found = _after_with(items, place)
        elif (place == 0 or item.after == "comma") and (on := _before_on(items, place)):
            found = on
        elif has_colour and "decoration" in _roles(item) and item.word and item.word.is_romance:
            # "rouge à rayures blanches"
            found = (place, _after_adjectives(items, place + 1))
        elif has_colour and item.after == "comma" and not _is_listed(items, place):
            found = _after_comma(items, place)
        else:
            found = None
        if found:
            yield found
            after = found[1]
        else:
            after = place + 1
            has_colour = has_colour or _is_colour(item)
        place = max(after, place + 1)


def _after_with(items: Sequence[Item], place: int) -> tuple[int, int] | None:
    """The decoration after a "with", up to its last noun; in "a green cast and gold glitter" the cast is none."""
    first, is_hint, noun = place + 1, False, 0
    for at in range(place + 1, len(items)):
        item = items[at]
        if (item.after == "comma" and not _is_listed(items, at)) or _roles(item) & {"with", "but", "not", "between"}:
            break
        if "decoration" in _roles(item):
            noun = at
        elif not noun and item.word and item.word.times is not None and item.word.times < 1:
            is_hint = True
        elif not noun and is_hint and item.token in _AND:
            first, is_hint = at + 1, False
        elif not noun and item.token in _CASTS:
            is_hint = True
    if not noun:
        return None
    is_romance = bool(_languages(items[place]) & ROMANCE)
    following = items[noun + 1] if noun + 1 < len(items) else None
    has_adjectives = is_romance or bool(following and following.token in _IN)
    while first < noun and _is_small(items[first]):
        first += 1
    return first, _after_adjectives(items, noun + 1) if has_adjectives else noun + 1


def _after_adjectives(items: Sequence[Item], place: int) -> int:
    """The place after the colours that follow a noun: "rayures blanches et noires"."""
    after = place
    while place < len(items) and not items[place].after and items[place].token not in _ON:
        item = items[place]
        if _is_colour(item) or _says_how(item):
            after = place + 1
        elif not (item.token in _AND or _is_small(item) or "effect" in _roles(item)):
            break
        place += 1
    return after


def _after_comma(items: Sequence[Item], place: int) -> tuple[int, int] | None:
    """The decoration that a comma parts from its colour: "white, black text"."""
    for at in range(place, len(items)):
        item = items[at]
        if "decoration" in _roles(item):
            return (place, at + 1) if at > place else None
        if at > place and item.after:
            return None
        if not (_is_colour(item) or _says_how(item) or _is_small(item) or item.token in _AND):
            return None
    return None


def _is_listed(items: Sequence[Item], place: int) -> bool:
    """Whether the colours after a comma end a list of them: "red, blue and green dots"."""
    found = _after_comma(items, place)
    return bool(found and any(item.token in _AND for item in items[place : found[1]]))


def _before_on(items: Sequence[Item], place: int) -> tuple[int, int] | None:
    """The decoration that its ground follows: "golden text on black"."""
    if "decoration" in _roles(items[place]):
        found = (place, _after_adjectives(items, place + 1))
    else:
        found = _after_comma(items, place)
    ground = items[found[1] : found[1] + 4] if found else []
    is_ground = bool(ground and ground[0].token in _ON and any(_is_colour(item) for item in ground[1:]))
    return found if is_ground else None


def _says_more(items: Sequence[Item]) -> bool:
    """Whether a decoration is more than an effect or two, which are named one by one."""
    return any(not (_is_small(item) or "effect" in _roles(item)) for item in items)


def _is_small(item: Item) -> bool:
    word = item.word
    return bool(word and not word.senses and (word.times is not None or "stop" in word.roles))


def _says_how(item: Item) -> bool:
    return bool(item.word and (item.word.shift or item.word.tint or item.word.senses))


def _is_colour(item: Item) -> bool:
    return bool(item.standard or (item.word and item.word.colour))


def _roles(item: Item) -> set[Role]:
    return item.word.roles if item.word else set()


def _languages(item: Item) -> set[Language]:
    return set(item.word.languages) if item.word else set()
