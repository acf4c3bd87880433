"""The words that can be read, from ``vocabulary.json`` (ours) and ``names.json`` (``data/build_colour_names.py``)."""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from shared.colour.lab import Lab
from shared.colour.words.shifts import from_lch

_FOLDER = Path(__file__).resolve().parent
Language = Literal["en", "de", "fr", "es", "it"]
LANGUAGES: tuple[Language, ...] = ("en", "de", "fr", "es", "it")
ROMANCE = frozenset[Language]({"fr", "es", "it"})

Role = Literal["stop", "or", "but", "not", "with", "effect", "decoration", "pattern", "between"]

# dE CMC(2:1) within which a colour passes for a word, where the vocabulary does not say.
NAMED_REACH = 14.0
_XKCD_REACH = 12.0
RAL_REACH = 4.0

# What NFKD leaves together.
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o"})
# How Germans type an umlaut that their keyboard lacks.
_DIGRAPHS = (("ae", "a"), ("oe", "o"), ("ue", "u"))


@dataclass(frozen=True, slots=True)
class Sense:
    """What a word means as a colour.

    ``lab``: its prototype; None for a word that only says which blue or green is meant, such as ``bottle``.
    ``kin``: the plain colour that it counts as beside such a word. ``beside``: what it means beside a plain colour,
    ``bottle`` beside ``green``. ``shifted``: what it is when it is light, dark and so on, where the rule would say
    another colour, as for light brown. ``plain``: it is one of the plain colours itself.
    """

    means: str
    lab: Lab | None
    reach: float
    kin: str | None
    beside: Mapping[str, Lab]
    shifted: Mapping[str, Lab]
    plain: bool


@dataclass(slots=True)
class Word:
    """All that one spelling can mean.

    ``shift``: the name of a shift in ``shifts.py``. ``tint``: a colour that it draws others to, such as ``bluish``.
    ``times``: how much it adds to the shift or tint that follows. ``is_comparative``: its tint is no more than slight,
    as that of ``redder``.
    """

    languages: set[Language] = field(default_factory=set[Language])
    senses: list[Sense] = field(default_factory=list[Sense])
    shift: str | None = None
    tint: Sense | None = None
    times: float | None = None
    is_comparative: bool = False
    roles: set[Role] = field(default_factory=set[Role])

    @property
    def colour(self) -> Sense | None:
        """Its first meaning that is a colour by itself, plain colours first."""
        found = [sense for sense in self.senses if sense.lab is not None]
        return next((sense for sense in found if sense.plain), found[0] if found else None)

    @property
    def is_romance(self) -> bool:
        """Whether it is a word of French, Spanish or Italian and of nothing else."""
        return bool(self.languages) and self.languages <= ROMANCE


@dataclass(frozen=True)
class Standard:
    """A colour that a number names, such as RAL 5010. ``reach``: as for a word."""

    name: str
    lab: Lab
    reach: float = RAL_REACH


@dataclass(frozen=True)
class Lexicon:
    """``words``: by folded spelling, words of several parts with single spaces. ``longest``: the most parts of any.
    ``ral``: by number. ``lists``: English names that say nothing about their parts, a last resort."""

    words: Mapping[str, Word]
    longest: int
    ral: Mapping[str, Standard]
    lists: Mapping[str, Sense]


