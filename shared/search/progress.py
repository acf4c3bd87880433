"""A search moves on: its document is changed under its ETag, and its end is told to telemetry once."""

import logging
from datetime import UTC, datetime

from shared.errors import Unavailable
from shared.resources import Resources
from shared.search.contracts import FINAL, StatusUpdate, StatusUpdated, Usage
from shared.search.request_documents import Document, advanced, duration_ms
from shared.settings import LanguageModel
from shared.telemetry.events import send_event
from shared.telemetry.prices import cost_usd

_logger = logging.getLogger(__name__)

TELEMETRY_EVENT = "SearchOrchestrator"
TELEMETRY_FIELDS = (
    *("request_id", "status", "duration_ms", "total_results", "degraded"),
    # Only of a search that asked the language model; the cost only where the model has a price.
    *("model", "input_tokens", "output_tokens", "cost_usd"),
)
# Of those who write at the same moment one wins each turn; a search has one orchestration, one stamp, one reconciler.
_TURNS = 10


async def advance(update: StatusUpdate, resources: Resources) -> StatusUpdated:
    """Bring a search to a status, forward only. Doing it twice changes nothing, and a final status stays.

    Raises:
        Unavailable: Cosmos DB throttled or could not be reached, the document changes all the time, or there is none,
            perhaps because another process stored it and this one reads a replica that lags.
    """
    requests = resources.search_requests
    for turn in range(_TURNS):
        current = await (requests.read if turn else requests.last_seen)(update.request_id)
        if current is None:
            raise Unavailable(f"search {update.request_id!r} cannot be seen")
        now = datetime.now(UTC)
        changed = advanced(current, update, now)
        if changed is None:
            return StatusUpdated(status=current["status"], applied=False)
        if await requests.replace(changed, seen=current):
            if changed["status"] in FINAL:
                _tell_end(changed, now, update.usage, resources.settings.language_model)
            return StatusUpdated(status=changed["status"], applied=True)
    raise Unavailable(f"search {update.request_id!r} is being written by many at once")


def _tell_end(document: Document, now: datetime, usage: Usage | None, model: LanguageModel | None) -> None:
    metadata = document["processing_metadata"] or {}
    results = (document["results"] or {}).get("search_results") or []
    told: dict[str, str | int | float | None] = {
        "request_id": document["request_id"],
        "status": document["status"],
        "duration_ms": duration_ms(document, now),
        "total_results": metadata.get("total_results", len(results)),
        "degraded": len(metadata.get("degraded") or ()),
    }
    if usage is not None and model is not None:
        told |= {
            "model": model.deployment,
            "input_tokens": usage.prompt_tokens,
            "output_tokens": usage.completion_tokens,
            "cost_usd": cost_usd(model.deployment, usage.prompt_tokens, usage.completion_tokens),
        }
    _logger.info(TELEMETRY_EVENT, extra={"event": TELEMETRY_EVENT, **told})
    send_event(TELEMETRY_EVENT, told)
