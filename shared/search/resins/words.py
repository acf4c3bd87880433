"""What words can mean in the name of a resin: resins, trade names, fillers, attributes, and words that say nothing."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field

from shared.search.resins.names import Token, key_of, tokens_of

_FOLDER = Path(__file__).parent
RESINS_FILE = _FOLDER / "resins.yaml"
TRADE_NAMES_FILE = _FOLDER / "trade_names.yaml"
WORDS_FILE = _FOLDER / "words.yaml"

POLYAMIDE = "PA"
"""Polyamides are told apart by the numbers behind it."""

Kind = Literal[
    "resin", "trade name", "filler", "attribute", "ignored", "negation", "alternative", "joint"
]  # fmt: skip
_Word = Annotated[str, Field(min_length=1)]
_T = TypeVar("_T")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ResinEntry(_Model):
    """A resin of ``resins.yaml``."""

    name: _Word
    family: _Word
    aliases: tuple[_Word, ...] = ()


class Glass(_Model):
    """How a grade writes its glass fibres: a number after ``letters``, ``times`` which they are per cent."""

    letters: _Word
    times: float


class TradeName(_Model):
    """A trade name whose grade may decide the resin; ``otherwise``: that of any other grade."""

    otherwise: _Word | None = None
    grades: Mapping[str, _Word | None] = Field(default_factory=dict)
    glass: Glass | None = None


class _TradeNames(_Model):
    names: Mapping[str, tuple[_Word, ...]]
    graded: Mapping[str, TradeName]


class _Filler(_Model):
    filler: _Word | None = None
    attribute: _Word | None = None
    codes: tuple[_Word, ...] = ()
    words: tuple[_Word, ...] = ()


class _Attribute(_Model):
    words: tuple[_Word, ...]
    decides: Mapping[str, _Word] = Field(default_factory=dict)


class _Qualifying(_Model):
    behind: tuple[_Word, ...]
    written_to: tuple[_Word, ...]


class _Words(_Model):
    fillers: Mapping[str, _Filler]
    attributes: Mapping[str, _Attribute]
    ignored: Mapping[str, tuple[_Word, ...]]
    purposes: tuple[_Word, ...]
    negations: tuple[_Word, ...]
    qualifying: _Qualifying
    alternatives: tuple[_Word, ...]
    joints: tuple[_Word, ...]
    prefixes: Mapping[str, tuple[_Word, ...]]
    suffixes: Mapping[str, tuple[_Word, ...]]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase stands for. ``value``: a resin's code, a filler's letters or the name of an attribute."""

    kind: Kind
    value: str = ""
    attribute: str | None = None
    trade_name: TradeName | None = None


IGNORED = Meaning("ignored")


@dataclass(frozen=True)
class Vocabulary:
    """Everything that is understood. ``longest``: of how many tokens the longest name is.

    ``qualifying``: words that make a property of the one before them; ``qualified``: a word that is one by its end.
    """

    resins: Mapping[str, ResinEntry]
    plain: Mapping[str, Meaning]
    folded: Mapping[str, Meaning]
    longest: int
    decides: Mapping[str, Mapping[str, str]]
    filler_codes: Mapping[str, Meaning]
    purposes: frozenset[str]
    prefixes: Mapping[str, Meaning]
    suffixes: Mapping[str, Meaning]
    qualifying: frozenset[str]
    qualified: re.Pattern[str]

    def meaning(self, tokens: Sequence[Token]) -> Meaning | None:
        """Return what these tokens stand for together, None where nothing is known."""
        key = key_of(tokens)
        return self.plain.get(key.plain) or self.folded.get(key.folded)


