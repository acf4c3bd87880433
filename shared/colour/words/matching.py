"""From a text to the words that can be read in it: endings, compounds and slips of the keyboard included."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from shared.colour.words.lexicon import (
    ROMANCE,
    Language,
    Lexicon,
    Sense,
    Standard,
    Word,
    fold,
    lexicon,
    without_digraphs,
)
from shared.colour.words.ral import classic, ral_at, ral_name

# A request has 500 characters; what is longer must cost no more.
_MOST_CHARACTERS = 1000
_TOKEN = re.compile(r"[^\W_]+")
_SEPARATOR = re.compile(r"[,;/|+&\n\[\]]|\.\s")
# The longest compound that anybody types has about 30 letters ("dunkelschokoladenbraunfarben").
_MOST_LETTERS = 40
# Slips of the keyboard are forgiven in words this long, shorter ones only where a plain colour or a modifier is meant,
# and in so many words of a text: each costs about 0.2 ms.
_SLIP_FROM_LETTERS, _ANY_SLIP_FROM_LETTERS, _MOST_SLIPS = 6, 7, 8
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
# Words of their own that one letter parts from a colour.
_NO_SLIPS = frozenset(
    {"cleaned", "cleaner", "clearly", "current", "elegant", "express", "medium", "purpose", "raising", "sliver", "violent"}
    | {"standard", "carbonic", "mustern", "general", "natural", "brilliance", "vertical", "capital", "marines", "granted"}
)
# Plurals and German cases: an ending, what may stand in its place, and the languages that have it.
_PLURALS: tuple[tuple[str, tuple[str, ...], frozenset[Language]], ...] = (
    ("ies", ("y",), frozenset({"en"})),
    ("es", ("",), frozenset({"de", "es"})),
    ("en", ("", "e"), frozenset({"de"})),
    ("s", ("",), frozenset({"en", "fr", "es", "de"})),
    ("n", ("",), frozenset({"de"})),
)
# Endings of adjectives: superlatives, genders and cases.
_ADJECTIVES = (
    *((f"issim{vowel}", ("o", "e")) for vowel in "oaie"),
    *((f"isim{vowel}", ("o", "e", "")) for vowel in ("o", "a", "os", "as")),
    *(("ches", ("co",)), ("chi", ("co",)), ("che", ("co",)), ("ghi", ("go",)), ("ghe", ("go",))),
    *(("er", ("", "e")), ("em", ("",)), ("est", ("",)), ("os", ("o",)), ("as", ("o", "a"))),
    *(("e", ("", "o", "a")), ("a", ("o", "e", "")), ("i", ("o", "e"))),
)
_SHORTEST_STEM = 3
# Between the parts of a German compound.
_LINKS = ("", "s", "n", "en", "e", "es", "er")
_SHORTEST_PART = 3
# At the end of a compound: "creme-farben", "rot-ton", and how they are declined.
_SUFFIXES = frozenset(
    {"farben", "farbene", "farbenes", "farbener", "farbenen", "farbe", "farbig", "farbige", "farbiges", "farbiger"}
    | {"ton", "tone", "tonig", "nuance", "stich", "stichig", "coloured", "colored"}
)
# What no German word ends with but a colour, if its first part, whatever it is, is this long: "ferrarirot".
_GERMAN_HEADS = {"rot": 4, "blau": 3, "gelb": 3, "grun": 3, "grau": 3, "braun": 3, "weiss": 4, "schwarz": 3, "violett": 3}
_DECLENSION = ("", "e", "es", "er", "en", "em")

Separator = Literal["", "comma", "or"]


@dataclass(frozen=True, slots=True)
class Item:
    """Something read at ``start`` to ``end`` of the text, or a word that was not: then ``word`` and ``standard`` are
    None. ``after``: what parts it from the item before."""

    start: int
    end: int
    word: Word | None = None
    standard: Standard | None = None
    after: Separator = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    key: str
    after: Separator


def normalised(text: str) -> str:
    """Return the text whose places items refer to: composed, and no longer than a request may be."""
    return unicodedata.normalize("NFC", text[:_MOST_CHARACTERS])[:_MOST_CHARACTERS]


def items_of(text: str) -> list[Item]:
    """Return what stands in a normalised text, in order: read or not, none of it twice."""
    tokens = list(_tokens(text))
    keys = [token.key for token in tokens]
    known, slips, at, has_ral = lexicon(), _MOST_SLIPS, 0, False
    items: list[Item] = []
    while at < len(tokens):
        first = tokens[at]
        standard, after = _standard_at(keys, at, has_ral=has_ral)
        if standard:
            has_ral = True
            items.append(Item(first.start, tokens[after - 1].end, None, standard, first.after))
            at = after
            continue
        words, after = _words_at(known, keys, at)
        if not words and slips and len(first.key) >= _SLIP_FROM_LETTERS:
            slips -= 1
            words = _near_miss(known, first.key)
        words = words or _german_head(known, first.key)
        end = tokens[after - 1].end
        if not words:
            items.append(Item(first.start, end, after=first.after, token=first.key))
        for place, word in enumerate(words):
            items.append(Item(first.start, end, word, None, "" if place else first.after, first.key))
        at = after
    return items


def _tokens(text: str) -> Iterator[_Token]:
    end = 0
    for match in _TOKEN.finditer(text):
        parted = bool(end) and _SEPARATOR.search(text, end, match.start()) is not None
        yield _Token(match.start(), match.end(), fold(match[0]), "comma" if parted else "")
        end = match.end()


def _standard_at(keys: list[str], at: int, *, has_ral: bool) -> tuple[Standard | None, int]:
    if found := ral_at(keys, at):
        return found
    # "RAL 5010 / 9010": the second number goes with the first.
    if has_ral and (again := classic(keys[at])):
        return Standard(ral_name(keys[at]), again.lab), at + 1
    return None, at


def _words_at(known: Lexicon, keys: list[str], at: int) -> tuple[tuple[Word, ...], int]:
    """The longest name from ``at`` on and the index after it; of the lists only what the vocabulary cannot read."""
    for after in range(min(at + known.longest, len(keys)), at, -1):
        if word := known.words.get(" ".join(keys[at:after])):
            # "leaf" alone says no colour here; to the people of the survey it does.
            listed = known.lists.get(keys[at]) if after == at + 1 == len(keys) == 1 and word.senses else None
            return (_word_of(listed) if listed and not (word.colour or word.shift) else word,), after
        listed = known.lists.get(" ".join(keys[at:after]))
        if listed and not all(_single(key) for key in keys[at:after]):
            return (_word_of(listed),), after
    return _single(keys[at]), at + 1


def _word_of(sense: Sense) -> Word:
    return Word({"en"}, [sense])


@lru_cache(maxsize=4096)
def _single(key: str) -> tuple[Word, ...]:
    """What one word means: itself, with an ending, or as a compound; empty if nothing."""
    known = lexicon()
    word = known.words.get(key) or _inflected(known, key)
    if word is None and (plain := without_digraphs(key)) != key:
        word = known.words.get(plain) or _inflected(known, plain)
    if word:
        return (word,)
    return _compound(known, key) or _compound(known, without_digraphs(key))


def _inflected(known: Lexicon, key: str) -> Word | None:
    for ending, others, languages in _PLURALS:
        for word in _stems(known, key, ending, others):
            if word.languages & languages and (word.senses or _is_adjective(word)):
                return word
    for ending, others in _ADJECTIVES:
        for word in _stems(known, key, ending, others):
            if _is_adjective(word):
                return word
    return None


def _stems(known: Lexicon, key: str, ending: str, others: tuple[str, ...]) -> Iterator[Word]:
    if key.endswith(ending) and len(key) - len(ending) >= _SHORTEST_STEM:
        for other in others:
            if word := known.words.get(key[: len(key) - len(ending)] + other):
                yield word


def _is_adjective(word: Word) -> bool:
    colour = word.colour
    return bool(word.shift or word.tint or word.times or "effect" in word.roles or (colour and colour.kin))


def _compound(known: Lexicon, key: str) -> tuple[Word, ...]:
    """The parts of a compound whose last is a colour, as few as there can be; empty if it is none."""
    if not 2 * _SHORTEST_PART <= len(key) <= _MOST_LETTERS:
        return ()
    # From each place, the fewest parts up to the end.
    best: dict[int, tuple[Word, ...]] = {}
    for start in range(len(key) - _SHORTEST_PART, -1, -1):
        for end in range(len(key), start + _SHORTEST_PART - 1, -1):
            parts = _last_part(known, key[start:]) if end == len(key) else _with_rest(known, key, start, end, best)
            if parts and (start not in best or len(parts) < len(best[start])):
                best[start] = parts
    found = best.get(0, ())
    return found if len(found) > 1 or (found and _ends_with_suffix(key)) else ()


def _last_part(known: Lexicon, part: str) -> tuple[Word, ...]:
    for ending in _DECLENSION:
        if part.endswith(ending):
            word = known.words.get(part[: len(part) - len(ending)])
            if word and (word.colour or word.tint):
                return (word,)
    return ()


def _with_rest(known: Lexicon, key: str, start: int, end: int, best: dict[int, tuple[Word, ...]]) -> tuple[Word, ...]:
    word = known.words.get(key[start:end])
    if word is None or not (word.senses or word.shift or word.tint or word.times or "effect" in word.roles):
        return ()
    if word.colour and key[end:] in _SUFFIXES:
        return (word,)
    rests = [best[end + len(link)] for link in _LINKS if key.startswith(link, end) and end + len(link) in best]
    rests = [rest for rest in rests if _go_together(word, rest)]
    return (word, *min(rests, key=len)) if rests else ()


def _go_together(word: Word, rest: tuple[Word, ...]) -> bool:
    """Whether some language writes these in one: German what it likes, English before a plain colour ("skyblue"), the
    others after one ("verdeacqua")."""
    shared = word.languages.intersection(*(each.languages for each in rest))
    if "de" in shared:
        return True
    if "en" in shared and _is_adjective(rest[-1]):
        return True
    return bool(shared & ROMANCE) and _is_adjective(word) and word.shift is None


def _ends_with_suffix(key: str) -> bool:
    return key.endswith(tuple(_SUFFIXES))


def _german_head(known: Lexicon, key: str) -> tuple[Word, ...]:
    """The colour that a German compound ends with, when nobody knows its first part."""
    for folded in (key, without_digraphs(key)):
        for head, shortest in _GERMAN_HEADS.items():
            for ending in _DECLENSION:
                first = len(folded) - len(head + ending)
                if first >= shortest and folded.endswith(head + ending) and folded[:first].isalpha():
                    return (known.words[head],)
    return ()


def _near_miss(known: Lexicon, key: str) -> tuple[Word, ...]:
    """The word that one letter parts from ``key``, if there is one meaning only that it can be; its first letter
    is right."""
    if key in _NO_SLIPS or len(key) > _MOST_LETTERS or not (key.isalpha() and key.isascii()):
        return ()
    found = {edit: known.words[edit] for edit in _edits(key) if edit in known.words}
    candidates = [word for edit, word in found.items() if _may_be_meant(edit, key, word)]
    meanings = {_meaning(word) for word in candidates}
    return (candidates[0],) if len(meanings) == 1 else ()


def _may_be_meant(edit: str, key: str, word: Word) -> bool:
    shortest = min(len(edit), len(key))
    if shortest >= _ANY_SLIP_FROM_LETTERS:
        return bool(word.senses or word.shift or word.tint)
    return shortest >= _SLIP_FROM_LETTERS - 1 and bool(word.colour and word.colour.plain)


def _edits(key: str) -> Iterator[str]:
    for at in range(1, len(key) + 1):
        before, rest = key[:at], key[at:]
        if rest:
            yield before + rest[1:]
        if len(rest) > 1:
            yield before + rest[1] + rest[0] + rest[2:]
        for letter in _ALPHABET:
            yield before + letter + rest
            if rest:
                yield before + letter + rest[1:]


def _meaning(word: Word) -> tuple[str, ...]:
    names = [sense.means for sense in word.senses]
    return (*names, word.shift or "", word.tint.means if word.tint else "")
