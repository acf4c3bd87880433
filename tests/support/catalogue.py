"""Some of the catalogue's materials, so that a stack made for a test is quick to fill."""

import csv
from pathlib import Path

DATA = Path(__file__).parents[2] / "data"
# What the tests of whole searches find: every seventeenth material of the catalogue, some of every hue and resin.
MATERIALS = 300


def small_catalogue(folder: Path, count: int) -> Path:
    """Write about ``count`` materials, spread over the whole catalogue, with their Lab values; return the folder."""
    made = folder / "catalogue"
    made.mkdir()
    for name in ("materials.csv", "MTL_Lab_active.csv"):
        with (DATA / name).open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        with (made / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows[:: max(1, len(rows) // count)]])
    return made