@cache
def vocabulary() -> Vocabulary:
    """Return what the files beside this package hold.

    Raises:
        pydantic.ValidationError: An entry has a field that is missing, unknown or of the wrong type.
        ValueError: A name stands for two resins, or a word for two meanings.
    """
    resins = {code: ResinEntry.model_validate(entry) for code, entry in _load(RESINS_FILE).items()}
    words = _Words.model_validate(_load(WORDS_FILE))
    made = Collected()
    for text, meaning, file in _meanings(resins, words):
        made.add(text, meaning, file)
    return Vocabulary(
        resins=resins,
        plain=made.plain,
        folded=made.folded,
        longest=made.longest,
        decides={name: attribute.decides for name, attribute in words.attributes.items()},
        filler_codes=dict(_filler_codes(words)),
        purposes=frozenset(token.text for text in words.purposes for token in tokens_of(text)),
        prefixes=dict(_affixes(words.prefixes)),
        suffixes=dict(_affixes(words.suffixes)),
        qualifying=frozenset(token.text for text in words.qualifying.behind for token in tokens_of(text)),
        qualified=_ending_with(words.qualifying.written_to),
    )


def _ending_with(texts: Iterable[str]) -> re.Pattern[str]:
    """A German word of which three letters or more stand before one of these, however it is declined."""
    ends = "|".join(re.escape(token.text) for text in texts for token in tokens_of(text))
    return re.compile(rf"[^\W\d_]{{3,}}(?:{ends})(?:e[mnrs]?)?")


@dataclass
class Collected:
    """Meanings by their words, as they are read."""

    plain: dict[str, Meaning] = field(default_factory=dict)
    folded: dict[str, Meaning] = field(default_factory=dict)
    longest: int = 0

    def add(self, text: str, meaning: Meaning, file: str) -> None:
        """Take one word or phrase.

        Raises:
            ValueError: It has another meaning already.
        """
        tokens = tokens_of(text)
        key = key_of(tokens)
        self.longest = max(self.longest, len(tokens))
        # Neither codes nor trade names have endings.
        folds = not text.isupper() and meaning.kind != "trade name"
        for known, found in ((self.plain, key.plain), (self.folded, key.folded))[: 1 + folds]:
            if (other := known.setdefault(found, meaning)) != meaning:
                raise ValueError(f"{text!r} in {file} stands for {meaning.value!r} and for {other.value!r}")


def _meanings(resins: Mapping[str, ResinEntry], words: _Words) -> Iterator[tuple[str, Meaning, str]]:
    for code, entry in resins.items():
        for text in (code, entry.name, *entry.aliases):
            yield text, Meaning("resin", code), RESINS_FILE.name
            if (number := text.removeprefix(POLYAMIDE)) != text and any(map(str.isdigit, number)):
                for word in (resins[POLYAMIDE].name, *resins[POLYAMIDE].aliases):
                    yield f"{word} {number}", Meaning("resin", code), RESINS_FILE.name
    trade = _TradeNames.model_validate(_load(TRADE_NAMES_FILE))
    graded = {name: (code, TradeName(otherwise=code)) for code, names in trade.names.items() for name in names}
    for name, (code, each) in (graded | {name: (name, each) for name, each in trade.graded.items()}).items():
        yield name, Meaning("trade name", code, trade_name=each), TRADE_NAMES_FILE.name
    for text, meaning in _word_meanings(words):
        yield text, meaning, WORDS_FILE.name


def _word_meanings(words: _Words) -> Iterator[tuple[str, Meaning]]:
    for name, filler in words.fillers.items():
        yield from _each(filler.words, Meaning("filler", filler.filler or name, filler.attribute))
    for name, attribute in words.attributes.items():
        yield from _each(attribute.words, Meaning("attribute", name))
    for group in words.ignored.values():
        yield from _each(group, IGNORED)
    yield from _each(words.negations, Meaning("negation"))
    yield from _each(words.alternatives, Meaning("alternative"))
    yield from _each(words.joints, Meaning("joint"))


def _filler_codes(words: _Words) -> Iterator[tuple[str, Meaning]]:
    for name, filler in words.fillers.items():
        for code in filler.codes:
            yield code.casefold(), Meaning("filler", filler.filler or name, filler.attribute)


def _each(texts: Iterable[str], meaning: _T) -> Iterator[tuple[str, _T]]:
    return ((text, meaning) for text in texts)


def _affixes(affixes: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, Meaning]]:
    for name, texts in affixes.items():
        yield from _each(texts, IGNORED if name == "ignored" else Meaning("attribute", name))


def _load(file: Path) -> dict[str, object]:
    return yaml.safe_load(file.read_text(encoding="utf-8"))