def fold(text: str) -> str:
    """Return ``text`` without case and accents: ``Türkis`` as ``turkis``, ``weiß`` as ``weiss``."""
    plain = text.casefold()
    if plain.isascii():
        return plain
    decomposed = unicodedata.normalize("NFKD", plain.translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def without_digraphs(folded: str) -> str:
    """Return a folded word with ``ae``, ``oe`` and ``ue`` as the plain vowels that folding makes of umlauts."""
    for typed, plain in _DIGRAPHS:
        folded = folded.replace(typed, plain)
    return folded


def key_of(name: str) -> str:
    """Return the key of a name in ``Lexicon.words``: folded, its parts separated by single spaces."""
    folded = fold(name)
    return " ".join("".join(letter if letter.isalnum() else " " for letter in folded).split())


@cache
def lexicon() -> Lexicon:
    """Return all words, read once."""
    vocabulary, names = _document("vocabulary.json"), _document("names.json")
    ral = {number: Standard(name, Lab(*lab)) for number, (name, *lab) in names["ral"].items()}
    words: dict[str, Word] = {}
    plain = _add_colours(words, vocabulary["colours"], ral)
    _add_others(words, vocabulary, plain)
    # "hot pink" is typed as "hotpink" too.
    for key in [key for key in words if " " in key]:
        words.setdefault(key.replace(" ", ""), words[key])
    lists = {key_of(name): _listed(name, lab, _XKCD_REACH) for name, lab in names["xkcd"].items()}
    # A name of RAL wins over the survey's.
    lists.update({key_of(each.name): _listed(each.name, each.lab, NAMED_REACH) for each in ral.values()})
    return Lexicon(words, max(key.count(" ") for key in words) + 1, ral, lists)


def _document(name: str) -> dict[str, Any]:
    return json.loads((_FOLDER / name).read_text(encoding="utf-8"))


def _listed(name: str, lab: "list[float] | Lab", reach: float) -> Sense:
    return Sense(name, Lab(*lab), reach, None, {}, {}, plain=False)


def _add_colours(words: dict[str, Word], rows: list[dict[str, Any]], ral: Mapping[str, Standard]) -> dict[str, Sense]:
    plain: dict[str, Sense] = {}
    for row in rows:
        sense = _sense(row, ral)
        if sense.plain:
            plain[sense.means] = sense
        for word in _spelt(words, row):
            word.senses.append(sense)
    return plain


def _sense(row: dict[str, Any], ral: Mapping[str, Standard]) -> Sense:
    means, is_plain = str(row["means"]), bool(row.get("head"))
    beside = {str(kin): _prototype(value, ral) for kin, value in row.get("with", {}).items()}
    shifted = {str(shift): _prototype(value, ral) for shift, value in row.get("shifted", {}).items()}
    value = row.get("lch", row.get("ral"))
    kin = means if is_plain else row.get("kin")
    reach = float(row.get("reach", NAMED_REACH))
    return Sense(means, _prototype(value, ral) if value else None, reach, kin, beside, shifted, is_plain)


def _prototype(value: "list[float] | int", ral: Mapping[str, Standard]) -> Lab:
    """Lightness, chroma and hue in degrees, or a RAL number."""
    return ral[str(value)].lab if isinstance(value, int) else from_lch(*value)


def _add_others(words: dict[str, Word], vocabulary: dict[str, Any], plain: Mapping[str, Sense]) -> None:
    for row in vocabulary["modifiers"]:
        for word in _spelt(words, row):
            word.shift = str(row["means"])
    for row in vocabulary["tints"]:
        colour = plain[str(row["means"])]
        tint = replace(colour, means=str(row.get("en", [f"{colour.means}-tinted"])[0]))
        for word in _spelt(words, row):
            word.tint = tint
    for row in vocabulary["comparatives"]:
        for word in _spelt(words, row):
            word.tint, word.is_comparative = plain[str(row["means"])], True
    for row in vocabulary["intensities"]:
        for word in _spelt(words, row):
            word.times = float(row["times"])
    for row in vocabulary["plain"]:
        for word in _spelt(words, row):
            word.roles.add(cast("Role", row["means"]))
            if row["means"] in {"decoration", "pattern"}:
                word.roles.add("effect")


def _spelt(words: dict[str, Word], row: dict[str, Any]) -> Iterator[Word]:
    """The words of a row, each with its language noted; a spelling of two languages comes once."""
    seen: set[str] = set()
    for language in LANGUAGES:
        for name in row.get(language, ()):
            key = key_of(name)
            word = words.setdefault(key, Word())
            word.languages.add(language)
            if key not in seen:
                seen.add(key)
                yield word
