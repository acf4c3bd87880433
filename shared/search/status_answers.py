"""What ``GET /status/{request_id}`` says of a search."""

from dataclasses import dataclass
from typing import Any

from shared.identity import ANONYMOUS
from shared.search.request_documents import UNDER_WAY, Document

_NO_RESULTS: dict[str, Any] = {"overall_scoring_analysis": None, "search_results": []}
_UNKNOWN_ERROR = "The search failed"


@dataclass(frozen=True)
class StatusAnswer:
    """``under_way``: asking again later will tell more."""

    status_code: int
    document: dict[str, Any]
    under_way: bool = False


def may_read(document: Document, caller: str, *, requires_owner: bool) -> bool:
    """Whether a poll is answered: to the search's owner, and to one that names nobody where its id is enough."""
    if caller == ANONYMOUS:
        return not requires_owner
    return caller == document["owner"]


def status_answer(document: Document) -> StatusAnswer:
    """Return the answer that a search's document stands for."""
    status: str = document["status"]
    answer: dict[str, Any] = {field: document[field] for field in ("request_id", "status", "created_at", "updated_at")}
    if status in UNDER_WAY:
        more = {"message": f"Request is {status}. Please poll again.", "progress": document["progress"]}
        return StatusAnswer(202, answer | more, under_way=True)
    if status == "failed":
        return StatusAnswer(500, answer | {"error": document.get("error") or _UNKNOWN_ERROR})
    answer["processing_metadata"] = document.get("processing_metadata") or {}
    if status == "completed":
        return StatusAnswer(200, answer | {"results": document.get("results") or _NO_RESULTS})
    return StatusAnswer(200, answer | {"message": "Request was cancelled."})
