"""How far a material answers each wish of a request. ``WISHES`` says which field of the request drives which flag.

Wishes are free text and read leniently; one that cannot be read is ``unknown``, never a guess.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal, cast

from shared.colour.bands import band_of
from shared.colour.cmc import delta_e_cmc
from shared.search.contracts import Flags, LabValues, Material, Met, RequestBlock, RequestText, SearchRequest
from shared.search.payload import RESIN_FIELD
from shared.search.resins import resolve_resin, same_family
from shared.search.wishes import (
    approvals_wanted,
    heat_stability,
    heat_wanted,
    light_fastness,
    light_wanted,
    opacity,
    opacity_wanted,
    regulatory,
)

WISHES: Mapping[str, str] = MappingProxyType(
    {
        "resin_match": RESIN_FIELD,
        "colour_match": "L, a, b",
        "opacity": "REQUEST_OPACITY",
        "heat_stability": "REQUEST_HEAT_STABILITY",
        "light_fastness": "REQUEST_LIGHT_FASTNESS",
        "regulatory": "REQUEST_REGULATORY",
    }
)
"""Field of the request that drives each flag. ``resin_match`` and those below ``colour_match`` need attributes."""

Attributes = Mapping[str, Any]


def needs_attributes(block: RequestBlock) -> bool:
    """Return whether a flag of this request rests on attributes that only the index knows."""
    fields = [field for flag, field in WISHES.items() if flag != "colour_match"]
    return any(block.request.text(field).strip() for field in fields)


def flags_of(block: RequestBlock, material: Material, attributes: Attributes) -> Flags:
    """Return the flags of one material. ``attributes``: what the index says of it, empty where it knows nothing."""
    request = block.request
    flags: dict[str, Any] = dict(answered_wishes(wishes_of(request), attributes))
    if block.resin:
        synonyms = [synonym.code for synonym in block.synonyms]
        flags["resin_match"] = resin_match(block.resin.code, synonyms, material.resin)
    if request.lab:
        flags["colour_match"] = _colour_match(request.lab, material.lab)
    in_order = {flag: flags[flag] for flag in WISHES if flag in flags}
    return Flags.model_validate({"id": material.id, **in_order, "sample": _samples(in_order, attributes)})


def wishes_of(request: SearchRequest) -> tuple[RequestText, ...]:
    """Return the texts of a request that a material's attributes answer."""
    return tuple(text for text in request.texts if text.field in _FLAG_OF and text.text.strip())


def answered_wishes(wishes: Iterable[RequestText], attributes: Attributes) -> dict[str, Met]:
    """Return how a material answers each wish, by the name of its flag. ``attributes``: what the index says of it."""
    return {(flag := flag_of(wish)): _JUDGES[flag](wish.text.strip(), attributes.get(flag)) for wish in wishes}


def is_readable(wish: RequestText) -> bool:
    """Return whether any attribute could answer a wish: one that cannot be read is met by nothing."""
    return bool(_WANTED[flag_of(wish)](wish.text.strip()))


def flag_of(wish: RequestText) -> str:
    """Return the name of the flag, and of the attribute, that answers a wish.

    Raises:
        KeyError: No attribute answers this field.
    """
    return _FLAG_OF[wish.field]


def resin_match(
    asked: str, synonyms: Iterable[str], resin: str | None
) -> Literal["exact", "synonym", "family", "none"]:
    """Return how a material's resin relates to the one asked for: itself, a synonym, of its family, or none of it.

    ``asked`` and ``synonyms`` are codes. All are compared by their ISO 1043-1 codes, fillers left out; unknown ones by
    their texts.
    """
    if not resin:
        return "none"
    code = resolve_resin(resin).code.casefold()
    if code == asked.casefold():
        return "exact"
    if code in {synonym.casefold() for synonym in synonyms}:
        return "synonym"
    return "family" if same_family(asked, resin) else "none"


def resin_kind(asked: str, synonyms: Iterable[str], stand_ins: Collection[str], resin: str | None) -> str:
    """Return the same, where one of ``stand_ins``, codes in place of the resin asked for, counts as exact."""
    if stand_ins and resin and resolve_resin(resin).code in stand_ins:
        return "exact"
    return resin_match(asked, synonyms, resin)


_JUDGES: Mapping[str, Callable[[str, object], Met]] = MappingProxyType(
    {
        "opacity": opacity,
        "heat_stability": heat_stability,
        "light_fastness": light_fastness,
        "regulatory": regulatory,
    }
)
_WANTED: Mapping[str, Callable[[str], object]] = MappingProxyType(
    {
        "opacity": opacity_wanted,
        "heat_stability": heat_wanted,
        "light_fastness": light_wanted,
        "regulatory": approvals_wanted,
    }
)
_FLAG_OF: Mapping[str, str] = MappingProxyType({WISHES[flag]: flag for flag in _JUDGES})


def _colour_match(asked: LabValues | None, lab: LabValues | None) -> str:
    if asked is None or lab is None:
        return "unknown"
    # Rounded as in the results, so that a flag never contradicts the dE beside it.
    return band_of(round(float(delta_e_cmc((asked.L, asked.a, asked.b), (lab.L, lab.a, lab.b))[0]), 4))


def _samples(flags: Mapping[str, object], attributes: Attributes) -> tuple[str, ...]:
    """The flags among ``flags`` whose attribute has no source."""
    marked = attributes.get("sample_attributes")
    names = {str(name).casefold() for name in cast("list[object]", marked)} if isinstance(marked, list) else set[str]()
    return tuple(flag for flag in flags if flag.removesuffix("_match") in names)
