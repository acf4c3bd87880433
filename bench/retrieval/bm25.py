"""Plain BM25 over pieces of files: the word index that code search has to beat.

Robertson and Walker (1994), with k1 1.2, b 0.75 and Lucene's inverse document frequency, which is never negative.
Pieces are cut every 800 code points and carry the file's name; identifiers are split; a file counts by its best piece.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping

PIECE = 800
K1, B = 1.2, 0.75
# What a question in English has besides its subject. In code these words are rare enough to weigh.
_STOP_WORDS = """a an and are as at be but by can do does for from has have how i in is it its my of on one or so some
than that the their them then there they this to was what when where which who will with without you"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
_WORD = re.compile(r"\w+")
# Camel case, and capitals before a word: getHTTPServer is get, HTTP, Server.
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def split_words(text: str) -> list[str]:
    """The words of a text in lower case, identifiers split at underscores and humps."""
    return [part.lower() for word in _WORD.findall(text) for part in _parts(word)]


def index_terms(text: str) -> list[str]:
    """What is indexed and asked for: stemmed words, and each identifier of several words as a whole too."""
    terms: list[str] = []
    for word in _WORD.findall(text):
        parts = _parts(word)
        terms += [stem(part.lower()) for part in parts if part.lower() not in STOP_WORDS]
        if len(parts) > 1:
            terms.append(word.lower())
    return terms


def stem(word: str) -> str:
    """Take one common ending of English off, if at least four letters are left."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def _parts(word: str) -> list[str]:
    return [part for run in word.split("_") if run for part in _HUMP.split(run)]


class Bm25:
    """An inverted index of pieces."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._files: list[str] = []
        self._lengths: list[int] = []
        self._postings: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for name, text in sorted(texts.items()):
            for start in range(0, len(text), PIECE):
                self._add(name, text[start : start + PIECE])
        self._mean = sum(self._lengths) / max(1, len(self._lengths))

    def _add(self, name: str, piece: str) -> None:
        counts = Counter(index_terms(f"{name} {piece}"))
        for term, count in counts.items():
            self._postings[term].append((len(self._files), count))
        self._files.append(name)
        self._lengths.append(counts.total())

    def files(self, question: str) -> list[str]:
        """All files that share a word with the question, best first, ties by name."""
        scores = self.scores(question)
        return sorted(scores, key=lambda name: (-scores[name], name))

    def scores(self, question: str) -> dict[str, float]:
        """The score of each such file: that of its best piece."""
        pieces: defaultdict[int, float] = defaultdict(float)
        for term in index_terms(question):
            postings = self._postings.get(term, [])
            rarity = math.log(1 + (len(self._files) - len(postings) + 0.5) / (len(postings) + 0.5))
            for piece, count in postings:
                length = 1 - B + B * self._lengths[piece] / self._mean
                pieces[piece] += rarity * count * (K1 + 1) / (count + K1 * length)
        best: dict[str, float] = {}
        for piece, score in pieces.items():
            best[self._files[piece]] = max(score, best.get(self._files[piece], 0.0))
        return best
