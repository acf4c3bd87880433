"""Cut a text into chunks, the same way every time."""

from shared.chunking.cutting import ChunkMode, chunk
from shared.chunking.pieces import Chunk, number_lines

__all__ = ["Chunk", "ChunkMode", "chunk", "number_lines"]
