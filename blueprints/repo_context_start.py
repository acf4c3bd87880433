"""What starts the gathering of an account: a timer, or whoever asks for it."""

import logging
from datetime import UTC, datetime

import azure.durable_functions as df
import azure.functions as func

from shared.clients.orchestrations import RunStatus
from shared.errors import InvalidRequest
from shared.github_repo_manager import Found, gather, oldest_refresh_s, refresh_all
from shared.http import answered, read_json_object
from shared.repo_context.answers import account_answer
from shared.repo_context.runs import Runs
from shared.request_fields import flag_faults, unknown_fields
from shared.resources import process_resources
from shared.settings import current_settings
from shared.started_runs import run_answer
from shared.telemetry import metrics
from shared.telemetry.tracing import incoming, span

bp = df.Blueprint()

_logger = logging.getLogger("portfolio.api")
_MAX_BODY_BYTES = 4096


@bp.function_name("http_start_repo_context")
@bp.route(route="api/orchestrators/repo-context", methods=["POST"])
@bp.durable_client_input(client_name="client")
@answered
async def start_repo_context(req: func.HttpRequest, client, context: func.Context) -> func.HttpResponse:  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]
    """Gather an account: answer 202 with the run's management URLs, or 200 with what is kept while it is fresh."""
    with span("http_start_repo_context", incoming(context, req.headers)):
        found = await _gathered(req, Runs(client))
    if isinstance(found, Found):
        return account_answer(req, found)
    return run_answer(client.get_client_response_links(req, found.instance_id))


async def _gathered(req: func.HttpRequest, runs: Runs) -> Found | RunStatus:
    document = await read_json_object(req, _MAX_BODY_BYTES)
    force = document.get("force", False)
    if faults := [*unknown_fields(document, ("username", "force")), *flag_faults("force", force)]:
        raise InvalidRequest(*faults)
    return await gather(document.get("username"), runs, await process_resources(), force=force)


@bp.function_name("refresh_repo_context")
@bp.timer_trigger(arg_name="timer", schedule=current_settings().repo_context.schedule, run_on_startup=True)
@bp.durable_client_input(client_name="client")
async def refresh_repo_context(timer: func.TimerRequest, client, context: func.Context) -> None:  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]  # noqa: ARG001
    """Refresh the accounts that are due. Every new worker runs this at once; for what is fresh it costs one read."""
    runs = Runs(client)
    if current_settings().repo_context.users:
        resources = await process_resources()
        with span("refresh_repo_context", incoming(context, {})):
            outcomes = await refresh_all(runs, resources)
        _logger.info("repo context refreshed", extra={"accounts": outcomes})
        failed = sum(outcome == "failed" for outcome in outcomes.values())
        metrics.accounts_refreshed(await oldest_refresh_s(resources, datetime.now(UTC)), failed)
