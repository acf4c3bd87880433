"""The words of a column's name, or of a line about the measurement, with all spellings of a name alike."""

import re
import unicodedata

# A name longer than this is a sentence.
LONGEST_NAME = 60

_STARS = str.maketrans(dict.fromkeys("\u2217\u204e\u2731\u22c6", "*") | {"_": " "})
_INVISIBLE = "\u200b\u2060"
_SPACED = (
    (re.compile(r"\s+\*"), "*"),
    (re.compile(r"\b([lab])[ -]?star\b"), r"\1*"),
    (re.compile(r"\b(d|f|fl|tl)[ -]?(?=\d)"), r"\1"),
    # The geometry of the measurement.
    (re.compile(r"\b(?:45[°/: ]*0|0[°/: ]*45|d[/:]?8|8[/:]?d)\b"), " "),
)
_WORD = re.compile(r"l\*a\*b\*|[^\W\d_]+[0-9]*\*?|[0-9]+")
_DASHES = "-\u2010\u2011\u2013\u2014"
_BETWEEN_WORDS = frozenset(" \t\n/.,:;()[]°'\"|=?" + _DASHES)


def plain_name(text: str) -> str:
    """Return it in lower case, with one kind of asterisk and space, without accents and the sign of a comment."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in text if not unicodedata.combining(letter) and letter not in _INVISIBLE)
    text = text.translate(_STARS).casefold()
    return " ".join(text.strip().lstrip("#%/").split())


def words_of(name: str) -> list[str] | None:
    """Return the words and numbers of a name; None where it has signs that change what it means, or is too long."""
    if len(name) > LONGEST_NAME:
        return None
    for pattern, replacement in _SPACED:
        name = pattern.sub(replacement, name)
    return _WORD.findall(name) if _BETWEEN_WORDS.issuperset(_WORD.sub("", name)) else None
