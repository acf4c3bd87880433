"""Cut a text into chunks, the same way every time."""

from dataclasses import dataclass
from typing import Literal

from shared.chunking.chars import cut_chars
from shared.chunking.lines import cut_lines

ChunkMode = Literal["chars", "lines"]


@dataclass(frozen=True)
class Chunk:
    """``start_line`` and ``end_line`` count from 1 and include both ends."""

    text: str
    start_line: int
    end_line: int


def chunk(text: str, size: int, mode: ChunkMode) -> list[Chunk]:
    """Return the chunks of ``text`` in order; joined, they are ``text`` again.

    ``size``: code points per chunk in ``chars`` mode, aimed at in ``lines`` mode. An empty text has no chunks.
    """
    pieces = cut_chars(text, size) if mode == "chars" else cut_lines(text, size)
    return number_lines(pieces)


def number_lines(pieces: list[str], first_line: int = 1) -> list[Chunk]:
    """Give consecutive ``pieces`` of a text the lines they stand on, the first one starting at ``first_line``."""
    chunks: list[Chunk] = []
    line = first_line
    for piece in pieces:
        breaks = piece.count("\n")
        end = line + breaks
        # A piece that ends with a line break does not reach into the next line.
        chunks.append(Chunk(piece, line, end - 1 if piece.endswith("\n") else end))
        line = end
    return chunks
