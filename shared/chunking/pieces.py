"""A chunk: a piece of a text with the lines that it stands on and the symbols that it belongs to."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Chunk:
    """``start_line`` and ``end_line`` count from 1 and include both ends.

    ``scope``: the symbols around it, outermost first; ``defines``: the names that it defines itself. ``mid_line``: it
    starts inside a line.
    """

    text: str
    start_line: int
    end_line: int
    scope: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()
    mid_line: bool = False


def number_lines(pieces: Iterable[str], first_line: int = 1) -> list[Chunk]:
    """Give consecutive ``pieces`` of a text the lines they stand on, the first one starting at ``first_line``."""
    chunks: list[Chunk] = []
    line = first_line
    mid_line = False
    for piece in pieces:
        breaks = piece.count("\n")
        end = line + breaks
        # A piece that ends with a line break does not reach into the next line.
        whole = piece.endswith("\n")
        chunks.append(Chunk(piece, line, end - 1 if whole else end, mid_line=mid_line))
        line, mid_line = end, not whole
    return chunks
