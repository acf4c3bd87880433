"""What one word says: with its endings, as a compound, or with a slip of the keyboard."""

from collections.abc import Iterator
from functools import lru_cache

from shared.colour.words.lexicon import ROMANCE, Language, Lexicon, Word, lexicon, without_digraphs

# The longest compound that anybody types has about 30 letters ("dunkelschokoladenbraunfarben").
_MOST_LETTERS = 40
# Slips of the keyboard are forgiven in words this long; in shorter ones only where a plain colour is meant.
SLIP_FROM_LETTERS, _ANY_SLIP_FROM_LETTERS = 6, 7
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
# Words of their own that one letter parts from a colour.
_NO_SLIPS = frozenset(
    {"brilliance", "capital", "carbonic", "cleaned", "cleaner", "clearly", "current", "elegant", "express", "general"}
    | {"granted", "guesses", "marines", "medium", "missing", "mustern", "natural", "polling", "purpose", "quitter"}
    | {"raising", "sliver", "standard", "turkish", "vertex", "vertical", "violent"}
)
# Plurals and German cases: an ending, what may stand in its place, and the languages that have it.
_PLURALS: tuple[tuple[str, tuple[str, ...], frozenset[Language]], ...] = (
    ("ies", ("y",), frozenset({"en"})),
    ("es", ("",), frozenset({"de", "es", "fr"})),
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
_SHORTEST_PART, _SHORTEST_DECORATION = 3, 6
# At the end of a compound: "creme-farben", "rot-ton", and how they are declined.
_SUFFIXES = (
    *("farben", "farbene", "farbenes", "farbener", "farbenen", "farbe", "farbig", "farbige", "farbiges", "farbiger"),
    *("ton", "tone", "tonig", "nuance", "stich", "stichig", "coloured", "colored"),
)
# What no German word ends with but a colour, if its first part, whatever it is, is this long: "ferrarirot".
_GERMAN_HEADS = {
    "rot": 4,
    "blau": 3,
    "gelb": 3,
    "grun": 3,
    "grau": 3,
    "braun": 3,
    "weiss": 4,
    "schwarz": 3,
    "violett": 3,
}
_DECLENSION = ("", "e", "es", "er", "en", "em")


@lru_cache(maxsize=4096)
def meanings_of(key: str) -> tuple[Word, ...]:
    """Return what one folded word says: itself, with an ending, or as a compound of several; empty if nothing."""
    known = lexicon()
    word = known.words.get(key) or _inflected(known, key)
    if word is None and (plain := without_digraphs(key)) != key:
        word = known.words.get(plain) or _inflected(known, plain)
    if word:
        return (word,)
    return _compound(known, key) or _compound(known, without_digraphs(key)) or _decoration(known, key)


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
    return found if len(found) > 1 or key.endswith(_SUFFIXES) else ()


def _decoration(known: Lexicon, key: str) -> tuple[Word, ...]:
    """The noun of a German compound that says how something is decorated: ``Goldglitzer``, ``Silberstreifen``."""
    for start in range(_SHORTEST_PART, min(len(key), _MOST_LETTERS) - _SHORTEST_DECORATION + 1):
        word = known.words.get(key[start:])
        if word and "decoration" in word.roles and "de" in word.languages:
            return (word,)
    return ()


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


def german_head(key: str) -> tuple[Word, ...]:
    """Return the colour that a German compound ends with, when nobody knows its first part; empty if there is none."""
    known = lexicon()
    for folded in (key, without_digraphs(key)):
        for head, shortest in _GERMAN_HEADS.items():
            for ending in _DECLENSION:
                first = len(folded) - len(head + ending)
                if first >= shortest and folded.endswith(head + ending) and folded[:first].isalpha():
                    return (known.words[head],)
    return ()


def near_miss(key: str) -> tuple[Word, ...]:
    """Return the word that one letter parts from ``key``, if it has one meaning only; its first letter is right."""
    known = lexicon()
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
    return shortest >= SLIP_FROM_LETTERS - 1 and bool(word.colour and word.colour.plain)


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
