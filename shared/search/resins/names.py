"""Texts as people type them, cut into tokens and folded, so that one spelling stands for all of a name."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

# "poly" may stand apart from what it belongs to; other short words and codes keep their letters.
_SHORTEST_FOLDED = 5
_LONGEST_FOLDED = 40
_STEM = 4

_TRADE_MARKS = re.compile("[®™©]")
_TOKEN = re.compile(r"[0-9]+|%|[^\W_0-9]+")
# English, German, French, Spanish and Italian write the same Greek and Latin in these ways.
_SOUNDS = (
    ("ae", "a"), ("oe", "o"), ("ue", "u"), ("ph", "f"), ("th", "t"), ("ch", "c"), ("qu", "c"), ("k", "c"), ("y", "i"),
    ("x", "s"), ("z", "s"),
)  # fmt: skip
_TWICE = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a percent sign. ``before``: what separates it from the one before, "" if nothing does."""

    text: str
    before: str = ""

    @property
    def number(self) -> bool:
        """Whether it is one of the ten digits or several of them."""
        return self.text.isascii() and self.text.isdigit()


class Key(NamedTuple):
    """What a name is found by: its letters and digits, and those folded."""

    plain: str
    folded: str


def tokens_of(text: str) -> tuple[Token, ...]:
    """Return the words and numbers of a text without case, accents and the signs of trade marks."""
    return tuple(_tokens(_without_accents(text)))


def key_of(tokens: Iterable[Token]) -> Key:
    """Return what a name of these tokens is found by."""
    texts = [token.text for token in tokens]
    return Key("".join(texts), "".join(map(folded, texts)))


def folded(word: str) -> str:
    """Return a word of five letters or more as several languages spell it, without its ending."""
    if not _SHORTEST_FOLDED <= len(word) <= _LONGEST_FOLDED:
        return "poli" if word == "poly" else word
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    word = _TWICE.sub(r"\1", word)
    return word[:_STEM] + word[_STEM:].rstrip("aeious")


def _tokens(plain: str) -> Iterator[Token]:
    end = 0
    for match in _TOKEN.finditer(plain):
        yield Token(match[0], plain[end : match.start()])
        end = match.end()


def _without_accents(text: str) -> str:
    marked = unicodedata.normalize("NFKC", _TRADE_MARKS.sub("", text)).casefold()
    return "".join(each for each in unicodedata.normalize("NFKD", marked) if not unicodedata.combining(each))
