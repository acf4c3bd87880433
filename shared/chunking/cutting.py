"""Cut a text by what it is: source code by its syntax tree, prose by its headings, all the rest by lines."""

from collections.abc import Sequence
from typing import Literal

from shared.chunking.chars import cut_chars
from shared.chunking.code import code_outline
from shared.chunking.languages import language_of
from shared.chunking.outline import Outline, lines_of, plain_levels, with_symbols
from shared.chunking.partition import Bounds, cut_best
from shared.chunking.pieces import Chunk, number_lines
from shared.chunking.prose import markdown_outline, notebook_outline
from shared.chunking.tokens import within_tokens

ChunkMode = Literal["chars", "lines", "code"]

# Longer pieces than these were never embedded whole.
_MOST_CODE_POINTS = 6400


def chunk(text: str, size: int, mode: ChunkMode, name: str = "") -> list[Chunk]:
    """Return the chunks of ``text`` in order; joined, they are ``text`` again. An empty text has none.

    ``size``: code points per chunk in ``chars`` mode, else aimed at. ``name``: the file's, which says its language. No
    chunk has more tokens than the embedding model takes, not even below its header.
    """
    if mode == "chars":
        return number_lines(within_tokens(cut_chars(text, size), headed=False))
    lines = lines_of(text)
    outline = _outline(name, text, lines, size) if mode == "code" else None
    pieces = (
        cut_best(lines, outline.levels, _structured(size))
        if outline
        else cut_best(lines, plain_levels(lines), _plain(size))
    )
    numbered = number_lines(within_tokens(pieces, headed=mode == "code"))
    return with_symbols(numbered, outline.definitions) if outline else numbered


def _outline(name: str, text: str, lines: Sequence[str], size: int) -> Outline | None:
    language = language_of(name)
    if language == "Markdown":
        return markdown_outline(lines)
    if language == "Jupyter Notebook":
        return notebook_outline(lines)
    return code_outline(name, text, lines, size)


def _plain(size: int) -> Bounds:
    """Return the bounds of texts without structure: 400 to 1,400 code points for 800."""
    return Bounds(max(1, size // 2), min(max(1, size * 7 // 4), _MOST_CODE_POINTS), small=100, long=1)


def _structured(size: int) -> Bounds:
    """Return the bounds of texts with structure, in which a small whole is better than two halves."""
    return Bounds(max(1, size * 3 // 5), min(max(1, size * 7 // 4), _MOST_CODE_POINTS), small=8, long=0)
