"""What runs by the clock: the sweep of what failed runs left behind."""

import logging
from datetime import UTC, datetime, timedelta

import azure.durable_functions as df
import azure.functions as func

from shared.clients.orchestrations import DurableOrchestrations
from shared.resources import process_resources
from shared.settings import current_settings
from shared.snippets.sweep import sweep

bp = df.Blueprint()

_logger = logging.getLogger(__name__)


@bp.timer_trigger(arg_name="timer", schedule=current_settings().snippet_sweep_schedule)
@bp.durable_client_input(client_name="client")
async def sweep_snippets(timer: func.TimerRequest, client) -> None:  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]  # noqa: ARG001
    """Remove old chunks that no reader sees and old uploads, unless their run is still under way."""
    before = datetime.now(UTC) - timedelta(hours=current_settings().snippet_sweep_after_hours)
    swept = await sweep(before, DurableOrchestrations(client).under_way, await process_resources())
    _logger.info("sweep completed", extra={"runs": swept.runs, "documents": swept.documents, "blobs": swept.blobs})
