"""From a text to the input of its run: cut once, and put where the run will find it."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from shared.chunking import Chunk, ChunkMode, chunk
from shared.clients.blobs import Uploads
from shared.contracts import Submission, Upload
from shared.errors import TooLarge
from shared.snippets.identifiers import text_hash
from shared.snippets.plan import MAX_CHUNKS, MAX_PAYLOAD_BYTES, cuts_of, durable_bytes, segments_of, travels_inline
from shared.snippets.segment_cache import encode_segment, segment_blob
from shared.snippets.submission import SnippetRequest

Content = TypeVar("Content")

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

    def of_files(self) -> dict[str, Any]:
        """Return what a run over many files hands on to each: all but its own id."""
        return {name: value for name, value in asdict(self).items() if name != "run_id"}


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
    blobs = (place.blob for place in places)
    await upload_all(zip(blobs, segments, strict=True), encode_segment, uploads)
    return submission


def _cut(request: SnippetRequest, terms: Terms) -> tuple[list[Chunk], str]:
    return chunk(request.text, terms.chunk_size, terms.chunk_mode, request.name), text_hash(request.text)


async def upload_all(
    blobs: Iterable[tuple[str, Content]], encode: Callable[[Content], bytes], uploads: Uploads
) -> None:
    """Write contents to blobs, a few at a time; each is encoded when its turn comes.

    Raises:
        Unavailable: The storage account throttled or could not be reached.
    """
    limit = asyncio.Semaphore(_CONCURRENT_UPLOADS)

    async def upload(blob: str, content: Content) -> None:
        async with limit:
            await uploads.write(blob, await asyncio.to_thread(encode, content))

    await asyncio.gather(*(upload(blob, content) for blob, content in blobs))
