"""Analyzers: how text becomes terms, the same in documents and in queries."""

from functools import cache
from typing import NamedTuple

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

# Unicode's word boundaries as Lucene's StandardTokenizer draws them, as far as one regular expression can: letters hold
# together across an apostrophe or a dot between two letters, digits across a dot or comma between two digits, and an
# ideograph is a word.
_WORDS = (
    r"[\p{Han}\p{Hiragana}]|"
    r"(?:[\p{L}\p{M}--[\p{Han}\p{Hiragana}]](?:['\u2019.·][\p{L}--[\p{Han}\p{Hiragana}]])*"
    r"|\p{Nd}(?:['\u2019.,;]\p{Nd})*|_)+"
)
_LONGEST_TERM = 255
# Name at the service, and tantivy's name of its stemmer and stop words.
_LANGUAGES = {
    "ar": "arabic",
    "da": "danish",
    "nl": "dutch",
    "en": "english",
    "fi": "finnish",
    "fr": "french",
    "de": "german",
    "el": "greek",
    "hu": "hungarian",
    "it": "italian",
    "no": "norwegian",
    "pt-PT": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "es": "spanish",
    "sv": "swedish",
    "tr": "turkish",
}
# Lucene's English stop words, which the analyzers "stop" and "en.lucene" drop.
_STOP_WORDS = [
    "a",
    "an",
    "and",
    "are",
    "as",
    "at",
    "be",
    "but",
    "by",
    "for",
    "if",
    "in",
    "into",
    "is",
    "it",
    "no",
    "not",
    "of",
    "on",
    "or",
    "such",
    "that",
    "the",
    "their",
    "then",
    "there",
    "these",
    "they",
    "this",
    "to",
    "was",
    "will",
    "with",
]
_NO_STOP_WORDS = frozenset({"ar", "el", "ro", "tr"})


class Token(NamedTuple):
    """A term and where in the text it comes from, in characters."""

    text: str
    position: int
    start: int
    end: int


def is_supported(name: str) -> bool:
    """Whether this endpoint has the analyzer."""
    return name in _PLAIN or name.removesuffix(".lucene") in _LANGUAGES


@cache
def analyzer(name: str) -> TextAnalyzer:
    """The analyzer ``name``; one that ``is_supported``."""
    make = _PLAIN.get(name)
    return make() if make is not None else _language(name.removesuffix(".lucene"))


def tokens(name: str, text: str) -> list[Token]:
    """The terms of ``text``."""
    found = analyzer(name).pre_tokenize(text).tokens
    return [Token(t.text, t.position, t.char_offset_from, t.char_offset_to or t.char_offset_from) for t in found]


def _standard() -> TextAnalyzer:
    return _words().build()


def _words() -> TextAnalyzerBuilder:
    return (
        TextAnalyzerBuilder(Tokenizer.regex(_WORDS))
        .filter(Filter.lowercase())
        .filter(Filter.remove_long(_LONGEST_TERM + 1))
    )


def _folding() -> TextAnalyzer:
    return _words().filter(Filter.ascii_fold()).build()


def _simple() -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.regex(r"\p{L}+")).filter(Filter.lowercase()).build()


def _stop() -> TextAnalyzer:
    letters = TextAnalyzerBuilder(Tokenizer.regex(r"\p{L}+")).filter(Filter.lowercase())
    return letters.filter(Filter.custom_stopword(_STOP_WORDS)).build()


def _whitespace() -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.whitespace()).build()


def _keyword() -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.raw()).build()


def _language(code: str) -> TextAnalyzer:
    language, words = _LANGUAGES[code], _words()
    if code == "en":
        words = words.filter(Filter.custom_stopword(_STOP_WORDS))
    elif code not in _NO_STOP_WORDS:
        words = words.filter(Filter.stopword(language))
    return words.filter(Filter.stemmer(language)).build()


_PLAIN = {
    "standard.lucene": _standard,
    "standardasciifolding.lucene": _folding,
    "simple": _simple,
    "stop": _stop,
    "whitespace": _whitespace,
    "keyword": _keyword,
}
