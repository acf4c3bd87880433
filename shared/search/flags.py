"""How far a material answers each wish of a request. ``WISHES`` says which field of the request drives which flag.

Wishes are free text and read leniently; one that cannot be read is ``unknown``, never a guess.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, cast

from shared.colour.bands import band_of
from shared.colour.cmc import delta_e_cmc
from shared.search.contracts import Flags, LabValues, Material, Met, RequestBlock, RequestText, SearchRequest
from shared.search.payload import RESIN_FIELD
from shared.search.resins import resolve_resin, same_family

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

OneOf = Literal["met", "not_met", "unknown"]
Attributes = Mapping[str, Any]

_OPACITIES: Mapping[str, str] = MappingProxyType(
    {
        "opaque": "opaque",
        "translucent": "translucent",
        "semitransparent": "translucent",
        "transparent": "transparent",
        "clear": "transparent",
    }
)
_NEGATION = re.compile(r"\b(?:not?|non|without)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_FAHRENHEIT = re.compile(r"\d\s*(?:°\s*)?F\b", re.IGNORECASE)
_SEPARATOR = re.compile(r"[,;|\n]|\band\b", re.IGNORECASE)
# Plastics are processed below 450 degrees C; blue wools are numbered 1 to 8 (ISO 105-B01).
_HOTTEST_C = 600.0
_BLUE_WOOLS = (1.0, 8.0)
# "EU" begins too much.
_SHORTEST_PREFIX = 4


class _Approval(NamedTuple):
    """An approval by its words, and by its letters and digits without what stands between them."""

    words: frozenset[str]
    letters: str


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
    flag = flag_of(wish)
    return _JUDGES[flag](wish.text.strip(), _ANY_ATTRIBUTE[flag]) != "unknown"


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


def stands_in(resin: str | None, stand_ins: Collection[str]) -> bool:
    """Return whether a material's resin is one of the codes that take the place of the one asked for."""
    return bool(stand_ins) and resin is not None and resolve_resin(resin).code in stand_ins


def opacity(wish: str, attribute: object) -> OneOf:
    """Return whether a material is what was wished for: opaque, translucent or transparent (or clear), or one of
    several of these."""
    wanted, found = _opacities(wish), _opacities(attribute)
    if not wanted or len(found) != 1 or _NEGATION.search(wish):
        return "unknown"
    return "met" if found <= wanted else "not_met"


def heat_stability(wish: str, attribute: object) -> OneOf:
    """Return whether a material stands the temperature wished for, in degrees C unless the wish says F.

    Of a range such as "240-260" the wish means its upper end, and the material is trusted up to its lower one.
    """
    wanted, found = _temperatures(wish), _temperatures(attribute)
    if not wanted or not found:
        return "unknown"
    return "met" if min(found) >= max(wanted) else "not_met"


def light_fastness(wish: str, attribute: object) -> OneOf:
    """Return whether a material reaches the step of the blue wool scale, 1 to 8, that was wished for.

    Of a range such as "7-8" the lower end counts, of the wish and of the material.
    """
    wanted, found = _blue_wools(wish), _blue_wools(attribute)
    if not wanted or not found:
        return "unknown"
    return "met" if min(found) >= min(wanted) else "not_met"


def regulatory(wish: str, attribute: object) -> Literal["met", "partly", "not_met", "unknown"]:
    """Return whether a material has every approval wished for, some, or none.

    Wishes are separated by commas, semicolons, bars, lines or "and". An approval answers a wish if all words of the one
    are among those of the other, or if it begins like the wish but for blanks and signs: "FDA", "FDA compliant" and
    "UL94 V0" find "FDA food contact", "FDA" and "UL 94 V-0".
    """
    wanted = _approvals(_SEPARATOR.split(wish))
    approvals = _approvals(cast("list[object]", attribute) if isinstance(attribute, list) else [])
    if not wanted or not approvals or _NEGATION.search(wish):
        return "unknown"
    met = sum(any(_answers(approval, each) for approval in approvals) for each in wanted)
    if met == len(wanted):
        return "met"
    return "partly" if met else "not_met"


_JUDGES: Mapping[str, Callable[[str, object], Met]] = MappingProxyType(
    {
        "opacity": opacity,
        "heat_stability": heat_stability,
        "light_fastness": light_fastness,
        "regulatory": regulatory,
    }
)
_ANY_ATTRIBUTE: Mapping[str, object] = MappingProxyType(
    {"opacity": "opaque", "heat_stability": "200", "light_fastness": "5", "regulatory": ["any"]}
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


def _approvals(texts: Iterable[object]) -> list[_Approval]:
    """What each text names, those without a word left out."""
    words = ([word.casefold() for word in _WORD.findall(str(text))] for text in texts)
    return [_Approval(frozenset(each), "".join(each)) for each in words if each]


def _answers(approval: _Approval, wish: _Approval) -> bool:
    if wish.words <= approval.words or approval.words <= wish.words:
        return True
    return len(wish.letters) >= _SHORTEST_PREFIX and approval.letters.startswith(wish.letters)


def _opacities(text: object) -> set[str]:
    return {_OPACITIES[word] for word in _words(str(text or "").replace("-", "")) if word in _OPACITIES}


def _temperatures(text: object) -> list[float]:
    numbers = _numbers(text)
    if _FAHRENHEIT.search(str(text)):
        numbers = [(number - 32) / 1.8 for number in numbers]
    return numbers if all(0 < number <= _HOTTEST_C for number in numbers) else []


def _blue_wools(text: object) -> list[float]:
    numbers = _numbers(text)
    return numbers if all(_BLUE_WOOLS[0] <= number <= _BLUE_WOOLS[1] for number in numbers) else []


def _numbers(text: object) -> list[float]:
    return [float(number.replace(",", ".")) for number in _NUMBER.findall(str(text or "")[:500])]


def _words(text: object) -> frozenset[str]:
    return frozenset(word.casefold() for word in _WORD.findall(str(text)))
