"""Searches as people send them, each for a resin that nobody asked for before."""

import random
from typing import Any

from shared.search.resins import resins

# Any two make a blend with a code of its own: nearly every one is new to the cache of synonyms.
_BLENDED = sorted(code for code in resins() if code.isalnum())
_WORDS = ("warm signal blue", "deep leaf green", "pale sand", "bright traffic red", "dark slate grey", "soft violet")


class Payloads:
    """Makes requests; the same ``seed`` makes the same ones."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def full(self) -> dict[str, Any]:
        """A request that takes every step: synonyms, Delta-E filter, four searches, five scorers, analysis, flags."""
        return {"k": 20, "REQUEST_RESIN_FINAL": self._resin(), "REQUEST_COLOR_DESCR": self._words(), **self._colour()}

    def mixed(self) -> dict[str, Any]:
        """One of what the demonstration shows: colour and resin, words only, or without scoring."""
        return self._chance.choice((self.full, self._in_words, self._unscored))()

    def _in_words(self) -> dict[str, Any]:
        return {"k": 20, "REQUEST_RESIN_FINAL": self._resin(), "REQUEST_COLOR_DESCR": self._words()}

    def _unscored(self) -> dict[str, Any]:
        return {"k": 20, **self._colour(), "rerank": False}

    def _resin(self) -> str:
        return "/".join(self._chance.sample(_BLENDED, 2))

    def _words(self) -> str:
        return self._chance.choice(_WORDS)

    def _colour(self) -> dict[str, float]:
        """A colour with some materials of the catalogue near it."""
        lightness = round(self._chance.uniform(35, 75), 2)
        a, b = (round(self._chance.uniform(-30, 30), 2) for _ in range(2))
        return {"L": lightness, "a": a, "b": b, "deltaEthresh": 10.0}
