"""Reindexing: ``POST /api/orchestrators/reindex``, a project made anew from what is stored, without its client."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from blueprints.embeddings import call_activity
from blueprints.embeddings_files import embed_files
from blueprints.embeddings_start import start_once
from shared.errors import InvalidRequest
from shared.http import answered, read_json_object
from shared.orchestration import Ok
from shared.request_fields import unknown_fields
from shared.resources import process_resources
from shared.snippets.file_contracts import FileOutcome, OutdatedPage, OutdatedTask, ReindexSubmission
from shared.snippets.outcome import ReindexTally, first_line
from shared.snippets.preparing import Terms
from shared.snippets.recipes import cutting
from shared.snippets.submission import project_faults
from shared.started_runs import run_answer
from shared.telemetry.tracing import incoming, span

bp = df.Blueprint()

ORCHESTRATOR = "reindex_orchestrator"
_OPERATION = "POST api/orchestrators/reindex"
_MAX_BODY_BYTES = 4096


@bp.route(route="api/orchestrators/reindex", methods=["POST"])
@bp.durable_client_input(client_name="client")
@answered
async def http_start_reindex(req: func.HttpRequest, client, context: func.Context) -> func.HttpResponse:  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]
    """Start cutting and embedding a project as today's settings say; answer 202 with the run's management URLs."""
    with span("http_start_reindex", incoming(context, req.headers)):
        project_id = _project_of(await read_json_object(req, _MAX_BODY_BYTES))

        async def prepared(terms: Terms) -> ReindexSubmission:
            return ReindexSubmission(project_id=project_id, **terms.of_files())

        resources = await process_resources()
        instance_id = await start_once(req, client, (ORCHESTRATOR, _OPERATION), prepared, resources)
    return run_answer(client.get_client_response_links(req, instance_id))


def _project_of(document: dict[str, Any]) -> str:
    faults = unknown_fields(document, ("projectId",))
    faults += (
        project_faults(document["projectId"]) if "projectId" in document else ["Missing required field: projectId"]
    )
    if faults:
        raise InvalidRequest(*faults)
    return document["projectId"]


@bp.orchestration_trigger(context_name="context")  # pyright: ignore[reportUntypedFunctionDecorator]
def reindex_orchestrator(context: df.DurableOrchestrationContext) -> Generator[Any, Any, dict[str, object]]:
    """Make the snippets of another recipe anew, a page at a time; each answers as it was until its own switch."""
    run = ReindexSubmission.model_validate(context.get_input())
    tally = ReindexTally()
    after, page = "", 0
    while True:
        asked = OutdatedTask(project_id=run.project_id, cutting=cutting(run.chunk_mode, run.chunk_size), after=after)
        outcome = yield from call_activity(context, "list_outdated_activity", asked, run.traceparent)
        if not isinstance(outcome, Ok):
            return tally.stopped(first_line(outcome))
        names = OutdatedPage.model_validate(outcome.value).names
        if not names:
            context.set_custom_status({"stage": "completed", "done": tally.files})
            return tally.output()
        outcomes: list[FileOutcome] = yield from embed_files(context, [run.file(name) for name in names], page)
        tally.add(outcomes)
        after, page = names[-1], page + 1
        context.set_custom_status({"stage": "embedding", "done": tally.files})
