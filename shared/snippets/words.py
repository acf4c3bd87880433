"""Words of code for full-text search: identifiers split, lower case, the same way for chunks and for questions.

Azure's analyzer for English cuts at what is neither letter nor digit, and stems. It does not split ``parseHttpDate``;
so the words are split here and stored beside the text.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from unicodedata import normalize

# Its \w holds the vowel signs of Indic scripts and other combining marks, which that of re does not.
import regex

# What Azure's full-text search takes in one FullTextScore is not documented; more words do not change the ranking.
MAX_TERMS = 30
# Of what is longer only the parts are words.
LONGEST_WORD = 256
# What is longer than a name mostly is may be data: base64 or a digest has parts of one or two characters.
_LONGEST_NAME = 64
_SHORTEST_PART = 3
_IDENTIFIER = regex.compile(r"[^\W\p{M}\p{Cf}]\w*")
# Where a part of an identifier begins: parse|Http|Date, HTTP|Server, utf|8.
_PART = regex.compile(r"[A-Z]+(?![a-z\p{M}])|[A-Z]?[^\W\d_A-Z]+|\d+\p{M}*")
_STOP_WORDS = (
    "a an and are as at be by can do does for from get how i in into is it its my no not of on one or our so such than "
    "that the their them then there these they this those to up use used using was what when where which while who why "
    "will with without you your"
)
_DEFINING = (
    "class const def enum fn func function impl interface let module namespace package struct trait type var void"
)
_DEFINING_WORDS = frozenset(_DEFINING.split())
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


def names_of(query: str) -> frozenset[str]:
    """Return the names of code in a question: what has several parts, or is all of it."""
    identifiers = _IDENTIFIER.findall(query)
    return frozenset(each for each in identifiers if len(_of_identifier(each)) > 1) | name_alone(query)


def name_alone(query: str) -> frozenset[str]:
    """Return the name that a question consists of, but for the word of a definition before it (``class Worker``)."""
    identifiers = [each for each in _IDENTIFIER.findall(query) if each not in _DEFINING_WORDS]
    return frozenset(identifiers) if len(identifiers) == 1 else frozenset()


def occurrences(text: str, terms: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield where words of ``text`` are among ``terms``: whole identifiers, or parts of them, as [start, end)."""
    for match in _IDENTIFIER.finditer(text):
        identifier = match[0]
        bare = identifier.strip("_")
        if _word(bare) in terms:
            start = match.start() + identifier.index(bare)
            yield start, start + len(bare)
            continue
        for part in _PART.finditer(identifier):
            if _word(part[0]) in terms:
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
    return chain.from_iterable(_of_identifier(each) for each in identifiers)


def _of_identifier(identifier: str) -> tuple[str, ...]:
    return _of_name(identifier) if len(identifier) <= _LONGEST_NAME else _split(identifier)


def _split(identifier: str) -> tuple[str, ...]:
    parts = [_word(part) for part in _PART.findall(normalize("NFC", identifier))]
    if len(identifier) > _LONGEST_NAME and len(identifier) < _SHORTEST_PART * len(parts):
        return ()
    words = (*parts, _word(identifier.strip("_"))) if len(parts) > 1 else parts
    return tuple(word for word in words if len(word) <= LONGEST_WORD)


# Of the identifiers of a project most come again and again.
_of_name = lru_cache(maxsize=32_768)(_split)


def _word(text: str) -> str:
    """Return a word as it is indexed: in lower case, a letter and its marks as one character where there is one."""
    return (text if text.isascii() else normalize("NFC", text)).lower()
