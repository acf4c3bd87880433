"""Words of code for full-text search: identifiers split, lower case, the same way for chunks and for questions.

Azure's analyzer for English cuts at what is neither letter nor digit, and stems. It does not split ``parseHttpDate``;
so the words are split here and stored beside the text.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain

# What Azure's full-text search takes in one FullTextScore is not documented; more words do not change the ranking.
MAX_TERMS = 30
# Names longer than this are data: base64, digests, minified code.
_LONGEST_WORD = 64
_IDENTIFIER = re.compile(r"\w+")
# Where a part of an identifier begins: parse|Http|Date, HTTP|Server, utf|8.
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_STOP_WORDS = (
    "a an and are as at be by can do does for from get how i in into is it its my no not of on one or our so such than "
    "that the their them then there these they this those to up use used using was what when where which while who why "
    "will with without you your"
)
_ENDINGS = ("ing", "ed", "es", "s", "e")
_SHORTEST_STEM = 4
_STOP = frozenset(_STOP_WORDS.split())


def index_words(name: str, scope: Sequence[str], defines: Sequence[str], text: str) -> str:
    """Return the words of a chunk, blank between them: those of its path, of its symbols twice, of its text.

    ``scope``: enclosing symbols; ``defines``: names that the chunk defines. A rare name weighs more where it is
    defined than where it is used, which the second count says to BM25.
    """
    symbols = [*scope, *defines]
    return " ".join(_words((name, *symbols, *symbols, text)))


def query_terms(query: str) -> list[str]:
    """Return the distinct words to look for, at most ``MAX_TERMS``, in the order of the question.

    Stop words are left out, unless the question has no other. Of too many the longest stay, as they are rarest.
    """
    words = list(dict.fromkeys(words_of(query)))
    telling = [word for word in words if word not in _STOP] or words
    kept = set(sorted(telling, key=len, reverse=True)[:MAX_TERMS])
    return [word for word in telling if word in kept]


def occurrences(text: str, terms: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield where words of ``text`` are among ``terms``: whole identifiers, or parts of them, as [start, end)."""
    for match in _IDENTIFIER.finditer(text):
        identifier = match[0]
        if len(identifier) > _LONGEST_WORD:
            continue
        bare = identifier.strip("_")
        if bare.lower() in terms:
            start = match.start() + identifier.index(bare)
            yield start, start + len(bare)
            continue
        for part in _PART.finditer(identifier):
            if part[0].lower() in terms:
                yield match.start() + part.start(), match.start() + part.end()


@lru_cache(maxsize=32_768)
def stem(word: str) -> str:
    """Return a word without an ending of English, where four characters remain."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending)
    return word


def words_of(text: str) -> Iterator[str]:
    """Yield the words of a text in order, as chunks and questions have them: parts of identifiers, and these whole."""
    return _words((text,))


def _words(texts: Iterable[str]) -> Iterator[str]:
    identifiers = chain.from_iterable(map(_IDENTIFIER.findall, texts))
    return chain.from_iterable(_of_identifier(each) for each in identifiers if len(each) <= _LONGEST_WORD)


# Of the identifiers of a project most come again and again.
@lru_cache(maxsize=32_768)
def _of_identifier(identifier: str) -> tuple[str, ...]:
    parts = [part.lower() for part in _PART.findall(identifier)]
    return (*parts, identifier.strip("_").lower()) if len(parts) > 1 else tuple(parts)
