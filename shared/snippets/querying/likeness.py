"""How much of a question stands in a chunk, counted once the candidates are there.

The database ranks by words but tells neither a score nor which words. Of a name or a message that is typed verbatim,
the right chunk has every word, side by side; a ranking by meaning does not see that. Weights: docs/adr/0017.
"""

import math
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from shared.snippets.querying.chunk_rows import ChunkKey, ChunkRow
from shared.snippets.words import names_of, query_terms, stem, words_of

WORDS_WEIGHT = 2.0
PAIRS_WEIGHT = 2.0


def likenesses(question: str, rows: Iterable[ChunkRow]) -> dict[ChunkKey, float]:
    """Return, for each candidate, twice the share of the question's words it holds plus twice that of its pairs.

    Words are compared without endings and weighed by how rare they are among the candidates; a pair is two words that
    follow each other in the question, stop words included. From 0 to 4. The words of a chunk are those stored with it.
    """
    found = {row.key: [stem(word) for word in row.words.split()] for row in rows}
    terms = set(map(stem, query_terms(question)))
    pairs = set(pairwise(map(stem, words_of(question))))
    held = {key: terms.intersection(words) for key, words in found.items()}
    counts = Counter(term for of_chunk in held.values() for term in of_chunk)
    rarity = {term: math.log((len(found) + 1) / (counts[term] + 0.5)) for term in terms}
    return {
        key: WORDS_WEIGHT * _share(sum(rarity[term] for term in held[key]), sum(rarity.values()))
        + PAIRS_WEIGHT * _share(len(pairs.intersection(pairwise(words))), len(pairs))
        for key, words in found.items()
    }


def defining(question: str, rows: Iterable[ChunkRow]) -> frozenset[ChunkKey]:
    """Return the candidates that define a name of the question.

    It says which chunks of a file to show. As a part of the ranking of files it changed nothing for names, and in a
    plain question a name is as often an accident.
    """
    named = names_of(question)
    return frozenset(row.key for row in rows if not named.isdisjoint(row.defines))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
