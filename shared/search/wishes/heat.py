"""Whether a material stands the temperature that was wished for."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from shared.search.wishes.texts import OneOf, folded, is_negated, without_standards, words_of

# Plastics are processed below 450 degrees C. A number below 50 without a unit is a rating or a count.
_HOTTEST_C = 600.0
_COLDEST_BARE_C = 50.0
# U+00BA, which many keyboards have for a degree sign, folds to an "o".
_DEGREE = r"(?:°|o(?=\s?[cfk]\b)|grad|degrees|degree|degres|degre|deg|grados|grado|gradi)"
_NUMBER = re.compile(
    r"(?<![a-z\d.,])(?P<number>\d+(?:[.,]\d+)?)(?![.,]?\d)\s*"
    rf"(?:(?P<degree>{_DEGREE})\.?\s*)?"
    r"(?P<unit>(?:celsius|centigrade|fahrenheit|farenheit|kelvin|[cfk])\b"
    r"|(?:min|mins|minutes?|minuten|minutos?|minuti|minuto|h|hrs?|hours?|stunden|stunde|std|heures?|horas?|ore|ora|s|sec|secs"
    r"|sek|seconds?|sekunden|secondes?|segundos?|secondi|days?|tage|jours?|dias?|giorni|x|mal|times|bar|mm|cm|kg|g|mpa"
    r"|ppm|phr|wt|kj|j|w|v|kv)\b|%|['\"\u2032\u2033])?"
)
_TO = re.compile(
    r"\s*(?:[-\u2013\u2014\u2212/~]|\.\.+|…|to|bis|a|al|hasta|fino a|jusqu.?a|und|and|or|oder|ou|o|et|y|e)\s*"
)
_SIGN = re.compile(r"(?:^|[^\d\s°cfk])\s*[-\u2212]\s?$|^\s*[-\u2212]\s?$")
_BELOW = re.compile(
    r"[<≤]|\b(?:less than|below|under|unter|unterhalb|weniger als|moins de|inferieure? a|menos de|meno di"
    r"|inferiore? a|sotto)\b"
)
_ABOVE = re.compile(
    r"(?:>(?!\s*=)|(?:more|greater|higher|better|hotter) than|above|over|uber|mehr als|hoher als"
    r"|oberhalb(?: von)?|plus de|superieure? a|au.dessus de|mas de|mayor (?:de|que|a)|superior a"
    r"|por encima de|piu di|maggiore di|superiore a"
    r"|oltre|sopra(?: i)?)\s*$"
)
_NAMED_UNIT = re.compile(r"(?:°|grad|deg|degrees)\s?(?P<letter>[fk])\b|(?P<word>fahrenheit|farenheit|kelvin)\b")
_LONE_UNIT = re.compile(r"\b[fk]\b")
_UNITS = {name: name[0] for name in ("c", "celsius", "centigrade", "f", "fahrenheit", "farenheit", "k", "kelvin")}
# What stands before a number is looked at this far back.
_CONTEXT = 24


class Temperatures(NamedTuple):
    """Lower and upper end in degrees C; ``above``: the temperature itself is not enough."""

    lowest: float
    highest: float
    above: bool = False


class _Found(NamedTuple):
    value: float
    unit: str
    start: int
    end: int


def heat_wanted(wish: object) -> Temperatures | None:
    """Return the temperatures that a text names, None where it names none that a plastic could stand."""
    return _read(folded(wish))


def heat_stability(wish: str, attribute: object) -> OneOf:
    """Return whether a material stands the temperature wished for, in degrees C unless the wish says F or K.

    Of a range such as "240-260" the wish means its upper end, and the material is trusted up to its lower one.
    """
    wanted, found = heat_wanted(wish), heat_wanted(attribute)
    if not wanted or not found:
        return "unknown"
    enough = found.lowest > wanted.highest if wanted.above else found.lowest >= wanted.highest
    return "met" if enough else "not_met"


@lru_cache(maxsize=512)
def _read(text: str) -> Temperatures | None:
    text = without_standards(text).replace("≥", ">=").replace("=>", ">=")
    if is_negated(words_of(text)) or _BELOW.search(text):
        return None
    numbers = [found for found in _with_units(text, list(_numbers(text))) if found.unit != "other"]
    stated = [found for found in numbers if found.unit]
    if not stated and _LONE_UNIT.search(text) and not _NAMED_UNIT.search(text):
        return None
    values = [
        value
        for found in stated or numbers
        if (value := _celsius(found.value, found.unit)) >= _COLDEST_BARE_C or found.unit
    ]
    if not values or not all(0 < value <= _HOTTEST_C for value in values):
        return None
    highest = max(values)
    above = any(
        _ABOVE.search(text[max(0, found.start - _CONTEXT) : found.start])
        for found in stated or numbers
        if _celsius(found.value, found.unit) == highest
    )
    return Temperatures(min(values), highest, above)


def _numbers(text: str) -> Iterator[_Found]:
    for match in _NUMBER.finditer(text):
        if _SIGN.search(text[max(0, match.start() - _CONTEXT) : match.start()]):
            continue
        unit = match["unit"] or ("c" if match["degree"] else "")
        unit = _UNITS.get(unit, "other") if unit else ""
        yield _Found(_value(match["number"]), unit, match.start(), match.end())


def _with_units(text: str, numbers: list[_Found]) -> list[_Found]:
    """Give the first numbers of ranges the unit of the last, and all that have none the unit that the text names."""
    named = _NAMED_UNIT.search(text) if not any(found.unit in {"c", "f", "k"} for found in numbers) else None
    unit = (named["letter"] or named["word"][0]) if named else ""
    units: list[_Found] = []
    after: _Found | None = None
    for found in reversed(numbers):
        if not found.unit and after and after.unit in {"c", "f", "k"} and _TO.fullmatch(text, found.end, after.start):
            after = found._replace(unit=after.unit)
        else:
            after = found._replace(unit=found.unit or unit)
        units.append(after)
    return units[::-1]


def _value(number: str) -> float:
    head, *tail = re.split(r"[.,]", number)
    # "1.000" and "1,000" are a thousand.
    return float(head + tail[0]) if tail and len(tail[0]) == 3 else float(number.replace(",", "."))


def _celsius(value: float, unit: str) -> float:
    if unit == "f":
        value = (value - 32) / 1.8
    elif unit == "k":
        value -= 273.15
    # 464 F are 240 degrees C and not the sixteenth digit more.
    return round(value, 2)
