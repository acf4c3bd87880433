"""How a search is accepted: its document is stored, then its message sent. Once stored it is never lost."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

from shared.errors import Rejected, Unavailable
from shared.resources import Resources
from shared.search.contracts import SearchRequest
from shared.search.request_documents import Sender, accepted_document, timestamp
from shared.telemetry.tracing import span

_logger = logging.getLogger(__name__)

# The aim for the whole answer is 500 ms; a queue that takes longer has the message a little later.
_PATIENCE_S = 2.0
# The loop keeps only weak references to tasks.
_sending: set[asyncio.Task[bool]] = set()


async def accept(
    request_id: str,
    payload: dict[str, Any],
    request: SearchRequest,
    sender: Sender,
    accepted_at: datetime,
    resources: Resources,
) -> None:
    """Store a search and send it to the queue; storing it again changes nothing.

    A queue that is slow is not waited for, and one that is away is no fault of the caller: the reconciler sends again
    what has no ``enqueued_at``.

    Raises:
        Unavailable: Cosmos DB throttled or could not be reached. The search was not stored, or nobody knows: then the
            reconciler finds it, and whoever sends it again with the same ``Idempotency-Key`` gets this one.
    """
    if not await resources.search_requests.create(accepted_document(request_id, payload, sender, accepted_at)):
        return
    sent = asyncio.Event()
    task = asyncio.create_task(enqueue(request_id, sender.session_id, sender.user_id, request, resources, sent))
    _sending.add(task)
    task.add_done_callback(_sending.discard)
    # The stamp follows the answer. Where it gets lost the search is sent twice and runs once.
    try:
        await asyncio.wait_for(sent.wait(), _PATIENCE_S)
    except TimeoutError:
        _logger.warning("search accepted before it was sent", extra={"request_id": request_id})


async def enqueue(
    request_id: str,
    session_id: str,
    user_id: str,
    request: SearchRequest,
    resources: Resources,
    settled: asyncio.Event | None = None,
) -> bool:
    """Send an accepted search to the queue and stamp its document; return whether the queue has it.

    ``settled`` is set as soon as the queue has it or does not take it.
    """
    try:
        with span("send to search-requests", outgoing=True):
            await resources.search_queue.send(request_id, session_id, user_id, request)
    except (Unavailable, Rejected) as error:
        _logger.warning("search not sent", extra={"request_id": request_id, "reason": str(error)})
        return False
    finally:
        if settled is not None:
            settled.set()
    try:
        await resources.search_requests.stamp_enqueued(request_id, timestamp(datetime.now(UTC)))
    except (Unavailable, Rejected) as error:
        _logger.warning("search sent but not stamped", extra={"request_id": request_id, "reason": str(error)})
    return True
