"""Searches over HTTP: accepted by ``POST /search``, followed by ``GET /status/{request_id}``."""

import time
import uuid
from datetime import UTC, datetime
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from shared.errors import InvalidRequest, NotFound
from shared.etags import etag_of, is_known
from shared.http import answered, read_json_object
from shared.idempotency import Acceptance
from shared.identity import caller_of
from shared.request_fields import unicode_faults
from shared.resources import Resources, process_resources
from shared.responses import create_success_response
from shared.search.acceptance import accept
from shared.search.payload import MAX_BODY_BYTES, read_payload
from shared.search.request_documents import Sender, is_request_id
from shared.search.request_queue import MAX_SESSION_CHARACTERS
from shared.search.status_answers import may_read, status_answer
from shared.telemetry.tracing import incoming, span

bp = df.Blueprint()

_OPERATION = "POST search"
_RETRY_AFTER_S = "2"


@bp.function_name("SearchRequestAccept")
@bp.route(route="search", methods=["POST"])
@answered
async def accept_search(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Accept a search: answer 202 with the address that tells how it goes on."""
    with span("SearchRequestAccept", incoming(context, req.headers)):
        return await _accepted(req)


async def _accepted(req: func.HttpRequest) -> func.HttpResponse:
    payload = await read_json_object(req, MAX_BODY_BYTES)
    try:
        request = read_payload(payload)
    except InvalidRequest as error:
        # A list however many there are, as the search spec has it.
        return create_success_response({"errors": list(error.faults)}, status_code=400)
    session_id = _session_of(req)
    resources = await process_resources()
    acceptance = await _acceptance(req, resources)
    sender = Sender(caller_of(req.headers, resources.settings), session_id)
    accepted_at = datetime.fromtimestamp(acceptance.accepted_at_ms / 1000, UTC)
    await accept(acceptance.run_id, payload, request, sender, accepted_at, resources)
    status_url = f"/status/{acceptance.run_id}"
    answer: dict[str, Any] = {
        "request_id": acceptance.run_id,
        "status": "queued",
        "message": "Search request accepted. Poll /status/{request_id} for results.",
        "status_url": status_url,
    }
    # Who sent nothing amiss gets the answer of the search spec as it stands.
    if request.warnings:
        answer["warnings"] = list(request.warnings)
    headers = {"Location": status_url, "Retry-After": _RETRY_AFTER_S}
    return create_success_response(answer, status_code=202, headers=headers)


@bp.function_name("SearchRequestStatus")
@bp.route(route="status/{request_id}", methods=["GET"])
@answered
async def search_status(req: func.HttpRequest) -> func.HttpResponse:
    """Answer how far a search has come, and its results once it is completed."""
    resources = await process_resources()
    request_id = req.route_params.get("request_id", "")
    document = await resources.search_requests.read(request_id) if is_request_id(request_id) else None
    caller = caller_of(req.headers, resources.settings)
    requires_owner = resources.settings.searches.status_requires_owner
    if document is None or not may_read(document, caller, requires_owner=requires_owner):
        raise NotFound("Request not found")
    answer = status_answer(document)
    headers = {"ETag": etag_of(answer.document), "Cache-Control": "private, no-cache"}
    if answer.under_way:
        headers["Retry-After"] = _RETRY_AFTER_S
    # A failure is told again and again: a precondition holds for what would otherwise succeed.
    if answer.status_code < 400 and is_known(req.headers.get("if-none-match"), headers["ETag"]):
        return func.HttpResponse(status_code=304, headers=headers)
    return create_success_response(answer.document, answer.status_code, headers)


async def _acceptance(req: func.HttpRequest, resources: Resources) -> Acceptance:
    """Return the id and time under which the search is accepted: those of an earlier request with the same key."""
    proposed = Acceptance(run_id=f"req_{uuid.uuid4()}", accepted_at_ms=time.time_ns() // 1_000_000)
    return await resources.idempotency_keys.claim_for(req, _OPERATION, proposed, resources.settings)


def _session_of(req: func.HttpRequest) -> str:
    session_id = req.headers.get("session-id", "").strip()
    if not session_id:
        return str(uuid.uuid4())
    if len(session_id) > MAX_SESSION_CHARACTERS:
        raise InvalidRequest(
            f"Header 'session-id' must have at most {MAX_SESSION_CHARACTERS} characters, got {len(session_id)}"
        )
    if faults := unicode_faults("session-id", session_id):
        raise InvalidRequest(*faults)
    return session_id
