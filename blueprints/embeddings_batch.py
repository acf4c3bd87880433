"""Batches: ``POST /api/orchestrators/embeddings/batch``, many files in one run."""

import asyncio
from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from blueprints.embeddings import ATTEMPTS, may_succeed_later
from blueprints.embeddings_files import FILES_AT_ONCE, embed_files
from blueprints.embeddings_start import start_once
from shared.errors import TooLarge
from shared.http import answered_within, read_json_object
from shared.orchestration import Call, Ok, gather_outcomes, traced
from shared.resources import Resources, process_resources
from shared.responses import create_success_response
from shared.snippets.batch import MAX_BODY_BYTES, BatchRequest, read_batch
from shared.snippets.estimate import estimate
from shared.snippets.file_contracts import BatchSubmission, FileOutcome, FileTask, FinishBatchTask, FinishedBatch
from shared.snippets.files import batch_blob, encode_text
from shared.snippets.outcome import batch_output, first_line
from shared.snippets.plan import MAX_PAYLOAD_BYTES, durable_bytes
from shared.snippets.preparing import Terms
from shared.started_runs import run_answer
from shared.telemetry.tracing import incoming, span

bp = df.Blueprint()

ORCHESTRATOR = "embeddings_batch_orchestrator"
_OPERATION = "POST api/orchestrators/embeddings/batch"
_CONCURRENT_UPLOADS = 16
# 20 MB are uploaded, or cut for an estimate, before the answer.
_DEADLINE_S = 120.0


@bp.route(route="api/orchestrators/embeddings/batch", methods=["POST"])
@bp.durable_client_input(client_name="client")
@answered_within(_DEADLINE_S)
async def http_start_embeddings_batch(req: func.HttpRequest, client, context: func.Context) -> func.HttpResponse:  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]
    """Accept a batch and start its run (202), or say what it would cost (200 with ``dryRun``)."""
    with span("http_start_embeddings_batch", incoming(context, req.headers)):
        request = read_batch(await read_json_object(req, MAX_BODY_BYTES))
        resources = await process_resources()
        if request.dry_run:
            return create_success_response(await estimate(request, resources))

        async def prepared(terms: Terms) -> BatchSubmission:
            return await _prepare(request, terms, resources)

        instance_id = await start_once(req, client, (ORCHESTRATOR, _OPERATION), prepared, resources)
    return run_answer(client.get_client_response_links(req, instance_id))


async def _prepare(request: BatchRequest, terms: Terms, resources: Resources) -> BatchSubmission:
    """Upload the files and return the run's input.

    Raises:
        TooLarge: The names do not fit into it.
    """
    submission = BatchSubmission(
        project_id=request.project_id,
        version=terms.version,
        chunk_mode=terms.chunk_mode,
        chunk_size=terms.chunk_size,
        owner=terms.owner,
        traceparent=terms.traceparent,
        names=tuple(file.name for file in request.files),
        prefix=request.prefix,
    )
    if (size := durable_bytes(submission.to_json())) > MAX_PAYLOAD_BYTES:
        raise TooLarge(f"The names of the files take {size} bytes; expected at most {MAX_PAYLOAD_BYTES} together")
    limit = asyncio.Semaphore(_CONCURRENT_UPLOADS)

    async def upload(index: int, text: str) -> None:
        async with limit:
            content = await asyncio.to_thread(encode_text, text)
            await resources.uploads.write(batch_blob(terms.run_id, index), content)

    await asyncio.gather(*(upload(index, file.text) for index, file in enumerate(request.files)))
    return submission


@bp.orchestration_trigger(context_name="context")  # pyright: ignore[reportUntypedFunctionDecorator]
def embeddings_batch_orchestrator(context: df.DurableOrchestrationContext) -> Generator[Any, Any, dict[str, object]]:
    """Embed the files of a batch, a group at a time, then remove what the batch says is gone."""
    batch = BatchSubmission.model_validate(context.get_input())
    files = _tasks(batch, context.instance_id)
    outcomes: list[FileOutcome] = []
    _report(context, "embedding", 0, len(files))
    for start in range(0, len(files), FILES_AT_ONCE):
        outcomes += yield from embed_files(context, files[start : start + FILES_AT_ONCE], start // FILES_AT_ONCE)
        _report(context, "embedding", len(outcomes), len(files))
    _report(context, "finishing", len(files), len(files))
    finish = FinishBatchTask(
        project_id=batch.project_id,
        version=batch.version,
        run_id=context.instance_id,
        names=batch.names,
        prefix=batch.prefix,
    )
    calls = traced([Call("finish_batch_activity", finish.to_json())], batch.traceparent)
    (outcome,) = yield from gather_outcomes(context, calls, attempts=ATTEMPTS, retriable=may_succeed_later)
    _report(context, "completed", len(files), len(files))
    finished = FinishedBatch.model_validate(outcome.value) if isinstance(outcome, Ok) else None
    return batch_output(outcomes, finished, None if isinstance(outcome, Ok) else first_line(outcome))


def _tasks(batch: BatchSubmission, run_id: str) -> list[FileTask]:
    return [
        FileTask(
            project_id=batch.project_id,
            version=batch.version,
            chunk_mode=batch.chunk_mode,
            chunk_size=batch.chunk_size,
            owner=batch.owner,
            traceparent=batch.traceparent,
            name=name,
            blob=batch_blob(run_id, index),
        )
        for index, name in enumerate(batch.names)
    ]


def _report(context: df.DurableOrchestrationContext, stage: str, done: int, total: int) -> None:
    context.set_custom_status({"stage": stage, "done": done, "total": total})
