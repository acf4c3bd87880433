"""docs/scale.md: its tables are written here, between markers; what stands around them is written by hand."""

from pathlib import Path

from bench.processes import ROOT
from bench.scale.figures import figures
from bench.scale.per_search import MEASURED, read_measured
from bench.scale.tables import tables

DOCUMENT = ROOT / "docs" / "scale.md"


def filled(text: str, measured: Path = MEASURED) -> str:
    """Return the document with every table as the measurement has it.

    Raises:
        ValueError: A table has no markers in it.
    """
    for name, table in tables(read_measured(measured), figures()).items():
        begin, end = f"<!-- scale: {name} -->", f"<!-- end of scale: {name} -->"
        before, found_begin, rest = text.partition(begin)
        _, found_end, after = rest.partition(end)
        if not (found_begin and found_end):
            raise ValueError(f"the document has no markers {begin!r} and {end!r}")
        text = f"{before}{begin}\n{table}\n{end}{after}"
    return text


def write_document() -> None:
    """Write the tables of the measurement that is kept into docs/scale.md."""
    DOCUMENT.write_text(filled(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
