"""What the names of columns say: which of them are Material, L*, a* and b*, and for which light they hold."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from shared.search.lab_table.lights import LIGHT, TOLD_BESIDE, is_light, lights_of, names_the_light
from shared.search.lab_table.text import UnusableLabTable
from shared.search.lab_table.words import LONGEST_NAME, plain_name, words_of

COLUMNS = ("Material", "L*", "a*", "b*")

_SPACE = frozenset({"cie", "lab", "cielab", "l*a*b*", "lab*"})
_NAMES_KEPT = 4096
_NUMBER = r"id|ids|ident|identifier|kennung|key|code|codice|codigo|kode"
_RUNNING = rf"{_NUMBER}|no|nr|num|number|nummer|numero|n"
_NAME = r"name|bezeichnung|nom|nombre|nome|designation|denominazione"
_MATERIAL = r"materials?|materialien|materiau|materiale|materiali|werkstoff|mat"
_REFERENCE = r"(?:erenz|erence|erencia)?|riferimento"
_ARTICLE = (
    rf"artikel|article|articulo|articolo|items?|products?|produkt|produit|producto|prodotto|part|sku|ref{_REFERENCE}"
)
_SAMPLE = r"samples?|specimen|proben?|muster|echantillon|muestra|campione|provino"
_FILLERS = frozenset({"de", "du", "des", "der", "die", "das", "d", "l", "del", "della", "dell", "di", "of", "the"})
# The best name first; where two columns have names that are as good, nobody can say which is meant.
_MATERIAL_NAMES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_MATERIAL}",
        rf"(?:{_MATERIAL})(?:{_RUNNING})|(?:{_RUNNING})(?:{_MATERIAL})",
        rf"(?:{_ARTICLE})(?:{_RUNNING})|(?:{_RUNNING})(?:{_ARTICLE})",
        rf"{_ARTICLE}",
        rf"(?:{_SAMPLE})(?:{_RUNNING})|(?:{_RUNNING})(?:{_SAMPLE})",
        rf"{_SAMPLE}|{_NUMBER}",
        rf"(?:{_MATERIAL})(?:{_NAME})|(?:{_NAME})(?:{_MATERIAL})",
        rf"(?:{_ARTICLE})(?:{_NAME})|(?:{_NAME})(?:{_ARTICLE})",
        rf"(?:{_SAMPLE}|data)(?:{_NAME})|(?:{_NAME})(?:{_SAMPLE})",
        rf"{_NAME}",
    )
)


@dataclass(frozen=True)
class Header:
    """Where the columns stand in a row of ``width`` cells: ``positions`` of Material, L*, a*, b*, and of the column
    that names the light of each row, if there is one. ``lights``: those that the names tell, such as D65/10."""

    positions: tuple[int, int, int, int]
    width: int
    light_position: int | None
    lights: frozenset[str]

    @property
    def places(self) -> tuple[int | None, ...]:
        """The positions of Material, L*, a*, b* and the light."""
        return (*self.positions, self.light_position)


@dataclass(frozen=True)
class _Colour:
    """One name of L*, a* or b*; ``sure`` where it is no mere letter."""

    column: str
    sure: bool
    lights: frozenset[str]


def header_of(cells: Sequence[str], line: int) -> Header | None:
    """Return where the columns are, None where one is missing.

    Delta columns, LCh, XYZ and RGB are none of them. Of mere letters and names with an asterisk the latter are taken.

    Raises:
        UnusableLabTable: All are there, and one more than once: for two lights, or by two names of a material.
    """
    found = columns_in(cells)
    if any(not found[column] for column in COLUMNS):
        return None
    if twice := [column for column in COLUMNS if len(found[column]) > 1]:
        names = ", ".join(repr(cells[place].strip()[:LONGEST_NAME]) for column in twice for place in found[column][:4])
        raise UnusableLabTable(
            f"the Lab table has more than one column {', '.join(twice)} (line {line}: {names}):"
            " leave the one that is meant, for L*, a*, b* that of D65"
        )
    colours = [_colour(cells[found[column][0]]) for column in COLUMNS[1:]]
    material, lightness, red, blue = (found[column][0] for column in COLUMNS)
    named = [place for place, cell in enumerate(cells) if names_the_light(cell)]
    return Header(
        (material, lightness, red, blue),
        len(cells),
        named[0] if named else None,
        frozenset(light for colour in colours if colour is not None for light in colour.lights),
    )


def columns_in(cells: Sequence[str]) -> dict[str, list[int]]:
    """Return the positions that each of the four columns may have."""
    colours = [(place, colour) for place, cell in enumerate(cells) if (colour := _colour(cell)) is not None]
    sure = [(place, colour) for place, colour in colours if colour.sure]
    if {colour.column for _, colour in sure} == set(COLUMNS[1:]):
        colours = sure
    else:
        colours = [(place, colour) for place, colour in colours if colour.sure or not _is_of_rgb(cells, place)]
    found: dict[str, list[int]] = {COLUMNS[0]: _materials_in(cells)}
    for column in COLUMNS[1:]:
        found[column] = [place for place, colour in colours if colour.column == column]
    if len(found["a*"]) == len(found["b*"]) == 1 and not _alike(cells[found["a*"][0]], cells[found["b*"][0]]):
        found["b*"] = []
    return found


def names_colours(cells: Sequence[str]) -> bool:
    """Tell whether a row is a header, even of a table without some of the columns, such as one of LCh."""
    colours = [colour for cell in cells if (colour := _colour(cell)) is not None]
    return len(colours) > 1 or (any(colour.sure for colour in colours) and bool(_materials_in(cells)))


def lights_beside(cells: Sequence[str], header: Header) -> frozenset[str]:
    """Return the lights that a row directly above or below the header gives for L*, a*, b*, as units are given."""
    of_lightness, *others = [cells[place].strip() if place < len(cells) else "" for place in header.positions[1:]]
    is_of_all = all(cell in ("", of_lightness) for cell in others)
    return lights_of(of_lightness) if is_of_all and is_light(of_lightness) else frozenset()


def _colour(name: str) -> _Colour | None:
    return _known_colour(name) if len(name) <= 2 * LONGEST_NAME else None


@lru_cache(_NAMES_KEPT)
def _known_colour(name: str) -> _Colour | None:
    words = words_of(plain_name(name))
    if words is None:
        return None
    sure = [word for word in words if word in ("l*", "a*", "b*")]
    letter = sure[0] if sure else next((word for word in words if word in ("l", "a", "b")), None)
    if letter is None or len(sure) > 1:
        return None
    words.remove(letter)
    is_sure = bool(sure) or not _SPACE.isdisjoint(words)
    rest = [word for word in words if word not in _SPACE and word not in TOLD_BESIDE]
    if not all(word.isdigit() or (LIGHT.fullmatch(word) and (is_sure or len(word) > 1)) for word in rest):
        return None
    column = "L*" if letter[0] == "l" else f"{letter[0]}*"
    return _Colour(column, is_sure, lights_of(" ".join(rest)))


def _is_of_rgb(cells: Sequence[str], place: int) -> bool:
    return cells[place].strip() == "B" and {"R", "G"} <= {cell.strip() for cell in cells}


def _alike(red: str, blue: str) -> bool:
    """A mere letter pairs with one of its own case, as B may be blue, a breadth or a batch."""
    kinds = [_colour(name) for name in (red, blue)]
    sure = [kind is not None and kind.sure for kind in kinds]
    return all(sure) or (not any(sure) and red.isupper() == blue.isupper())


@lru_cache(_NAMES_KEPT)
def _rank_of_material(name: str) -> int | None:
    plain = plain_name(name).replace("#", " no ")
    letters = "".join(word for word in re.findall(r"[a-z]+|\d+", plain) if word not in _FILLERS)
    return next((rank for rank, pattern in enumerate(_MATERIAL_NAMES) if pattern.fullmatch(letters)), None)


def _materials_in(cells: Sequence[str]) -> list[int]:
    exact = [place for place, cell in enumerate(cells) if cell.strip() == COLUMNS[0]]
    if exact:
        return exact
    ranks = [
        (rank, place)
        for place, cell in enumerate(cells)
        if (rank := _rank_of_material(cell[:LONGEST_NAME])) is not None
    ]
    best = min(ranks, default=(0, 0))[0]
    return [place for rank, place in ranks if rank == best]
