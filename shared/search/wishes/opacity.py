"""Whether a material lets light through as it was wished for."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from shared.search.wishes.texts import OneOf, folded, is_negated, vocabulary, words_of

_PAIRS: Mapping[tuple[str, str], str] = MappingProxyType(
    {("see", "through"): "transparent", ("light", "tight"): "opaque", ("light", "proof"): "opaque"}
)


def opacity_wanted(wish: object) -> frozenset[str]:
    """Return which of opaque, translucent and transparent a text names, none where it cannot be told."""
    return _named(folded(wish))


def opacity(wish: str, attribute: object) -> OneOf:
    """Return whether a material is what was wished for: opaque, translucent or transparent (or clear), or one of
    several of these."""
    wanted, found = opacity_wanted(wish), opacity_wanted(attribute)
    if not wanted or len(found) != 1:
        return "unknown"
    return "met" if found <= wanted else "not_met"


@lru_cache(maxsize=512)
def _named(text: str) -> frozenset[str]:
    words = words_of(text)
    if is_negated(words) or not vocabulary().nearly.isdisjoint(words):
        return frozenset()
    named: set[str] = set()
    before = ""
    for word in words:
        name = _PAIRS.get((before, word)) or vocabulary().opacity.get(word)
        if name and before in vocabulary().half:
            # "semi-opaque" is said of both.
            if name == "opaque":
                return frozenset()
            name = "translucent"
        if name:
            named.add(name)
        before = word
    return frozenset(named)
