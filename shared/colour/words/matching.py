"""From a text to the words that can be read in it, and the places where nothing can."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from shared.colour.words.lexicon import Lexicon, Sense, Standard, Word, fold, lexicon
from shared.colour.words.pantone import grey_at
from shared.colour.words.ral import classic, ral_at, ral_name
from shared.colour.words.spelling import SLIP_FROM_LETTERS, german_head, meanings_of, near_miss

# A request has 500 characters; what is longer must cost no more.
_MOST_CHARACTERS = 1000
_TOKEN = re.compile(r"[^\W_]+")
_COMMA = re.compile(r"[,;\n\[\]]|\.\s")
_SLASH = re.compile(r"[/|+&]")
# What a full stop after these parts is one: "approx. RAL 5010".
_ABBREVIATIONS = frozenset(
    {"acc", "approx", "aprox", "ca", "cca", "entspr", "env", "gem", "incl", "inkl", "lt", "nr", "seg"}
)
# Looking for slips of the keyboard takes about 0.2 ms a word, so only this many words of a text are looked at.
_MOST_SLIPS = 8

Separator = Literal["", "comma", "or", "between"]


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
            has_ral = has_ral or standard.name.startswith("RAL")
            items.append(Item(first.start, tokens[after - 1].end, None, standard, first.after))
            at = after
            continue
        words, after = _words_at(known, keys, at)
        if not words and slips and len(first.key) >= SLIP_FROM_LETTERS:
            slips -= 1
            words = near_miss(first.key)
        words = words or german_head(first.key)
        end = tokens[after - 1].end
        if not words:
            items.append(Item(first.start, end, after=first.after, token=first.key))
        for place, word in enumerate(words):
            items.append(Item(first.start, end, word, None, "" if place else first.after, first.key))
        at = after
    return _with_moderate(items)


def _with_moderate(items: list[Item]) -> list[Item]:
    """The items with "not too dark" as one that says medium, where a colour is among the words that nothing parts."""
    joined: list[Item] = []
    place = 0
    while place < len(items):
        end = _end_of_moderate(items, place)
        if end:
            first, last = items[place], items[end - 1]
            moderate = Word(set(last.word.languages) if last.word else set(), shift="medium")
            joined.append(Item(first.start, last.end, moderate, None, first.after))
        else:
            joined.append(items[place])
        place = end or place + 1
    return joined


def _end_of_moderate(items: list[Item], place: int) -> int:
    """Where a negated "too" or "very" and its modifier end, that begin at ``place``; 0 if nothing of that does."""
    first = items[place].word
    if first is None or "not" not in first.roles or first.senses:
        return 0
    at = place + 1
    while at < len(items) and _is_strong(items[at]):
        at += 1
    word = items[at].word if at < len(items) else None
    is_modifier = word is not None and bool(word.shift or word.tint) and word.colour is None
    if at == place + 1 or not is_modifier or any(item.after for item in items[place + 1 : at + 1]):
        return 0
    return at + 1 if _is_beside_colour(items, place) else 0


def _is_strong(item: Item) -> bool:
    return bool(item.word and item.word.times and item.word.times > 1)


def _is_beside_colour(items: list[Item], place: int) -> bool:
    start, end = place, place + 1
    while start > 0 and not items[start].after:
        start -= 1
    while end < len(items) and not items[end].after:
        end += 1
    return any(item.standard or (item.word and item.word.colour) for item in items[start:end])


def _tokens(text: str) -> Iterator[_Token]:
    end, key = 0, ""
    for match in _TOKEN.finditer(text):
        parting = _parting(text, end, match.start())
        if key in _ABBREVIATIONS and text[end : match.start()].strip() == ".":
            parting = ""
        key = fold(match[0])
        yield _Token(match.start(), match.end(), key, parting)
        end = match.end()


def _parting(text: str, start: int, end: int) -> Separator:
    """What parts two words between which this piece of the text stands; nothing before the first."""
    if start == 0:
        return ""
    return "or" if _SLASH.search(text, start, end) else "comma" if _COMMA.search(text, start, end) else ""


def _standard_at(keys: list[str], at: int, *, has_ral: bool) -> tuple[Standard | None, int]:
    if found := ral_at(keys, at) or grey_at(keys, at):
        return found
    # "RAL 5010 / 9010": the second number goes with the first.
    if has_ral and (again := classic(keys[at])):
        return Standard(ral_name(keys[at]), again.lab), at + 1
    return None, at


def _words_at(known: Lexicon, keys: list[str], at: int) -> tuple[tuple[Word, ...], int]:
    """The longest name from ``at`` on and the index after it; of the lists only what the vocabulary cannot read."""
    for after in range(min(at + known.longest, len(keys)), at, -1):
        name = " ".join(keys[at:after])
        word, listed = known.words.get(name), known.lists.get(name)
        # "leaf" alone says no colour here; to the people of the survey it does.
        if word and not (listed and len(keys) == 1 and _only_says_which(word)):
            return (word,), after
        if listed and (word or not _is_readable(known, keys[at:after])):
            return (_word_of(listed),), after
    return meanings_of(keys[at]), at + 1


def _is_readable(known: Lexicon, keys: list[str]) -> bool:
    """Whether the vocabulary can read all of a name of the lists: its rules know better what a plastic looks like."""
    at = 0
    while at < len(keys):
        ends = range(min(at + known.longest, len(keys)), at, -1)
        longest = next((end for end in ends if " ".join(keys[at:end]) in known.words), at)
        if longest == at and not meanings_of(keys[at]):
            return False
        at = max(longest, at + 1)
    return True


def _only_says_which(word: Word) -> bool:
    return bool(word.senses) and word.colour is None and word.shift is None


def _word_of(sense: Sense) -> Word:
    return Word({"en"}, [sense])
