"""The table that the bench prints and keeps in docs/benchmarks.md."""

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Row:
    """One comparison. ``ratio`` says how ours stands to the other; ``aim`` is what we want it to be."""

    name: str
    ours: str
    beside: str
    ratio: str
    aim: str


def table(rows: Sequence[Row], machine: str) -> str:
    """Rows as Markdown, with the machine they were measured on."""
    lines = ["| What | Fanwise | Beside | Ratio | Aim |", "|---|---|---|---|---|"]
    lines += [f"| {row.name} | {row.ours} | {row.beside} | {row.ratio} | {row.aim} |" for row in rows]
    return "\n".join([*lines, "", machine])


def keep(name: str, rows: Sequence[Row], machine: str) -> None:
    """Put the table of one measurement between its markers in docs/benchmarks.md.

    Raises:
        ValueError: The document has no such markers.
    """
    keep_text(name, table(rows, machine))


def keep_text(name: str, found: str) -> None:
    """Put what one measurement found, as Markdown, between its markers in docs/benchmarks.md.

    Raises:
        ValueError: The document has no such markers.
    """
    text = DOCUMENT.read_text(encoding="utf-8")
    begin, end = f"<!-- bench: {name} -->", f"<!-- end of bench: {name} -->"
    before, found_begin, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"{DOCUMENT} has no markers {begin!r} and {end!r}")
    DOCUMENT.write_text(f"{before}{begin}\n{found}\n{end}{after}", encoding="utf-8")


def describe_machine() -> str:
    """The machine and how busy it is now; ask before a measurement, which makes it busy itself."""
    python = ".".join(map(str, sys.version_info[:3]))
    load = f", load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    today = datetime.now(UTC).date().isoformat()
    return f"{today}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores{load}, Python {python}."
