"""The names of approvals, and texts cut into the words that they are made of."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict

from shared.search.wishes.texts import folded

FILE = Path(__file__).with_name("approvals.yaml")

# Letters stand apart from digits: "UL94V0".
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_DIRECTIVES = frozenset({"eu", "ue", "ec", "eg", "ce"})
_SENTENCE_END = re.compile(r"[.!?]\s")

_Lists = tuple[tuple[str, ...], ...]


class Token(NamedTuple):
    """A word or number. ``joint``: what the signs before it say: "and", ",", ";", or nothing."""

    text: str
    joint: str
    # Whether it may go on with a name that began before it.
    goes_on: bool


class Phrase(NamedTuple):
    """An approval by one of its spellings. ``name``: empty for a substance alone; ``before``: "no" stands before it."""

    name: str
    before: bool = False


class _Entries(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _ApprovalEntry(_Entries):
    spellings: _Lists
    meets: tuple[str, ...] = ()


class _File(_Entries):
    approvals: dict[str, _ApprovalEntry]
    free: dict[str, tuple[str, ...]]
    without_behind: tuple[str, ...]
    without_before: _Lists
    any: _Lists
    all: _Lists
    ignored: _Lists
    general: _Lists


@dataclass(frozen=True)
class Vocabulary:
    """Approvals by the words of their spellings. ``meets``: of each all that it answers, itself among them."""

    phrases: Mapping[tuple[str, ...], Phrase]
    longest: int
    meets: Mapping[str, frozenset[str]]
    joints: Mapping[str, str]
    ignored: frozenset[str]
    general: frozenset[str]

    def longest_at(self, tokens: Sequence[Token], at: int) -> tuple[Phrase | None, int]:
        """Return the longest name that begins at a token and of how many tokens it is, None and 1 if there is none."""
        length = 1
        while length < self.longest and at + length < len(tokens) and tokens[at + length].goes_on:
            length += 1
        for count in range(length, 0, -1):
            if phrase := self.phrases.get(tuple(token.text for token in tokens[at : at + count])):
                return phrase, count
        return None, 1


def tokens_of(text: str) -> list[Token]:
    """Return the words and numbers of a folded text."""
    tokens: list[Token] = []
    end = 0
    for match in _TOKEN.finditer(text):
        before = text[end : match.start()]
        previous = tokens[-1].text if tokens else ""
        token = match[0]
        inside = previous.isdecimal() and (
            (before in {",", "."} and token.isdecimal())
            # "10/2011" and "2011/65/EU", but "V-0/5VA" are two.
            or (before == "/" and len(previous) > 1 and (token.isdecimal() or token in _DIRECTIVES))
        )
        joint = "" if inside else _joint(before)
        tokens.append(Token(token, joint, inside or not set(before) & set(";|,+&•·*\n\r\u2028\u2029")))
        end = match.end()
    return tokens


@cache
def vocabulary() -> Vocabulary:
    """Return what the file beside this module holds.

    Raises:
        pydantic.ValidationError: An entry has a field that is missing, unknown or of the wrong type.
        ValueError: A spelling stands for two approvals.
        KeyError: An approval meets one that is not there.
    """
    file = _File.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))
    phrases: dict[tuple[str, ...], Phrase] = {}
    for text, phrase in _spellings(file):
        if phrases.setdefault(words := _words(text), phrase) != phrase:
            raise ValueError(f"{text!r} in {FILE.name} stands for {phrase} and for {phrases[words]}")
    meets = {name: frozenset(_met(name, file)) for name in file.approvals}
    meets |= {name: frozenset({name}) for name in map(_free, file.free)}
    joints = dict.fromkeys(_each(file.all), "and") | dict.fromkeys(_each(file.any), "or")
    return Vocabulary(
        phrases=phrases,
        longest=max(map(len, phrases)),
        meets=meets,
        joints=joints,
        ignored=frozenset(_each(file.ignored)),
        general=frozenset(_each(file.general)),
    )


def _joint(signs: str) -> str:
    if set(signs) & set(";|\n\r\u2028\u2029"):
        return ";"
    if "," in signs or _SENTENCE_END.search(signs):
        return ","
    if set(signs) & set("/+&()[]{}•·*\u2013\u2014") or " - " in signs:
        return "and"
    return ""


def _spellings(file: _File) -> Iterator[tuple[str, Phrase]]:
    for name, entry in file.approvals.items():
        for text in (text for texts in entry.spellings for text in texts):
            yield text, Phrase(name)
    before = [text for texts in file.without_before for text in texts]
    for substance, names in file.free.items():
        for name in names:
            yield name, Phrase("")
            for word in file.without_behind:
                yield f"{name} {word}", Phrase(_free(substance))
                yield f"{name}{word}", Phrase(_free(substance))
            for words in before:
                yield f"{words} {name}", Phrase(_free(substance), before=True)


def _met(name: str, file: _File) -> Iterator[str]:
    yield name
    for other in file.approvals[name].meets:
        yield from _met(other, file)


def _free(substance: str) -> str:
    return f"{substance}-free"


def _words(text: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokens_of(folded(text)))


def _each(lists: _Lists) -> Iterable[str]:
    return (word for texts in lists for text in texts for word in _words(text))
