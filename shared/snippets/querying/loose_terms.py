"""Words of a question in chunks, told loosely: without their endings, anywhere in a word unless they are short.

Azure's analyzer stems; which of the terms made it rank a chunk is not told.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from unicodedata import normalize

from shared.snippets.querying.chunk_rows import ChunkKey, ChunkRow
from shared.snippets.words import stem

# Shorter ones stand in most words.
_SHORTEST_ANYWHERE = 3


def held(rows: Iterable[ChunkRow], terms: Sequence[str]) -> dict[ChunkKey, frozenset[str]]:
    """Return which of the terms each chunk holds, in its path, symbols or text."""
    holds = [(term, _holds(term)) for term in terms]
    found: dict[ChunkKey, frozenset[str]] = {}
    for row in rows:
        text = normalize("NFC", " ".join((row.name, *row.scope, *row.defines, row.text)))
        lower = text.lower()
        found[row.key] = frozenset(term for term, stands_in in holds if stands_in(text, lower))
    return found


@lru_cache(maxsize=1024)
def _holds(term: str) -> Callable[[str, str], bool]:
    """Return what tells whether a term stands in a text, which it gets as it is and in lower case."""
    if len(term) >= _SHORTEST_ANYWHERE:
        short = stem(term)
        return lambda _, lower: short in lower
    first, rest = re.escape(term[0].upper()), re.escape(term[1:])
    # On its own, or where a part of an identifier begins.
    word = re.compile(rf"(?<![^\W\d_]){re.escape(term)}(?![a-z])|{first}(?i:{rest})(?![a-z])")
    return lambda text, _: word.search(text) is not None
