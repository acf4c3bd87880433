"""How much of a question stands in a chunk, counted once the candidates are there.

The database ranks by words but tells neither a score nor which words. Of a name or a message that is typed verbatim,
the right chunk has every word, side by side; a ranking by meaning does not see that. Weights: docs/adr/0017.
"""

import math
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from unicodedata import normalize

from shared.snippets.querying.chunk_rows import ChunkKey, ChunkRow
from shared.snippets.words import names_of, query_terms, stem, words_of

WORDS_WEIGHT = 2.0
PAIRS_WEIGHT = 2.0
VERBATIM_WEIGHT = 4.0


def likenesses(question: str, rows: Iterable[ChunkRow]) -> dict[ChunkKey, float]:
    """Return, for each candidate, twice the share of the question's words it holds plus twice that of its pairs.

    Words are compared without endings and weighed by how rare they are among the candidates; a pair is two words that
    follow each other in the question, stop words included. The words of a chunk are those stored with it. To that comes
    4 where the whole question stands in its text, whatever its case and blanks. From 0 to 8.
    """
    rows = list(rows)
    found = {row.key: [stem(word) for word in row.words.split()] for row in rows}
    terms = set(map(stem, query_terms(question)))
    pairs = set(pairwise(map(stem, words_of(question))))
    held = {key: terms.intersection(words) for key, words in found.items()}
    typed = _one_line(question)
    quoted = {row.key for row in rows if terms <= held[row.key] and _stands_in(typed, _one_line(row.text))}
    counts = Counter(term for of_chunk in held.values() for term in of_chunk)
    rarity = {term: math.log((len(found) + 1) / (counts[term] + 0.5)) for term in terms}
    return {
        key: WORDS_WEIGHT * _share(sum(rarity[term] for term in held[key]), sum(rarity.values()))
        + PAIRS_WEIGHT * _share(len(pairs.intersection(pairwise(words))), len(pairs))
        + VERBATIM_WEIGHT * (key in quoted)
        for key, words in found.items()
    }


def defining(question: str, rows: Iterable[ChunkRow]) -> frozenset[ChunkKey]:
    """Return the candidates that define a name of the question."""
    named = names_of(question)
    return frozenset(row.key for row in rows if not named.isdisjoint(row.defines))


def _one_line(text: str) -> str:
    return " ".join(normalize("NFC", text).lower().split())


def _stands_in(question: str, text: str) -> bool:
    """Whether a question stands in a text, not inside a longer word."""
    if not any(map(str.isalnum, question)):
        return False
    place = text.find(question)
    while place >= 0:
        end = place + len(question)
        if not _joins(text[place - 1 : place], question[0]) and not _joins(text[end : end + 1], question[-1]):
            return True
        place = text.find(question, end)
    return False


def _joins(beside: str, edge: str) -> bool:
    return all(each.isalnum() or each == "_" for each in (beside or " ", edge))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
