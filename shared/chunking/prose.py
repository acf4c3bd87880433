"""Outlines of Markdown and of notebooks: headings say where to cut, and what a passage is about."""

import re
from collections.abc import Iterable, Sequence

from shared.chunking.outline import LONGEST_NAME, Definition, Outline, plain_levels

# Lines in a passage are worse to cut before than any heading, and those of a code block worse still.
_PASSAGE, _CODE = 7, 10
_FENCE = re.compile(r" {0,3}(```|~~~)")
_HEADING = re.compile(r"\ufeff? {0,3}(#{1,6})[ \t]+(\S.*)")
# In a notebook a line of text is a string of JSON.
_CELL_HEADING = re.compile(r'\s*"(#{1,6}) (\S.*)')
_CELL_KIND = re.compile(r'\s*"cell_type":')
_LONGEST_LINE = 1000


def markdown_outline(lines: Sequence[str]) -> Outline:
    """Return the outline of Markdown: cut before headings, the higher the better, and never inside code if possible."""
    levels = [_PASSAGE + level for level in plain_levels(lines)]
    headings: list[tuple[int, int, str]] = []
    fence = ""
    for number, line in enumerate(lines):
        if opened := _FENCE.match(line):
            if not fence:
                fence = opened[1]
                continue
            fence = "" if fence == opened[1] else fence
            levels[number] = _CODE + 1
        elif fence:
            levels[number] = _CODE
        elif heading := _HEADING.match(line[:_LONGEST_LINE]):
            depth = len(heading[1])
            levels[number] = depth - 1
            headings.append((number, depth, heading[2].rstrip("# \t\r\n")))
    return Outline(levels, _sections(headings, len(lines)))


def notebook_outline(lines: Sequence[str]) -> Outline | None:
    """Return the outline of a notebook's JSON: cut before cells; None where it is not written a value a line."""
    levels = [2 + level for level in plain_levels(lines)]
    headings: list[tuple[int, int, str]] = []
    cells = opening = 0
    for number, line in enumerate(lines):
        bare = line[:_LONGEST_LINE].strip()
        if bare == "{":
            opening = number
        elif _CELL_KIND.match(line[:_LONGEST_LINE]):
            levels[opening] = 0
            cells += 1
        elif heading := _CELL_HEADING.match(line[:_LONGEST_LINE]):
            headings.append(
                (number, len(heading[1]), heading[2].rstrip().removesuffix(",").rstrip('"').removesuffix("\\n"))
            )
    return Outline(levels, _sections(headings, len(lines))) if cells else None


def _sections(headings: Iterable[tuple[int, int, str]], lines: int) -> list[Definition]:
    """Return a definition for each heading; its section goes on to the next heading of its depth or above."""
    sections: list[Definition] = []
    opened: list[tuple[int, int, str]] = []
    for heading in [*headings, (lines, 0, "")]:
        number, depth, _ = heading
        while opened and opened[-1][1] >= depth:
            first, _, title = opened.pop()
            if title:
                sections.append(Definition(title[:LONGEST_NAME], first, number - 1))
        opened.append(heading)
    return sections
