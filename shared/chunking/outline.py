"""Where a text may be cut, and which symbols are defined on which of its lines: what every kind of text comes down to.

Lines end with a line feed and are counted from 0. They keep their ends: joined, they are the text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

from shared.chunking.pieces import Chunk

# Signatures and type arguments can run on; what a header and an index need of a name is its beginning.
LONGEST_NAME = 100
# Of deep nesting the outermost and innermost symbols say most.
_OUTERMOST, _INNERMOST = 2, 6


@dataclass(frozen=True)
class Definition:
    """A symbol named on line ``named`` whose body ends with line ``last``."""

    name: str
    named: int
    last: int


@dataclass(frozen=True)
class Outline:
    """``levels[i]``: how bad it is to cut before line ``i``, from 0, which is best. ``definitions``: in any order."""

    levels: Sequence[int]
    definitions: Sequence[Definition] = ()


def lines_of(text: str) -> list[str]:
    """Return the lines of ``text`` with their line feeds. No other character ends a line, as editors count them."""
    lines = text.split("\n")
    last = lines.pop()
    kept = [f"{line}\n" for line in lines]
    return [*kept, last] if last else kept


def plain_levels(lines: Sequence[str]) -> list[int]:
    """Return the levels of a text of no known structure: best after a blank line, then where nothing is indented."""
    levels: list[int] = []
    blank = True
    for line in lines:
        if not line.strip():
            levels.append(3)
            blank = True
            continue
        levels.append(0 if blank else 2 if line[0] in " \t})]" else 1)
        blank = False
    return levels


def with_symbols(chunks: Sequence[Chunk], definitions: Sequence[Definition]) -> list[Chunk]:
    """Return ``chunks`` with the symbols around each and those that it defines.

    A symbol is defined by the chunk that its name's line begins in, and is around the later ones up to its last line.
    """
    waiting = sorted(definitions, key=lambda found: (found.named, -found.last))[::-1]
    around: list[Definition] = []
    symbols: list[Chunk] = []
    for piece in chunks:
        # A line belongs to the piece that it begins in.
        first = piece.start_line if piece.mid_line else piece.start_line - 1
        while around and around[-1].last < piece.start_line - 1:
            around.pop()
        innermost = max(_OUTERMOST, len(around) - _INNERMOST)
        scope = tuple(found.name for found in chain(around[:_OUTERMOST], around[innermost:]))
        defines: dict[str, None] = {}
        while waiting and waiting[-1].named < piece.end_line:
            found = waiting.pop()
            if found.named >= first:
                defines[found.name] = None
            while around and around[-1].last < found.named:
                around.pop()
            if found.last > found.named:
                around.append(found)
        symbols.append(replace(piece, scope=scope, defines=tuple(defines)))
    return symbols
