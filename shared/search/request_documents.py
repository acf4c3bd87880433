"""The document of a search: what is stored of it from its acceptance to its results, and how its status moves on."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias, TypeGuard

from shared.search.contracts import FINAL, Progress, Status, StatusUpdate

Document: TypeAlias = dict[str, Any]

QUEUED: Status = "queued"
UNDER_WAY: tuple[str, ...] = ("queued", "processing", "scoring")
# From its last change; the container's own default keeps items for ever.
LIFETIME_S = 2_592_000
_RANKS: dict[str, int] = {
    **{status: rank for rank, status in enumerate(UNDER_WAY)},
    **dict.fromkeys(FINAL, len(UNDER_WAY)),
}
_REQUEST_ID = re.compile(r"req_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Sender:
    """Who sent a search. ``caller``: as ``caller_of`` names it; ``session_id``: theirs, or made up for this search."""

    caller: str
    session_id: str

    @property
    def user_id(self) -> str:
        """The caller's id as their identity provider writes it, "" for nobody."""
        return self.caller.partition(":")[2]


def is_request_id(value: object) -> TypeGuard[str]:
    """Whether ``value`` has the form ``req_<uuid>`` that every search is accepted under."""
    return isinstance(value, str) and _REQUEST_ID.fullmatch(value) is not None


def timestamp(moment: datetime) -> str:
    """Return a moment as documents and answers write it: ``2025-10-10T14:20:00.000Z``. Later ones sort later."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def accepted_document(request_id: str, payload: dict[str, Any], sender: Sender, accepted_at: datetime) -> Document:
    """Return the document of a search that was accepted and has not been sent to the queue yet."""
    return {
        "id": request_id,
        "request_id": request_id,
        "session_id": sender.session_id,
        "user_id": sender.user_id,
        "owner": sender.caller,
        "created_at": timestamp(accepted_at),
        "updated_at": timestamp(accepted_at),
        "enqueued_at": None,
        "status": QUEUED,
        "progress": Progress(stage=QUEUED, percent=0).to_json(),
        "request_payload": payload,
        "results": None,
        "error": None,
        "processing_metadata": {},
        "ttl": LIFETIME_S,
    }


def advanced(document: Document, update: StatusUpdate, now: datetime) -> Document | None:
    """Return ``document`` after ``update``, or None where a later status has been reached before.

    A final status never changes. The same status again brings its progress and metadata up to date; a percentage never
    falls. Metadata is merged key by key.
    """
    reached = _RANKS[document["status"]]
    if document["status"] in FINAL or _RANKS[update.status] < reached:
        return None
    changed = document | {"status": update.status, "updated_at": timestamp(now)}
    changed["progress"] = _progress(document, update)
    if update.results is not None:
        changed["results"] = update.results
    if update.error is not None:
        changed["error"] = update.error
    if update.metadata:
        changed["processing_metadata"] = (document.get("processing_metadata") or {}) | update.metadata
    return changed


def _progress(document: Document, update: StatusUpdate) -> dict[str, Any]:
    before: dict[str, Any] = document.get("progress") or {"stage": document["status"], "percent": 0, "detail": ""}
    if update.progress is not None:
        told = update.progress.to_json()
        return told | {"percent": max(update.progress.percent, before["percent"])}
    if update.status == document["status"]:
        return before
    percent = 100 if update.status == "completed" else before["percent"]
    return {"stage": update.status, "percent": percent, "detail": ""}


def duration_ms(document: Document, now: datetime) -> int:
    """Return how long a search has been worked on, in milliseconds.

    Counted from its orchestration's ``started_at``, or from its acceptance where no orchestration ever began.
    """
    began = (document.get("processing_metadata") or {}).get("started_at")
    try:
        since = datetime.fromisoformat(began if isinstance(began, str) else document["created_at"])
    except ValueError:
        since = datetime.fromisoformat(document["created_at"])
    since = since if since.tzinfo else since.replace(tzinfo=UTC)
    return max(0, round((now - since).total_seconds() * 1000))
