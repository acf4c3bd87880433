"""Batches: ``POST /api/orchestrators/embeddings/batch``, many files in one run."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from blueprints.embeddings import call_activity, report
from blueprints.embeddings_files import FILES_AT_ONCE, embed_files
from blueprints.embeddings_start import start_once
from shared.errors import TooLarge
from shared.http import answered_within, read_json_object
from shared.orchestration import Ok
from shared.resources import Resources, process_resources
from shared.responses import create_success_response
from shared.snippets.batch import MAX_BODY_BYTES, BatchRequest, read_batch
from shared.snippets.estimate import estimate
from shared.snippets.file_contracts import BatchSubmission, FileOutcome, FinishBatchTask, FinishedBatch
from shared.snippets.files import batch_blob, encode_text
from shared.snippets.outcome import batch_output, first_line
from shared.snippets.plan import MAX_PAYLOAD_BYTES, durable_bytes
from shared.snippets.preparing import Terms, upload_all
from shared.started_runs import run_answer
from shared.telemetry.tracing import incoming, span

bp = df.Blueprint()

ORCHESTRATOR = "embeddings_batch_orchestrator"
_OPERATION = "POST api/orchestrators/embeddings/batch"
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
        **terms.of_files(),
        names=tuple(file.name for file in request.files),
        prefix=request.prefix,
    )
    if (size := durable_bytes(submission.to_json())) > MAX_PAYLOAD_BYTES:
        raise TooLarge(f"The names of the files take {size} bytes; expected at most {MAX_PAYLOAD_BYTES} together")
    texts = ((batch_blob(terms.run_id, index), file.text) for index, file in enumerate(request.files))
    await upload_all(texts, encode_text, resources.uploads)
    return submission


@bp.orchestration_trigger(context_name="context")  # pyright: ignore[reportUntypedFunctionDecorator]
def embeddings_batch_orchestrator(context: df.DurableOrchestrationContext) -> Generator[Any, Any, dict[str, object]]:
    """Embed the files of a batch, a group at a time, then remove what the batch says is gone."""
    batch = BatchSubmission.model_validate(context.get_input())
    files = [batch.file(name, batch_blob(context.instance_id, index)) for index, name in enumerate(batch.names)]
    outcomes: list[FileOutcome] = []
    report(context, "embedding", 0, len(files))
    for start in range(0, len(files), FILES_AT_ONCE):
        outcomes += yield from embed_files(context, files[start : start + FILES_AT_ONCE], start // FILES_AT_ONCE)
        report(context, "embedding", len(outcomes), len(files))
    report(context, "finishing", len(files), len(files))
    finish = FinishBatchTask(
        project_id=batch.project_id,
        version=batch.version,
        run_id=context.instance_id,
        names=batch.names,
        prefix=batch.prefix,
    )
    outcome = yield from call_activity(context, "finish_batch_activity", finish, batch.traceparent)
    report(context, "completed", len(files), len(files))
    finished = FinishedBatch.model_validate(outcome.value) if isinstance(outcome, Ok) else None
    return batch_output(outcomes, finished, None if isinstance(outcome, Ok) else first_line(outcome))
