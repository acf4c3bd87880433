"""``python -m data.build_catalogue``: make materials.csv and MTL_Lab_active.csv again, bit for bit.

The colours are published ones; what is said of each material besides is made up, the same way every time, and named in
its ``sample_attributes``. data/README.md has sources and limits.
"""

import argparse
import csv
import warnings
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from shared.colour.hue_words import HueWords, hue_words
from shared.colour.lab import Lab
from shared.search.lab_table import COLUMNS as LAB_COLUMNS
from shared.search.resins import Resin, resolve_resin

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns of optional packages that it lacks
    import colour
    from colour.notation.datasets.munsell import MUNSELL_COLOURS_REAL

FOLDER = Path(__file__).parent
MATERIALS, LAB_VALUES = "materials.csv", "MTL_Lab_active.csv"
COLUMNS: tuple[str, ...] = (
    "id",
    "name",
    "resin",
    "resin_family",
    "colour_words",
    "hue_family",
    "description",
    "L",
    "a",
    "b",
    "opacity",
    "heat_stability",
    "light_fastness",
    "regulatory",
    "sample_attributes",
    "source",
)
SAMPLE_ATTRIBUTES = ("resin", "opacity", "heat_stability", "light_fastness", "regulatory")

# The renotation reaches to the limits of physics, paints and plastics do not: the glossy Munsell Book ends about here.
_HIGHEST_CHROMA = 16
# Pale and greyish shades are sold in more resins than vivid ones.
_PALE_CHROMA = 4
# The renotation's Y is relative to magnesium oxide, whose reflectance is 0.975 (ASTM D1535).
_MAGNESIUM_OXIDE = 0.975

_T = TypeVar("_T")


class _Plastic(NamedTuple):
    """``share``: how often it is picked; ``moulded_at_c``: the usual melt temperature; ``clear``: it may be clear."""

    share: int
    moulded_at_c: int
    clear: bool = False


_PLASTICS = {
    "PP": _Plastic(14, 240),
    "ABS": _Plastic(7, 240),
    "PE-HD": _Plastic(3, 220),
    "PA6": _Plastic(3, 260),
    "PC": _Plastic(3, 300, clear=True),
    "PA66": _Plastic(2, 280),
    "PBT": _Plastic(2, 260),
    "PC+ABS": _Plastic(2, 260),
    "PMMA": _Plastic(2, 240, clear=True),
    "POM": _Plastic(2, 200),
    "PS": _Plastic(2, 220, clear=True),
    "PVC-U": _Plastic(2, 200),
    "ASA": _Plastic(1, 240),
    "PE-LD": _Plastic(1, 200),
    "PET": _Plastic(1, 280, clear=True),
    "SAN": _Plastic(1, 240, clear=True),
    "TPU": _Plastic(1, 220),
}
_APPROVALS = (
    "EU 10/2011 food contact",
    "FDA food contact",
    "EN 71-3 toys",
    "RoHS",
    "REACH",
    "UL 94 V-0",
    "ISO 10993 medical",
)


class _Chip(NamedTuple):
    """A published colour. ``hue``: such as ``2.5PB``, or ``N`` for a neutral."""

    hue: str
    value: int
    chroma: int
    xyy: tuple[float, float, float]

    @property
    def notation(self) -> str:
        return f"{self.hue} {self.value}/{self.chroma or ''}"

    @property
    def id(self) -> str:
        return f"{self.hue.replace('.', '_')}-{self.value}" + (f"-{self.chroma}" if self.chroma else "")


def build(folder: Path) -> int:
    """Write both files into ``folder`` and return how many materials they hold."""
    rows = list(_rows())
    with (folder / MATERIALS).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    with (folder / LAB_VALUES).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(LAB_COLUMNS)
        table.writerows((row["id"], row["L"], row["a"], row["b"]) for row in rows)
    return len(rows)


def lab_d65_10(xyy: "np.typing.ArrayLike") -> np.ndarray:
    """Return L*, a*, b* for D65 and the 10 degree observer, from the renotation's xyY for C and 2 degrees.

    Y is brought to the perfect diffuser, XYZ adapted from the white of C/2 degrees to that of D65/10 degrees by von
    Kries with CAT16 (Li et al. 2017; CIE 248:2022), L*a*b* taken relative to the latter. Grey stays grey. It is an
    estimate: without spectra nobody knows what the other observer sees.
    """
    scaled = np.asarray(xyy, dtype=np.float64) * (1, 1, _MAGNESIUM_OXIDE / 100)
    c_2 = colour.CCS_ILLUMINANTS["CIE 1931 2 Degree Standard Observer"]["C"]
    d65_10 = colour.CCS_ILLUMINANTS["CIE 1964 10 Degree Standard Observer"]["D65"]
    adapted = colour.chromatic_adaptation(
        colour.xyY_to_XYZ(scaled),
        colour.xy_to_XYZ(c_2),
        colour.xy_to_XYZ(d65_10),
        method="Von Kries",
        transform="CAT16",
    )
    return colour.XYZ_to_Lab(adapted, d65_10)


