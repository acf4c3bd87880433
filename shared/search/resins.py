"""What people call a plastic, and its ISO 1043-1 code."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field

RESINS_FILE = Path(__file__).parents[1] / "resins.yaml"

# Fillers by ISO 1043-2: a letter for the material, one for the form, the percentage by mass. Where nothing separates it
# from the code, only those that are in daily use are taken for one: PETG30 is not PE with 30 % of "TG".
_FILLER = re.compile(
    r"""(?: (?:GF|CF|GB|GX|MD|MF|TD|TV) [ -]? \d{1,2}
          | (?<=[ +(-]) [BCDEGKLMNPQRSTWXZ] [BCDFGHKLMNPRSTVWXYZ]? [ -]? \d{1,2}
          | (?<=[ +(-]) (?:GF|CF|GB|GX|MD|MF|TD|TV)
          | (?<=[ +(-]) FR (?: [ ]? \( \d{1,2} \) )?
        ) [ ]? %? \)* $""",
    re.VERBOSE | re.IGNORECASE,
)
_SEPARATORS = " +-(/"
_BLEND = re.compile(r"[+/]")
# The longest name has 59 characters. What is longer, or names more fillers than a compound has, must cost nothing.
_MOST_CHARACTERS = 100
_MOST_FILLERS = 4
# Results of one search name the same few resins again and again.
_RESOLVED_KEPT = 1024


@dataclass(frozen=True)
class Resin:
    """A resin as it was ``given`` and as ISO 1043-1 writes it.

    ``filler``: what ISO 1043-2 says is in it, such as ``GF30``, without changing what resin it is. An unknown resin has
    the text it was given as its code, and no family.
    """

    code: str
    name: str | None
    family: str | None
    given: str
    known: bool
    filler: str | None = None


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1)]
    family: Annotated[str, Field(min_length=1)]
    aliases: tuple[Annotated[str, Field(min_length=1)], ...] = ()


@lru_cache(maxsize=_RESOLVED_KEPT)
def resolve_resin(text: str) -> Resin:
    """Return the resin that ``text`` names: a code, a name or an alias, in any case and with any punctuation.

    Fillers at its end are noted and left out of the code (``PP-GF30`` is PP), and a blend of known resins is known by
    its parts (``PC/PMMA``). What is unknown passes through with its text, marked; so does whatever has more than 100
    characters or four fillers.
    """
    given = text.strip()
    unknown = Resin(given, None, None, given, known=False)
    if len(given) > _MOST_CHARACTERS:
        return unknown
    base, fillers = given, []
    found = _named(base, given)
    while found is None and len(fillers) < _MOST_FILLERS and (filler := _FILLER.search(base)):
        fillers.insert(0, re.sub(r"[ %()-]", "", filler[0]).upper())
        base = base[: filler.start()].rstrip(_SEPARATORS)
        found = _named(base, given, "+".join(fillers))
    return found or unknown


def same_family(first: str, second: str) -> bool:
    """Return whether two codes are of one family; unknown ones are of none."""
    families = resolve_resin(first).family, resolve_resin(second).family
    return families[0] is not None and families[0] == families[1]


@cache
def resins() -> dict[str, _Entry]:
    """Return what ``resins.yaml`` holds, by code.

    Raises:
        pydantic.ValidationError: An entry has a field that is missing, unknown or of the wrong type.
    """
    entries: dict[str, object] = yaml.safe_load(RESINS_FILE.read_text(encoding="utf-8"))
    return {code: _Entry.model_validate(entry) for code, entry in entries.items()}


@cache
def _codes_by_key() -> dict[str, str]:
    """Every way to write a code, a name or an alias.

    Raises:
        ValueError: Two resins share one.
    """
    codes: dict[str, str] = {}
    for code, entry in resins().items():
        for text in (code, entry.name, *entry.aliases):
            if codes.setdefault(_key(text), code) != code:
                raise ValueError(f"{text!r} stands for {codes[_key(text)]} and for {code} in {RESINS_FILE.name}")
    return codes


def _key(text: str) -> str:
    """Letters and digits only: neither case nor punctuation nor a trade mark's sign tells resins apart."""
    plain = unicodedata.normalize("NFKC", re.sub("[®™]", "", text)).casefold()
    return "".join(character for character in plain if character.isalnum())


def _named(text: str, given: str, filler: str | None = None) -> Resin | None:
    code = _codes_by_key().get(_key(text))
    if code is not None:
        entry = resins()[code]
        return Resin(code, entry.name, entry.family, given, known=True, filler=filler)
    parts = [_codes_by_key().get(_key(part)) for part in _BLEND.split(text)]
    codes = [part for part in parts if part is not None]
    if len(codes) < 2 or len(codes) < len(parts):
        return None
    # The larger part stands first and gives a blend its character.
    name = f"{' and '.join(resins()[part].name for part in codes)} blend"
    return Resin("+".join(codes), name, resins()[codes[0]].family, given, known=True, filler=filler)
