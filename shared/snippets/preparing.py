"""From a text to the input of its run: cut once, and put where the run will find it."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from shared.chunking import Chunk, ChunkMode, chunk
from shared.clients.blobs import Uploads
from shared.contracts import Submission, Upload
from shared.errors import TooLarge
from shared.snippets.identifiers import text_hash
from shared.snippets.plan import MAX_CHUNKS, MAX_PAYLOAD_BYTES, cuts_of, durable_bytes, segments_of, travels_inline
from shared.snippets.segment_cache import encode_segment, segment_blob
from shared.snippets.submission import SnippetRequest

_CONCURRENT_UPLOADS = 16


@dataclass(frozen=True)
class Terms:
    """Under which a text is embedded: by which run, as which version, cut how, in whose name and trace."""

    run_id: str
    version: str
    chunk_mode: ChunkMode
    chunk_size: int
    owner: str | None = None
    traceparent: str | None = None


async def prepare(request: SnippetRequest, terms: Terms, uploads: Uploads) -> Submission:
    """Cut the text and return the input of the run; what is too large for it is uploaded under the run's id.

    Raises:
        TooLarge: It would be cut into too many chunks, or their plan does not fit.
        Unavailable: The storage account throttled or could not be reached.
    """
    # In a thread: the grammars hold the process's only event loop for 10 ms per 100 KB.
    chunks, digest = await asyncio.to_thread(_cut, request, terms)
    if len(chunks) > MAX_CHUNKS:
        raise TooLarge(f"Field 'text' would be cut into {len(chunks)} chunks; expected at most {MAX_CHUNKS}")
    segments = [] if travels_inline(request.text, chunks) else segments_of(chunks)
    places = [
        Upload(blob=segment_blob(terms.run_id, index), lengths=tuple(len(piece.text) for piece in segment))
        for index, segment in enumerate(segments)
    ]
    submission = Submission(
        project_id=request.project_id,
        name=request.name,
        text=None if places else request.text,
        uploads=tuple(places),
        cuts=cuts_of(chunks) if not places and terms.chunk_mode != "chars" else (),
        version=terms.version,
        chunk_size=terms.chunk_size,
        chunk_mode=terms.chunk_mode,
        text_hash=digest,
        traceparent=terms.traceparent,
        owner=terms.owner,
    )
    if (size := durable_bytes(submission.to_json())) > MAX_PAYLOAD_BYTES:
        raise TooLarge(
            f"Field 'text' would be cut into {len(chunks)} chunks, whose plan takes {size} bytes; "
            f"expected at most {MAX_PAYLOAD_BYTES}"
        )
    await _upload(zip(places, segments, strict=True), uploads)
    return submission


def _cut(request: SnippetRequest, terms: Terms) -> tuple[list[Chunk], str]:
    return chunk(request.text, terms.chunk_size, terms.chunk_mode, request.name), text_hash(request.text)


async def _upload(segments: Iterable[tuple[Upload, list[Chunk]]], uploads: Uploads) -> None:
    limit = asyncio.Semaphore(_CONCURRENT_UPLOADS)

    async def upload(place: Upload, segment: list[Chunk]) -> None:
        async with limit:
            await uploads.write(place.blob, encode_segment(segment))

    await asyncio.gather(*(upload(place, segment) for place, segment in segments))
