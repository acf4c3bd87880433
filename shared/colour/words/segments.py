"""The stretches of a text that describe one colour or several without a comma, and what is said to be none of them."""

from collections.abc import Iterator, Sequence

from shared.colour.words.lexicon import Role
from shared.colour.words.matching import Item, Separator

# Nobody describes a colour in more words without a comma; each of them looks at all others.
_LONGEST_SEGMENT = 30
# The place of a negation where there is none.
_NONE = -1


def segments_of(
    items: Sequence[Item], read: set[int], refused: dict[int, int]
) -> Iterator[list[tuple[int, Separator]]]:
    """Yield places of items that nothing parts, each with what parts it from the one before.

    What is negated is left out; where that is a colour or an effect, its first and last place go into ``refused``.
    Places of small words that need no further reading go into ``read``.
    """
    segment: list[tuple[int, Separator]] = []
    pending: Separator = ""
    negation = _NONE
    is_between = False
    for place, item in enumerate(items):
        after = item.after or pending
        if after == "or" and is_between:
            after, is_between = "between", False
        elif after:
            is_between = False
        if (after or len(segment) >= _LONGEST_SEGMENT) and not _is_refused_too(items, place, refused.get(negation)):
            if segment:
                yield segment
            segment, negation = [], _NONE
        pending = _parts(items, place)
        if pending:
            read.add(place)
        elif "between" in _roles(item):
            is_between = True
            read.add(place)
        elif item.word and "not" in item.word.roles and not item.word.senses:
            negation = place if negation == _NONE else negation
        elif negation == _NONE:
            segment.append((place, after))
        elif _is_colour(item) or "effect" in _roles(item):
            refused[negation] = place
    if segment:
        yield segment


def _is_refused_too(items: Sequence[Item], place: int, last: int | None) -> bool:
    """Whether what follows an "or" after a refused colour is refused with it: "not red or blue", "weder rot noch blau".

    What a comma or a "but" parts from it is what is meant instead.
    """
    if last is None or items[place].after or place < 1 or "or" not in _roles(items[place - 1]):
        return False
    return not items[place - 1].after and any(_is_colour(item) for item in items[place : place + 3])


def _is_colour(item: Item) -> bool:
    return bool(item.standard or (item.word and (item.word.colour or item.word.tint)))


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
