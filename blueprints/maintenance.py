"""What runs by the clock: the sweep of what failed runs left behind."""

import logging
from datetime import UTC, datetime, timedelta

import azure.durable_functions as df
import azure.functions as func

from shared.resources import process_resources
from shared.settings import current_settings
from shared.snippets.sweep import sweep

bp = df.Blueprint()

_logger = logging.getLogger(__name__)
_UNFINISHED = frozenset({"Pending", "Running", "Suspended", "ContinuedAsNew"})


@bp.timer_trigger(arg_name="timer", schedule=current_settings().snippet_sweep_schedule)
@bp.durable_client_input(client_name="client")
async def sweep_snippets(timer: func.TimerRequest, client) -> None:  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]  # noqa: ARG001
    """Remove old chunks that no reader sees and old uploads, unless their run is still under way."""

    async def is_unfinished(run_id: str) -> bool:
        status = await client.get_status(run_id)
        return bool(status) and status.runtime_status is not None and status.runtime_status.name in _UNFINISHED

    before = datetime.now(UTC) - timedelta(hours=current_settings().snippet_sweep_after_hours)
    swept = await sweep(before, is_unfinished, await process_resources())
    _logger.info("sweep completed", extra={"runs": swept.runs, "documents": swept.documents, "blobs": swept.blobs})