def _chips() -> list[_Chip]:
    """The renotation's real colours as far as plastics go, and the neutrals at its values."""
    chips = [
        _Chip(hue, int(value), int(chroma), tuple(xyy.tolist()))
        for (hue, value, chroma), xyy in MUNSELL_COLOURS_REAL
        if chroma <= _HIGHEST_CHROMA
    ]
    # A neutral has the chromaticity of the illuminant, by definition.
    x, y = colour.CCS_ILLUMINANTS["CIE 1931 2 Degree Standard Observer"]["C"].tolist()
    luminances = {chip.value: chip.xyy[2] for chip in chips}
    chips += [_Chip("N", value, 0, (x, y, luminance)) for value, luminance in luminances.items()]
    return chips


def _rows() -> Iterator[dict[str, str]]:
    chips = _chips()
    # Two decimals, as instruments report; a zero without a sign, as people write it.
    labs = np.round(lab_d65_10([chip.xyy for chip in chips]), 2) + 0.0
    for chip, values in zip(chips, labs.tolist(), strict=True):
        lab = Lab(*values)
        for code in _resins_of(chip):
            yield _row(chip, lab, resolve_resin(code))


def _row(chip: _Chip, lab: Lab, resin: Resin) -> dict[str, str]:
    words = hue_words(lab)
    material_id = f"{chip.id}-{resin.code.replace('+', '_')}"
    plastic = _PLASTICS[resin.code]
    opacity = _picked(
        (material_id, "opacity"),
        ("transparent", "translucent", "opaque") if plastic.clear else ("opaque", "opaque", "opaque", "translucent"),
    )
    heat_c = plastic.moulded_at_c + _picked((material_id, "heat"), (-20, 0, 20, 40))
    fastness = _picked((material_id, "light"), (5, 6, 6, 7, 7, 7, 8, 8))
    approvals = [text for text in _APPROVALS if _picked((material_id, text), (True, False, False))]
    sample = {
        "opacity": opacity,
        "heat_stability": f"{heat_c} °C",
        "light_fastness": str(fastness),
        "regulatory": "|".join(approvals),
    }
    return {
        "id": material_id,
        "name": f"{words.name.capitalize()} {resin.code}, {chip.notation}",
        "resin": resin.code,
        "resin_family": resin.family or "",
        "colour_words": words.text,
        "hue_family": words.family,
        "description": _description(chip, lab, words, resin, sample),
        "L": f"{lab.L:.2f}",
        "a": f"{lab.a:.2f}",
        "b": f"{lab.b:.2f}",
        **sample,
        "sample_attributes": "|".join(SAMPLE_ATTRIBUTES),
        "source": f"Munsell {chip.notation}",
    }


def _description(chip: _Chip, lab: Lab, words: HueWords, resin: Resin, sample: dict[str, str]) -> str:
    name = resin.name or resin.code
    approvals = sample["regulatory"].replace("|", ", ") or "no approvals"
    return (
        f"{name[0].upper()}{name[1:]} coloured {words.text}: L* {lab.L:.2f}, a* {lab.a:.2f}, b* {lab.b:.2f} (D65/10°), "
        f"Munsell {chip.notation}. {sample['opacity'].capitalize()}, heat stable up to {sample['heat_stability']}, "
        f"light fastness {sample['light_fastness']} of 8 (blue wool); {approvals}. All but the colour is a sample."
    )


def _resins_of(chip: _Chip) -> list[str]:
    """Two resins that differ, three for a pale or greyish colour."""
    pool = [code for code, plastic in _PLASTICS.items() for _ in range(plastic.share)]
    codes: list[str] = []
    draw = 0
    while len(codes) < (3 if chip.chroma <= _PALE_CHROMA else 2):
        code = _picked((chip.id, f"resin {draw}"), pool)
        draw += 1
        if code not in codes:
            codes.append(code)
    return codes


def _picked(about: tuple[str, str], choices: Sequence[_T]) -> _T:
    """One of ``choices`` by a hash: the same for ever, and no other material's pick changes it."""
    digest = blake2b("\0".join(about).encode(), digest_size=8).digest()
    return choices[int.from_bytes(digest, "big") % len(choices)]


def main() -> None:
    """Build the catalogue beside this file, or where ``--to`` says."""
    parser = argparse.ArgumentParser(prog="python -m data.build_catalogue", description=__doc__)
    parser.add_argument("--to", type=Path, default=FOLDER, metavar="FOLDER", help="default: beside this program")
    build(parser.parse_args().to)


if __name__ == "__main__":
    main()
