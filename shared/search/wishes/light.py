"""Whether a material reaches the light fastness that was wished for, on the blue wool scale."""

import math
import re
from functools import lru_cache

from shared.search.wishes.texts import OneOf, folded, is_negated, without_standards, words_of

# Blue wools are numbered 1 to 8 (ISO 105-B01).
_FIRST, _LAST = 1.0, 8.0
# Grey scales (ISO 105-A02 and A03, 1 to 5) rate a change of colour; AATCC has a scale of its own.
_OTHER_SCALE = re.compile(r"gr[ae]y|grau|\bgris|grigi|aatcc|\b105[\s.:/-]{0,3}a\s?0|\ba\s?0[23]\b")
_GLUED = re.compile(r"\b(bws?|lf|bw|stufe|note)(?=\d)")
_NUMBER = re.compile(
    r"(?<![a-z\d.,])(?P<number>\d+(?:[.,]\d+)?)(?![.,]?\d)(?![a-z])"
    r"(?P<other>\s?(?:%|(?:h|hrs?|hours?|stunden|std|heures?|horas?|ore|days?|tage|jours?|dias?|giorni|weeks?|wochen|months?"
    r"|monate|mois|meses|mesi|years?|jahre?|ans?|anos?|anni|min|minutes?|mm|nm|kj|mj|kly|w|klx|lux)\b))?"
)
# "6 of 8" and "7/8" alike: the first is the lower end.
_TO = re.compile(
    r"\s*(?:[-\u2013\u2014\u2212/~]|\.\.+|…|to|bis|a|al|hasta|or|oder|ou|o|u|und|and|et|y|e"
    r"|of|out of|von|sur|de|su|on|auf)\s*"
)
_BELOW = re.compile(
    r"[<≤]|\b(?:less than|lower than|below|under|unter|unterhalb|weniger als|moins de|inferieure? a|menos de|meno di"
    r"|inferiore? a|sotto|max|maximum|maximal|maximo|massimo|at most|hochstens|au plus|up to|bis zu"
    r"|jusqu.?a|hasta|fino a|or less|or lower|or below|oder weniger|oder niedriger|ou moins|o menos|o meno)\b|^\s*bis\b"
)
_ABOVE = re.compile(
    r"(?:>(?!\s*=)|\b(?:(?:more|greater|higher|better|larger) than|above|over|uber|mehr als|hoher als|besser als"
    r"|grosser als|oberhalb(?: von)?|plus (?:de|que)|superieure? a|au.dessus de|meilleure? que"
    r"|mas (?:de|que)|mayor (?:de|que|a)"
    r"|superior a|por encima de|mejor que|piu (?:di|che)|maggiore (?:di|a)|superiore a|oltre|sopra|meglio di)"
    r")\s*(?:il |la |le |el |les |stufe |note |grade |step |rating )?$"
)
_CONTEXT = 32


def light_wanted(wish: object) -> float | None:
    """Return the step of the blue wool scale that a text asks for or tells of, None where it names none.

    Of a range the lower end; of "more than 6" the next step.
    """
    return _read(folded(wish))


def light_fastness(wish: str, attribute: object) -> OneOf:
    """Return whether a material reaches the step of the blue wool scale, 1 to 8, that was wished for.

    Of a range such as "7-8" the lower end counts, of the wish and of the material.
    """
    wanted, found = light_wanted(wish), light_wanted(attribute)
    if wanted is None or found is None:
        return "unknown"
    return "met" if found >= wanted else "not_met"


@lru_cache(maxsize=512)
def _read(text: str) -> float | None:
    if _OTHER_SCALE.search(text):
        return None
    text = _GLUED.sub(r"\1 ", without_standards(text)).replace("≥", ">=").replace("=>", ">=")
    if is_negated(words_of(text)) or _BELOW.search(text):
        return None
    steps = _steps(text)
    # Numbers apart from each other: nobody knows which of them is the rating.
    if len(steps) != 1:
        return None
    (step,) = steps
    return step if _FIRST <= step <= _LAST else None


def _steps(text: str) -> set[float]:
    """Return the lower ends of all ranges, the scale itself ("1-8") left out. Numbers off the scale are infinite."""
    numbers = [match for match in _NUMBER.finditer(text) if not match["other"]]
    ranges: list[list[re.Match[str]]] = []
    for match in numbers:
        if ranges and _TO.fullmatch(text, ranges[-1][-1].end(), match.start()):
            ranges[-1].append(match)
        else:
            ranges.append([match])
    return {_step(text, each) for each in ranges if [_value(match) for match in each] != [_FIRST, _LAST]}


def _step(text: str, matches: list[re.Match[str]]) -> float:
    values = [_value(match) for match in matches]
    if not all(_FIRST <= value <= _LAST for value in values):
        return math.inf
    start = matches[0].start()
    above = _ABOVE.search(text[max(0, start - _CONTEXT) : start])
    return math.floor(min(values)) + 1.0 if above else min(values)


def _value(match: re.Match[str]) -> float:
    return float(match["number"].replace(",", "."))
