"""How a chunk was made: its recipe, which says whether a text would be cut and embedded the same way today.

A recipe stands in each chunk and snippet, in the content key of each vector, and in the filter of queries.
"""

from shared.chunking import Chunk, ChunkMode
from shared.chunking.header import header

# Raised with every change of what ``shared/chunking/header.py`` writes or of how code is cut.
_HEADER_VERSION = 1
_NO_HEADER = "h0"


def cutting(mode: ChunkMode, size: int) -> str:
    """Return the part that is settled when a run is accepted, such as ``code/500/h1``; ``h0``: without a header."""
    return f"{mode}/{size}/{f'h{_HEADER_VERSION}' if mode == 'code' else _NO_HEADER}"


def embedded_text(cut: str, name: str, chunk: Chunk) -> str:
    """Return what the model reads of a chunk of a file: its header, where the recipe has one, and its text."""
    if not cut or cut.endswith(_NO_HEADER):
        return chunk.text
    return f"{header(name, chunk.scope, chunk.defines)}\n{chunk.text}"


def recipe(cut: str, model: str, dimensions: int) -> str:
    """Return the whole recipe, such as ``code/500/h1/text-embedding-3-small/1536``; ``cut``: what ``cutting`` gave."""
    return f"{cut}/{model}/{dimensions}"
