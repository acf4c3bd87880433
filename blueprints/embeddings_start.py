"""How a submission becomes a run: accepted once, uploaded where it is large, started under a known id."""

import asyncio
import time
import uuid
from collections.abc import Iterable

import azure.durable_functions as df
import azure.functions as func

from shared.chunking import Chunk, chunk
from shared.clients.orchestrations import DurableOrchestrations
from shared.contracts import Submission, Upload
from shared.errors import TooLarge
from shared.http import read_json_object
from shared.idempotency import Acceptance
from shared.identity import caller_of
from shared.resources import Resources, process_resources
from shared.snippets.identifiers import version_of
from shared.snippets.plan import MAX_CHUNKS, MAX_PAYLOAD_BYTES, durable_bytes, segments_of, travels_inline
from shared.snippets.segment_cache import encode_segment, segment_blob
from shared.snippets.submission import MAX_BODY_BYTES, SnippetRequest, read_submission
from shared.telemetry.tracing import traceparent

ORCHESTRATOR = "embeddings_orchestrator"
_OPERATION = "POST api/orchestrators/embeddings"
_CONCURRENT_UPLOADS = 16


async def accept(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> str:
    """Start the run that the request asks for and return its instance id.

    Raises:
        InvalidRequest: The request cannot be accepted.
        Unavailable: A service that is needed to accept it does not answer.
    """
    orchestrations = DurableOrchestrations(client)
    request = read_submission(await read_json_object(req, MAX_BODY_BYTES))
    resources = await process_resources()
    proposed = Acceptance(run_id=uuid.uuid4().hex, accepted_at_ms=time.time_ns() // 1_000_000)
    acceptance = await resources.idempotency_keys.claim_for(req, _OPERATION, proposed, resources.settings)
    owner = caller_of(req.headers, resources.settings)
    if acceptance == proposed:
        submission = await _prepare(request, acceptance, owner, resources)
        await orchestrations.start(ORCHESTRATOR, acceptance.run_id, submission.to_json())
    # Unless the first request with this key got as far as the start: a run that has ended must not run again.
    elif await orchestrations.status(acceptance.run_id) is None:
        submission = await _prepare(request, acceptance, owner, resources)
        # Asked again, because the first request may have gone on while this one prepared the same.
        if await orchestrations.status(acceptance.run_id) is None:
            await orchestrations.start(ORCHESTRATOR, acceptance.run_id, submission.to_json())
    return acceptance.run_id


async def _prepare(request: SnippetRequest, acceptance: Acceptance, owner: str, resources: Resources) -> Submission:
    """Cut the text as the run will, and put it where the run will find it."""
    settings = resources.settings
    chunks = await asyncio.to_thread(chunk, request.text, settings.chunk_size, settings.chunk_mode)
    if len(chunks) > MAX_CHUNKS:
        raise TooLarge(f"Field 'text' would be cut into {len(chunks)} chunks; expected at most {MAX_CHUNKS}")
    segments = [] if travels_inline(request.text, chunks) else segments_of(chunks)
    uploads = [
        Upload(blob=segment_blob(acceptance.run_id, index), lengths=tuple(len(piece.text) for piece in segment))
        for index, segment in enumerate(segments)
    ]
    submission = Submission(
        project_id=request.project_id,
        name=request.name,
        text=None if uploads else request.text,
        uploads=tuple(uploads),
        version=version_of(acceptance.accepted_at_ms, acceptance.run_id),
        chunk_size=settings.chunk_size,
        chunk_mode=settings.chunk_mode,
        traceparent=traceparent(),
        owner=owner or None,
    )
    if (size := durable_bytes(submission.to_json())) > MAX_PAYLOAD_BYTES:
        raise TooLarge(
            f"Field 'text' would be cut into {len(chunks)} chunks, whose plan takes {size} bytes; "
            f"expected at most {MAX_PAYLOAD_BYTES}"
        )
    await _upload(zip(uploads, segments, strict=True), resources)
    return submission


async def _upload(segments: Iterable[tuple[Upload, list[Chunk]]], resources: Resources) -> None:
    limit = asyncio.Semaphore(_CONCURRENT_UPLOADS)

    async def upload(place: Upload, segment: list[Chunk]) -> None:
        async with limit:
            await resources.uploads.write(place.blob, encode_segment(segment))

    await asyncio.gather(*(upload(place, segment) for place, segment in segments))
