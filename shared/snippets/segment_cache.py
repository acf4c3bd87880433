"""Segments that wait in blob storage: written by the HTTP starter, read once by each process that embeds them."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from shared.chunking import Chunk
from shared.clients.blobs import Uploads

# A process embeds a few segments at a time. At 800 code points a chunk these hold 1.6 million, at most 13 million.
_SEGMENTS_KEPT = 32


def segment_blob(run_id: str, index: int) -> str:
    """Return the name of a segment's blob; the run comes first, so that a run's blobs are found together."""
    return f"{run_id}/{index:05d}.json"


def encode_segment(chunks: Sequence[Chunk]) -> bytes:
    """Return the content of a segment's blob. Texts are escaped to ASCII, so any string that JSON can hold survives."""
    return json.dumps([asdict(chunk) for chunk in chunks], separators=(",", ":")).encode("ascii")


def decode_segment(content: bytes) -> list[Chunk]:
    """Return the chunks that ``encode_segment`` wrote; releases before this one wrote no symbols."""
    return [_decoded(fields) for fields in json.loads(content)]


def _decoded(fields: dict[str, Any]) -> Chunk:
    # JSON has no tuples, and chunks are compared by value.
    symbols = {name: tuple(fields.get(name, ())) for name in ("scope", "defines")}
    return replace(Chunk(**fields), **symbols)


class SegmentCache:
    """The segments read last. The 64 activities of a segment ask for its blob at the same time and share one read."""

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads
        self._reads: OrderedDict[str, asyncio.Task[list[Chunk]]] = OrderedDict()

    async def chunk(self, blob: str, position: int) -> Chunk:
        """Return chunk number ``position``, from 0, of a segment.

        Raises:
            Rejected: There is no such blob.
            Unavailable: The storage account throttled or could not be reached.
        """
        read = self._reads.get(blob)
        if read is None:
            read = self._reads[blob] = asyncio.create_task(self._read(blob))
            while len(self._reads) > _SEGMENTS_KEPT:
                self._reads.popitem(last=False)
        self._reads.move_to_end(blob)
        try:
            # Shielded: one caller that gives up must not end the read for the others.
            chunks = await asyncio.shield(read)
        except Exception:
            if self._reads.get(blob) is read:
                del self._reads[blob]
            raise
        return chunks[position]

    async def _read(self, blob: str) -> list[Chunk]:
        return decode_segment(await self._uploads.read(blob))
