"""How accepted work becomes a run: accepted once, put where the run finds it, started under a known id."""

import time
import uuid
from collections.abc import Awaitable, Callable

import azure.durable_functions as df
import azure.functions as func

from shared.clients.orchestrations import DurableOrchestrations
from shared.contracts import Contract, Submission
from shared.http import read_json_object
from shared.idempotency import Acceptance
from shared.identity import caller_of
from shared.resources import Resources, process_resources
from shared.snippets.identifiers import version_of
from shared.snippets.preparing import Terms, prepare
from shared.snippets.submission import MAX_BODY_BYTES, read_submission
from shared.telemetry.tracing import traceparent

ORCHESTRATOR = "embeddings_orchestrator"
_OPERATION = "POST api/orchestrators/embeddings"


async def accept(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> str:
    """Start the run that the request asks for and return its instance id.

    Raises:
        InvalidRequest: The request cannot be accepted.
        Unavailable: A service that is needed to accept it does not answer.
    """
    request = read_submission(await read_json_object(req, MAX_BODY_BYTES))
    resources = await process_resources()

    async def prepared(terms: Terms) -> Submission:
        return await prepare(request, terms, resources.uploads)

    return await start_once(req, client, (ORCHESTRATOR, _OPERATION), prepared, resources)


async def start_once(
    req: func.HttpRequest,
    client: df.DurableOrchestrationClient,
    what: tuple[str, str],
    prepared: Callable[[Terms], Awaitable[Contract]],
    resources: Resources,
) -> str:
    """Start an orchestration, once for each Idempotency-Key, and return its instance id.

    ``what``: the orchestrator and the operation to which the key belongs; ``prepared``: makes the run's input.

    Raises:
        InvalidRequest: The key cannot be used, or ``prepared`` says so.
        Unavailable: A service that is needed to accept it does not answer.
    """
    orchestrator, operation = what
    orchestrations = DurableOrchestrations(client)
    proposed = Acceptance(run_id=uuid.uuid4().hex, accepted_at_ms=time.time_ns() // 1_000_000)
    acceptance = await resources.idempotency_keys.claim_for(req, operation, proposed, resources.settings)
    run_id = acceptance.run_id
    # Unless the first request with this key got as far as the start: a run that has ended must not run again.
    if acceptance == proposed or await orchestrations.status(run_id) is None:
        run_input = await prepared(_terms(req, acceptance, resources))
        # Asked again, because the first request may have gone on while this one prepared the same.
        if acceptance == proposed or await orchestrations.status(run_id) is None:
            await orchestrations.start(orchestrator, run_id, run_input.to_json())
    return run_id


def _terms(req: func.HttpRequest, acceptance: Acceptance, resources: Resources) -> Terms:
    settings = resources.settings
    return Terms(
        run_id=acceptance.run_id,
        version=version_of(acceptance.accepted_at_ms, acceptance.run_id),
        chunk_mode=settings.chunk_mode,
        chunk_size=settings.chunk_size,
        owner=caller_of(req.headers, settings) or None,
        traceparent=traceparent(),
    )
