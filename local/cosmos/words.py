"""Words of a text for full-text search: runs of word characters in lower case, with neither stemming nor stop words.

The service stems English and leaves stop words out; ADR 8 says why this endpoint does not.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import regex

# Letters keep their combining marks, as Unicode cuts words (UAX 29).
_WORD = regex.compile(r"\w+")


def words(text: str) -> list[str]:
    """The words of ``text`` in their order."""
    return _WORD.findall(text.lower())


@lru_cache(maxsize=1024)
def term(text: str) -> tuple[str, ...]:
    """The words of a search term: one, or those of a phrase. A term of none matches nothing."""
    return tuple(words(text))


def occurrences(found: Sequence[str], sought: tuple[str, ...]) -> int:
    """How often the words ``sought`` follow one another in ``found``; one occurrence ends before the next begins."""
    if len(sought) < 2:
        return found.count(sought[0]) if sought else 0
    # Python finds a text in another in linear time, whatever the two are.
    return _joined(found).count(_joined(sought))


def _joined(parts: Iterable[str]) -> str:
    # Each word has a blank of its own on either side, so that neighbouring occurrences share none.
    return f" {'  '.join(parts)} "
