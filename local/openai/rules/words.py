"""The words for colours in a text. All others mean nothing to the rules, and so cannot talk them into anything."""

import re
from collections.abc import Iterable

_HUES = """
    red green blue yellow orange purple violet pink brown black white grey gray beige turquoise cyan magenta olive teal
    navy gold silver ivory cream maroon lilac lavender amber coral salmon rust bronze copper khaki ochre crimson scarlet
    reddish greenish bluish yellowish orangish purplish pinkish brownish greyish grayish olivish
""".split()  # noqa: SIM905 - a word list reads best as one
_SHADES = """
    light dark pale deep vivid strong bright brilliant dull moderate medium warm cool cold soft muted signal traffic
    pastel rich clear neutral
""".split()  # noqa: SIM905
_SAME = {"gray": "grey", "grayish": "greyish", "cold": "cool", "clear": "bright"}
_WORD = re.compile(r"[a-z]+")

HUE_WEIGHT = 2.0
SHADE_WEIGHT = 1.0
_WEIGHTS: dict[str, float] = {str(word): HUE_WEIGHT for word in _HUES} | {str(word): SHADE_WEIGHT for word in _SHADES}


def colour_words(texts: Iterable[str | None]) -> frozenset[str]:
    """Return the words for colours and shades in ``texts``, each in one spelling."""
    found = [word.group() for text in texts if text for word in _WORD.finditer(text.lower())]
    return frozenset(_SAME.get(word, word) for word in found if word in _WEIGHTS)


def overlap(asked: frozenset[str], offered: frozenset[str]) -> float:
    """Return how much of what was asked for is offered, 0 to 1; a hue counts twice as much as a shade.

    ``asked`` must not be empty.
    """
    return _weight(asked & offered) / _weight(asked)


def _weight(words: frozenset[str]) -> float:
    return sum(_WEIGHTS[word] for word in words)
