"""What went astray between accepting and finishing: sent again, or closed with a reason. It starts nothing itself."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from shared.errors import InvalidRequest, Rejected, Unavailable
from shared.resources import Resources
from shared.search.acceptance import enqueue
from shared.search.contracts import StatusUpdate
from shared.search.payload import read_payload
from shared.search.progress import advance
from shared.search.request_documents import QUEUED, Document, timestamp
from shared.search.starting import Orchestrations
from shared.topology import topology

_logger = logging.getLogger(__name__)

MAX_RESENT = 100
# As many as one run looks into; the next follows a minute later.
_MAX_EXAMINED = 1000
_CONCURRENT = 16
# A message is dead-lettered where a service was away at each of its deliveries. The queue drops another with the same
# id for as long as it looks for duplicates; after that the search is sent again.
LOST_AFTER = timedelta(seconds=topology().queues["search_requests"].duplicate_detection_s + 60)
# Sent once more after this time and still not started: nobody waits for it any more.
GIVEN_UP_AFTER = timedelta(hours=1)

_NOT_STARTED = "The search could not be started; please send it again"
_NOT_READ = "The search cannot be read any more; please send it again"
ENDED_AS = {
    None: "The search was interrupted and cannot be continued; please send it again",
    "Failed": "The search ended with an internal error; please send it again",
    "Terminated": "The search was stopped by an operator",
    "Canceled": "The search was stopped by an operator",
    "Completed": "The search ended but its results could not be stored; please send it again",
}


@dataclass(frozen=True)
class Reconciled:
    """``resent``: handed to the queue again; ``closed``: failed; ``queued``: in the queue and not taken up yet."""

    resent: int
    closed: int
    queued: int


class _Verdict(Enum):
    LEAVE = "leave"
    RESEND = "resend"


async def reconcile(now: datetime, orchestrations: Orchestrations, resources: Resources) -> Reconciled:
    """Look after every search that has not moved for ``SEARCH_RESEND_AFTER_S``.

    Raises:
        Unavailable: Cosmos DB throttled or could not be reached; the next run goes on.
    """
    before = timestamp(now - timedelta(seconds=resources.settings.searches.resend_after_s))
    requests = resources.search_requests
    unsent = await requests.unsent(before, MAX_RESENT)
    stalled = [document async for document in requests.stalled(before, _MAX_EXAMINED)]
    verdicts = await _examine(stalled, now, orchestrations)
    reasons = {document["id"]: verdict for document, verdict in verdicts if isinstance(verdict, str)}
    lost = [document["id"] for document, verdict in verdicts if verdict is _Verdict.RESEND]
    lost_ones = await _still_queued(lost[: MAX_RESENT - len(unsent)], resources)
    resent, unreadable = await _send_again([*unsent, *lost_ones], resources)
    reasons |= dict.fromkeys(unreadable, _NOT_READ)
    closed = [await _close(request_id, reason, resources) for request_id, reason in reasons.items()]
    return Reconciled(resent, sum(closed), await requests.waiting())


async def _examine(
    stalled: Sequence[Document], now: datetime, orchestrations: Orchestrations
) -> list[tuple[Document, _Verdict | str]]:
    """Return what to do about each search; a string is the reason to close it for."""
    limit = asyncio.Semaphore(_CONCURRENT)

    async def examine(document: Document) -> tuple[Document, _Verdict | str]:
        async with limit:
            try:
                state = await orchestrations.runtime_status(document["id"])
            except Unavailable as error:
                _logger.warning("search not examined", extra={"request_id": document["id"], "reason": str(error)})
                return document, _Verdict.LEAVE
        return document, _verdict(document, state, now)

    return await asyncio.gather(*(examine(document) for document in stalled))


def _verdict(document: Document, state: str | None, now: datetime) -> _Verdict | str:
    """Decide about a search whose instance has the runtime status ``state``, None where there is no instance.

    One that runs is left alone, also past its deadline: its instance goes on until open activities have ended.
    """
    if state is None and document["status"] == QUEUED:
        return _verdict_on_queued(document, now)
    return ENDED_AS.get(state, _Verdict.LEAVE)


def _verdict_on_queued(document: Document, now: datetime) -> _Verdict | str:
    enqueued_at = datetime.fromisoformat(document["enqueued_at"])
    if now - enqueued_at < LOST_AFTER:
        return _Verdict.LEAVE
    # Counted to the last sending, so that after an outage of hours each is sent once more before it is given up.
    waited = enqueued_at - datetime.fromisoformat(document["created_at"])
    return _NOT_STARTED if waited > GIVEN_UP_AFTER else _Verdict.RESEND


async def _still_queued(request_ids: Sequence[str], resources: Resources) -> list[Document]:
    """Return the whole documents: of the many that are examined, few are sent again."""
    found = [await resources.search_requests.read(request_id) for request_id in request_ids]
    return [document for document in found if document is not None and document["status"] == QUEUED]


async def _send_again(documents: Sequence[Document], resources: Resources) -> tuple[int, list[str]]:
    """Return how many the queue has now, and the ids of those that nobody can read."""
    resent = 0
    unreadable: list[str] = []
    for document in documents:
        try:
            request = read_payload(document["request_payload"])
        except InvalidRequest:
            unreadable.append(document["id"])
            continue
        if not await enqueue(document["id"], document["session_id"], document["user_id"], request, resources):
            break  # the queue is away: so it is for the others
        resent += 1
    return resent, unreadable


async def _close(request_id: str, reason: str, resources: Resources) -> bool:
    """Close a search as failed; return False where it has ended by itself meanwhile, or cannot be closed yet."""
    try:
        closed = await advance(StatusUpdate(request_id=request_id, status="failed", error=reason), resources)
    except (Unavailable, Rejected) as error:
        _logger.warning("search not closed", extra={"request_id": request_id, "reason": str(error)})
        return False
    return closed.applied
