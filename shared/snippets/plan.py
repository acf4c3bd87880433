"""How a document is divided: into chunks, and those into segments small enough for one orchestration."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from shared.chunking import Chunk, chunk, number_lines
from shared.contracts import Cut, SegmentTask, Snippet, Submission

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
    if len(chunks) > CHUNKS_PER_SEGMENT:
        return False
    return durable_bytes([text, [[piece.scope, piece.defines] for piece in chunks]]) <= MAX_INLINE_BYTES


def cuts_of(chunks: Sequence[Chunk]) -> tuple[Cut, ...]:
    """Return where a text was cut, as it travels beside the text."""
    return tuple(Cut(length=len(piece.text), scope=piece.scope, defines=piece.defines) for piece in chunks)


def durable_bytes(payload: object) -> int:
    """Return what a payload takes as the task hub holds it."""
    return len(json.dumps(json.dumps(payload)))


def segments_of(chunks: Sequence[Chunk]) -> list[list[Chunk]]:
    """Return the chunks in order, in groups of at most ``CHUNKS_PER_SEGMENT``."""
    starts = range(0, len(chunks), CHUNKS_PER_SEGMENT)
    return [list(chunks[start : start + CHUNKS_PER_SEGMENT]) for start in starts]


def plan(submission: Submission, snippet: Snippet) -> list[SegmentTask]:
    """Return the segments of a submission in order: those waiting in blobs, or those cut from its text.

    An empty text has none.

    Raises:
        ValueError: There is neither a text nor an upload, or it would be cut into more than ``MAX_CHUNKS``.
    """
    if submission.text is None and not submission.uploads:
        raise ValueError(f"{submission.name!r} has neither a text nor uploads")
    tasks = list(_uploaded(submission, snippet) if submission.uploads else _inline(submission, snippet))
    chunks = sum(len(task.lengths) for task in tasks)
    if chunks > MAX_CHUNKS:
        raise ValueError(f"{submission.name!r} has {chunks} chunks; expected at most {MAX_CHUNKS}")
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
    for segment in segments_of(_chunks_of(submission)):
        texts = tuple(piece.text for piece in segment)
        yield SegmentTask(
            snippet=snippet,
            first_index=first,
            lengths=tuple(map(len, texts)),
            texts=texts,
            cuts=cuts_of(segment) if submission.cuts else (),
            first_line=segment[0].start_line,
            mid_line=segment[0].mid_line,
            traceparent=submission.traceparent,
        )
        first += len(segment)


def _chunks_of(submission: Submission) -> list[Chunk]:
    text = submission.text or ""
    if not submission.cuts:
        return chunk(text, submission.chunk_size, submission.chunk_mode, submission.name)
    ends = list(accumulate(cut.length for cut in submission.cuts))
    pieces = [text[end - cut.length : end] for end, cut in zip(ends, submission.cuts, strict=True)]
    return [
        replace(piece, scope=cut.scope, defines=cut.defines)
        for piece, cut in zip(number_lines(pieces), submission.cuts, strict=True)
    ]
