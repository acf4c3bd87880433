"""Whether what was found fits the question at all.

What counts is which of the question's words one of the best files holds, each weighted by how rare it is among all that
was found: a question that nothing answers shares its common words with some file, and not its telling ones.

Measured with 101 questions about 574 files and 48 questions that these do not answer (wordllama, 800 characters a
chunk): the chance that a question whose answer is among the first five files stands above one without an answer is .94
by this coverage, .88 by the highest similarity (which lies on another scale for every model), .72 by the share of the
ten nearest chunks that words find too, .58 by how many deviations the best similarity lies above the mean; with
coverage none of them adds more than .02. ``make bench retrieval`` counts what lies below the floor (static model,
``code``): 40 of 48 questions without an answer, and 17 of 132 whose answer is among the first five files.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from shared.snippets.querying.chunk_rows import ChunkKey
from shared.snippets.querying.fusion import FileHit

FLOOR = 0.4
FILES = 5
# Added to the counts of chunks with and without a word: among few chunks being rare says little.
_WITH, _ALL = 5, 10


Held = Mapping[ChunkKey, frozenset[str]]


def is_confident(files: Sequence[FileHit], in_chunk: Held, terms: Sequence[str]) -> bool:
    """Return False when nothing fits, or nothing tells. ``files``: fused, best first.

    ``in_chunk``: which terms each chunk holds. A question of signs has no words to go by: what is nearest to it may be
    anything.
    """
    return bool(terms) and coverage(files, in_chunk, terms) >= FLOOR


def coverage(files: Sequence[FileHit], in_chunk: Held, terms: Sequence[str]) -> float:
    """Return the share of ``terms``, weighted by rarity, that one of the five best files holds in what was found."""
    counts = Counter(term for of_chunk in in_chunk.values() for term in of_chunk)
    weights = {term: math.log(1 + (len(in_chunk) + _ALL) / (counts[term] + _WITH)) for term in terms}
    of_files = [frozenset[str]().union(*(in_chunk[hit.chunk.key] for hit in file.hits)) for file in files[:FILES]]
    best = max((sum(weights[term] for term in terms if term in of_file) for of_file in of_files), default=0.0)
    return best / sum(weights.values())
