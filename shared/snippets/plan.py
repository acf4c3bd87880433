"""How a document is divided: into chunks, and those into segments small enough for one orchestration."""

import json
from collections.abc import Iterator, Sequence

from shared.chunking import Chunk, chunk
from shared.contracts import SegmentTask, Snippet, Submission

# 64 vectors of 1,536 dimensions are 1.1 MB of history, which a replay reads in a few milliseconds.
CHUNKS_PER_SEGMENT = 64
# 640 segments: their lengths still fit into the input of one orchestration, and 10 MB in the smallest chunks do too.
MAX_CHUNKS = 640 * CHUNKS_PER_SEGMENT
# What may travel through the task hub as text; a longer text goes through blob storage.
MAX_INLINE_BYTES = 64 * 1024
# What any input or output of an orchestration may take; the task hub allows 1 MB.
MAX_PAYLOAD_BYTES = 256 * 1024


def travels_inline(text: str, chunks: Sequence[Chunk]) -> bool:
    """Whether a document may travel inside the orchestration's input.

    The task hub carries JSON inside JSON, in which one character may take 14 bytes; that is what counts, not its
    length.
    """
    return len(chunks) <= CHUNKS_PER_SEGMENT and durable_bytes(text) <= MAX_INLINE_BYTES


def durable_bytes(payload: object) -> int:
    """Return what a payload takes as the task hub holds it."""
    return len(json.dumps(json.dumps(payload)))


def segments_of(chunks: Sequence[Chunk]) -> list[list[Chunk]]:
    """Return the chunks in order, in groups of at most ``CHUNKS_PER_SEGMENT``."""
    starts = range(0, len(chunks), CHUNKS_PER_SEGMENT)
    return [list(chunks[start : start + CHUNKS_PER_SEGMENT]) for start in starts]


def plan(submission: Submission, snippet: Snippet) -> list[SegmentTask]:
    """Return the segments of a submission in order: those waiting in blobs, or those cut from its text.

    Raises:
        ValueError: There is nothing to embed, or it would be cut into more than ``MAX_CHUNKS``.
    """
    tasks = list(_uploaded(submission, snippet) if submission.uploads else _inline(submission, snippet))
    chunks = sum(len(task.lengths) for task in tasks)
    if not 1 <= chunks <= MAX_CHUNKS:
        raise ValueError(f"{submission.name!r} has {chunks} chunks; expected 1 to {MAX_CHUNKS}")
    return tasks


def _uploaded(submission: Submission, snippet: Snippet) -> Iterator[SegmentTask]:
    first = 0
    for upload in submission.uploads:
        yield SegmentTask(
            snippet=snippet,
            first_index=first,
            lengths=upload.lengths,
            blob=upload.blob,
            traceparent=submission.traceparent,
        )
        first += len(upload.lengths)


def _inline(submission: Submission, snippet: Snippet) -> Iterator[SegmentTask]:
    first = 0
    for segment in segments_of(chunk(submission.text or "", submission.chunk_size, submission.chunk_mode)):
        texts = tuple(piece.text for piece in segment)
        lengths = tuple(map(len, texts))
        yield SegmentTask(
            snippet=snippet,
            first_index=first,
            lengths=lengths,
            texts=texts,
            first_line=segment[0].start_line,
            traceparent=submission.traceparent,
        )
        first += len(segment)
