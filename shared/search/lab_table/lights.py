"""For which light the colours of a Lab table hold, as its header and the lines around its rows tell."""

import re
from collections.abc import Mapping, Sequence

from shared.search.lab_table.text import UnusableLabTable
from shared.search.lab_table.words import LONGEST_NAME, plain_name, words_of

LIGHT = re.compile(r"d(?:50|55|65|75|93)|[ace]|fl?[0-9]{1,2}|tl8[0-9]|cwf|ul?30|u35|led[a-z0-9]*|inca")
# What is told beside a light or a colour, and changes nothing here.
TOLD_BESIDE = frozenset(
    [
        *("1976", "76", "sci", "sce", "spin", "spex", "rsin", "rsex", "m0", "m1", "m2", "m3"),
        *("value", "values", "wert", "werte", "valeur", "valeurs", "valor", "valore", "average", "avg", "mean"),
        *("mittelwert", "moyenne", "deg", "degree", "degrees", "grad", "degres", "gradi", "grados", "observer", "obs"),
        *("beobachter", "ill", "illuminant", "lightness", "helligkeit", "clarte", "luminosite", "luminosita"),
        *("luminosidad", "chiarezza", "claridad", "red", "green", "yellow", "blue", "rot", "grun", "gelb", "blau"),
        *("rouge", "vert", "jaune", "bleu"),
    ]
)

_OBSERVERS = {"2": "2", "1931": "2", "10": "10", "1964": "10"}
_LIGHT_IS_NAMED = re.compile(
    r"(?:standard |norm)?(?:ill?umin[a-z]*|licht(?:art)?\b|lichtquelle|light source|source lumineuse|eclairage)"
)
_OBSERVER_IS_NAMED = re.compile(r"(?:observer|beobachter|observateur|osservatore|observador)\W{0,4}(2|10)\b")
_DAYLIGHT = re.compile(r"\bd ?(50|55|65|75)\b(?:\W{0,3}(2|10)\b)?")
_HUNTER = re.compile(r"(?:scale|skala|space|raum|espace|spazio|espacio)\W{0,4}hunter|hunter l\b")
_NO_LIGHT = frozenset({"", "-", "none", "keine", "off", "no", "n/a"})


def lights_in(rows: Sequence[tuple[int, Sequence[str]]]) -> dict[str, int]:
    """Return the lights that rows without colours name, such as ``Illuminant: D65/10``, with the lines of these rows.

    Raises:
        UnusableLabTable: The rows say that the colours are Hunter Lab.
    """
    lights: dict[str, int] = {}
    for number, (line, row) in enumerate(rows):
        text = plain_name(" ".join(row[:LONGEST_NAME])[: LONGEST_NAME * 20])
        if _HUNTER.search(text):
            raise UnusableLabTable(
                f"line {line} of the Lab table has {text[:LONGEST_NAME]!r}: that is not CIE L*, a*, b*"
            )
        below = rows[number + 1][1] if number + 1 < len(rows) else ()
        named = {_light_name(f"D{kind}", observer) for kind, observer in _DAYLIGHT.findall(text)}
        named |= _lights_by_keyword(row, below)
        if observer := _OBSERVER_IS_NAMED.search(text):
            named.add(_light_name("", observer[1]))
        lights |= dict.fromkeys(named - lights.keys(), line)
    return lights


def lights_of(text: str) -> frozenset[str]:
    """Return the lights that a short text names, such as D65/10."""
    words = words_of(plain_name(text[: 2 * LONGEST_NAME])) or []
    lights = [word.upper() for word in words if LIGHT.fullmatch(word)]
    observers = [_OBSERVERS[word] for word in words if word in _OBSERVERS]
    return frozenset(_light_name(light, observers[0] if len(observers) == 1 else "") for light in lights)


def is_light(text: str) -> bool:
    """Tell whether a text names a light and nothing else; CM-3700A does not."""
    words = words_of(plain_name(text[: 2 * LONGEST_NAME])) or []
    return all(LIGHT.fullmatch(word) or word in _OBSERVERS or word in TOLD_BESIDE for word in words)


def light_told(text: str) -> frozenset[str]:
    """Return the lights of a text that should name one; what is no known light is one all the same."""
    if lights := lights_of(text):
        return lights
    text = plain_name(text[:LONGEST_NAME])
    is_none = text in _NO_LIGHT or not re.search("[a-z]{2}", text) or bool(_OBSERVER_IS_NAMED.search(text))
    is_name = TOLD_BESIDE.issuperset(words_of(text) or [""]) or names_the_light(text)
    return frozenset() if is_none or is_name else frozenset({text.upper().replace("/", " ")})


def agreed_light(lights: Mapping[str, int]) -> str | None:
    """Return the one light of all, with its observer where one names it; None where nobody names a light.

    Raises:
        UnusableLabTable: It is another than D65, or there are several, or several observers.
    """
    kinds = {kind for light in lights if (kind := light.partition("/")[0])}
    observers = {observer for light in lights if (observer := light.partition("/")[2])}
    if kinds - {"D65"} or (kinds and len(observers) > 1):
        names = ", ".join(f"{light[:LONGEST_NAME]} (line {line})" for light, line in list(lights.items())[:4])
        raise UnusableLabTable(f"the Lab table names the illuminant {names}: L*, a*, b* must be those of D65 alone")
    return _light_name("D65", "".join(observers)) if kinds else None


def names_the_light(cell: str) -> bool:
    """Tell whether a cell is a name of what holds lights, such as Illuminant/Observer."""
    words = words_of(_LIGHT_IS_NAMED.sub("illuminant", plain_name(cell[: 2 * LONGEST_NAME])))
    return words is not None and "illuminant" in words and all(word in TOLD_BESIDE for word in words)


def _lights_by_keyword(row: Sequence[str], below: Sequence[str]) -> frozenset[str]:
    """What stands behind the word illuminant, in the next cell or, in a row of such words, in the cell below."""
    lights: frozenset[str] = frozenset()
    for place, cell in enumerate(row[:LONGEST_NAME]):
        plain = plain_name(cell[: 4 * LONGEST_NAME])
        if (keyword := _LIGHT_IS_NAMED.search(plain)) is None:
            continue
        told = plain[keyword.end() :]
        beside = [text for text in row[place + 1 :] if text.strip()]
        if not names_the_light(cell):
            lights |= lights_of(told) or (
                light_told(re.split("[:=]", told, maxsplit=1)[1]) if ":" in told else frozenset()
            )
        else:
            under = lights_of(below[place]) if place < len(below) else frozenset[str]()
            lights |= (lights_of(beside[0]) or under or light_told(beside[0])) if beside else under
    return lights


def _light_name(kind: str, observer: str) -> str:
    return f"{kind}/{observer}" if observer else kind
