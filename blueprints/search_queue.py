"""The queue of accepted searches: each message starts an orchestration, and a timer looks after what went astray."""

import logging
from datetime import UTC, datetime

import azure.durable_functions as df
import azure.functions as func

from shared.clients.orchestrations import DurableOrchestrations
from shared.errors import Rejected
from shared.resources import Resources, process_resources
from shared.search.reconciler import reconcile
from shared.search.request_queue import UnreadableMessage, read_message
from shared.search.starting import UnknownSearch, start_search
from shared.settings import current_settings
from shared.telemetry import metrics
from shared.telemetry.tracing import carried, span
from shared.topology import topology

bp = df.Blueprint()

_logger = logging.getLogger(__name__)
_QUEUE = topology().queues["search_requests"]


@bp.function_name("SearchQueueStarter")
@bp.service_bus_queue_trigger(arg_name="message", queue_name=_QUEUE.name, connection="SERVICEBUS")
@bp.durable_client_input(client_name="client")
async def start_from_queue(message: func.ServiceBusMessage, client) -> None:  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]
    """Start the search that a message names, once. What is raised here has the message delivered again."""
    with span("SearchQueueStarter", carried(message.application_properties)):
        await _start_from(message, DurableOrchestrations(client))


async def _start_from(message: func.ServiceBusMessage, orchestrations: DurableOrchestrations) -> None:
    resources = await process_resources()
    try:
        request_id = read_message(message.get_body())
    except UnreadableMessage as error:
        await _set_aside(message, "UnreadableMessage", str(error), resources)
        return
    try:
        started = await start_search(request_id, orchestrations, resources)
    except UnknownSearch:
        # Session consistency: another process stored it, and this one may read a replica that lags.
        if (message.delivery_count or 1) < _QUEUE.max_delivery_count:
            raise
        await _set_aside(message, "UnknownRequest", f"there is no search {request_id}", resources)
        return
    _logger.info("search delivered", extra={"request_id": request_id, "outcome": started.value})


@bp.function_name("search_reconciler")
@bp.timer_trigger(arg_name="timer", schedule=current_settings().searches.reconciler_schedule)
@bp.durable_client_input(client_name="client")
async def reconcile_searches(timer: func.TimerRequest, client) -> None:  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]  # noqa: ARG001
    """Send searches again that never reached the queue, and close those that can no longer finish."""
    reconciled = await reconcile(datetime.now(UTC), DurableOrchestrations(client), await process_resources())
    metrics.queue_depth(reconciled.queued, _QUEUE.name)
    _logger.info(
        "searches reconciled",
        extra={"resent": reconciled.resent, "closed": reconciled.closed, "queued": reconciled.queued},
    )


async def _set_aside(message: func.ServiceBusMessage, reason: str, description: str, resources: Resources) -> None:
    """Dead-letter a message that no delivery can make better.

    Azure lets no Python function settle its message, so its lock is used from a connection of our own; the host then
    finds the message settled when it completes it. Where that fails the error goes up, and the last delivery
    dead-letters the message without our reason.
    """
    fields = {"message_id": message.message_id, "reason": reason, "description": description}
    _logger.error("message cannot be read", extra=fields)
    if not message.lock_token:
        raise Rejected(f"{reason}: {description}")
    await resources.search_queue.dead_letter(str(message.lock_token), reason, description)
