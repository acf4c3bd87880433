"""Runs, followed without a key: what the durable status query answers, read-only, of the kinds that users start."""

import json
import re
from datetime import datetime
from typing import Any

import azure.durable_functions as df
import azure.functions as func
from azure.durable_functions.models.DurableOrchestrationStatus import DurableOrchestrationStatus

from blueprints.embeddings_batch import ORCHESTRATOR as BATCH
from blueprints.embeddings_start import ORCHESTRATOR as EMBEDDINGS
from blueprints.reindex import ORCHESTRATOR as REINDEX
from shared.clients.orchestrations import ENDED, DurableOrchestrations
from shared.errors import NotFound
from shared.http import answered
from shared.identity import caller_of
from shared.repo_context.runs import ORCHESTRATOR as REPO_CONTEXT
from shared.responses import create_success_response
from shared.settings import Settings, current_settings

bp = df.Blueprint()

_FOLLOWED = frozenset({EMBEDDINGS, BATCH, REINDEX, REPO_CONTEXT})
# The SDK writes the id into a URL as it is.
_INSTANCE_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_RETRY_AFTER_S = "2"
_HEADERS = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}


@bp.function_name("instance_status")
@bp.route(route="instances/{colour}/{instance_id}", methods=["GET"])
@bp.durable_client_input(client_name="client")
@answered
async def instance_status(req: func.HttpRequest, client) -> func.HttpResponse:  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]
    """Answer how a run goes on: 202 while it is under way, 200 with its output once it has ended."""
    settings = current_settings()
    instance_id = req.route_params.get("instance_id", "")
    if req.route_params.get("colour") != settings.app_colour or not _INSTANCE_ID.fullmatch(instance_id):
        raise NotFound("Instance not found")
    status = await DurableOrchestrations(client).described(instance_id)
    if status is None or status.name not in _FOLLOWED or not _may_follow(status.input_, req, settings):
        raise NotFound("Instance not found")
    document = _document(status)
    if document["runtimeStatus"] in ENDED:
        return create_success_response(document, headers=_HEADERS)
    following = {"Location": f"/instances/{settings.app_colour}/{instance_id}", "Retry-After": _RETRY_AFTER_S}
    return create_success_response(document, status_code=202, headers=_HEADERS | following)


def _may_follow(run_input: Any, req: func.HttpRequest, settings: Settings) -> bool:
    """Whether a caller is told of a run: its owner is, and anybody where none is known or none is asked for."""
    owner = _owner_of(run_input)
    return not settings.searches.status_requires_owner or not owner or owner == caller_of(req.headers, settings)


def _owner_of(run_input: Any) -> str:
    """Return who started a run, "" where its input does not say. A task hub may hand the input out as text."""
    if isinstance(run_input, str):
        try:
            run_input = json.loads(run_input)
        except (ValueError, RecursionError):
            return ""
    owner = run_input.get("owner") if isinstance(run_input, dict) else None
    return owner if isinstance(owner, str) else ""


def _document(status: DurableOrchestrationStatus) -> dict[str, Any]:
    """Return a status with the names and in the order of the durable status query."""
    return {
        "name": status.name,
        "instanceId": status.instance_id,
        "runtimeStatus": status.runtime_status.name if status.runtime_status else None,
        "input": status.input_,
        "customStatus": status.custom_status,
        "output": status.output,
        "createdTime": _time(status.created_time),
        "lastUpdatedTime": _time(status.last_updated_time),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
