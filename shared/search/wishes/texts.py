"""Texts as people type them: folded, cut into words, and the words that turn what is said into its opposite."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict

OneOf = Literal["met", "not_met", "unknown"]

_FILE = Path(__file__).with_name("words.yaml")

# As long as a text of a request may be.
_LONGEST = 500
_LARGEST = 10**9
_WORD = re.compile(r"[^\W_]+")
# Bounded repeats: a text of nothing but "ISO ISO ISO" takes no longer than its length.
_STANDARD = re.compile(
    r"\b(?:(?:din|en|iso|iec|astm|aatcc|jis|bs|nf|une|uni|ul|sn|gb|norm|norme|norma)[\s.:/-]{0,3}){1,4}"
    r"[a-z]?[\s-]?\d{1,6}(?:[\s.:/-]{0,3}[abcx]\s?\d{2}\b|-\d{1,2}\b)?(?:[:-](?:19|20)\d{2}\b)?"
    r"|\b(?:105[\s.:/-]{0,3})?[b]\s?0\d\b"
)
_Lists = tuple[tuple[str, ...], ...]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    negations: _Lists
    opacity: dict[str, _Lists]
    half: _Lists
    nearly: _Lists


class Words(NamedTuple):
    """What single words say. ``opacity``: which step each word names."""

    negations: frozenset[str]
    opacity: Mapping[str, str]
    half: frozenset[str]
    nearly: frozenset[str]


@cache
def vocabulary() -> Words:
    """Return what the file beside this module holds.

    Raises:
        pydantic.ValidationError: An entry is missing, unknown or of the wrong type.
    """
    file = _File.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
    return Words(
        negations=frozenset(_each(file.negations)),
        opacity={word: name for name, lists in file.opacity.items() for word in _each(lists)},
        half=frozenset(_each(file.half)),
        nearly=frozenset(_each(file.nearly)),
    )


def folded(text: object) -> str:
    """Return a text or a number without case, accents and width, at most its first 500 characters.

    Anything else is the empty text.
    """
    if isinstance(text, int | float) and not abs(text) < _LARGEST:
        return ""
    written = str(text)[:_LONGEST] if isinstance(text, str | int | float) else ""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", written).casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def words_of(text: str) -> list[str]:
    """Return the words of a folded text."""
    return _WORD.findall(text)


def is_negation(word: str) -> bool:
    """Return whether a folded word turns what stands beside it into its opposite, in one of the five languages."""
    # "bleifrei" as well as "frei".
    return word in vocabulary().negations or word.endswith("frei")


def is_negated(words: Iterable[str]) -> bool:
    """Return whether one of these words is a negation: nobody knows how far it reaches."""
    return any(map(is_negation, words))


def without_standards(text: str) -> str:
    """Return a folded text without the names of test standards, whose numbers are no values: ISO 105-B02, DIN 54003."""
    return _STANDARD.sub(" ; ", text)


def _each(lists: _Lists) -> Iterator[str]:
    return (word for words in lists for word in words)
