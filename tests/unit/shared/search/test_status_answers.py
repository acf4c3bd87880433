"""What GET /status says: the spec's shapes, to those who may read them."""

from datetime import UTC, datetime

import pytest

from shared.search.request_documents import Sender, accepted_document
from shared.search.status_answers import may_read, status_answer

NAMES = {
    "request_id": "req_550e8400-e29b-41d4-a716-446655440000",
    "created_at": "2025-10-10T14:20:00.000Z",
    "updated_at": "2025-10-10T14:20:00.000Z",
}


def document(**fields):
    accepted_at = datetime(2025, 10, 10, 14, 20, tzinfo=UTC)
    sender = Sender("user:john", "session")
    return accepted_document(NAMES["request_id"], {"k": 1}, sender, accepted_at) | fields


@pytest.mark.parametrize("status", ["queued", "processing", "scoring"])
def test_a_search_under_way_is_202_with_message_and_progress(status):
    progress = {"stage": status, "percent": 10, "detail": ""}
    answer = status_answer(document(status=status, progress=progress))
    assert (answer.status_code, answer.under_way) == (202, True)
    assert answer.document == NAMES | {
        "status": status,
        "message": f"Request is {status}. Please poll again.",
        "progress": progress,
    }


def test_a_completed_search_is_200_with_results_and_metadata():
    results = {"overall_scoring_analysis": {"summary": "s"}, "search_results": [{"id": "1"}]}
    answer = status_answer(document(status="completed", results=results, processing_metadata={"total_results": 1}))
    assert (answer.status_code, answer.under_way) == (200, False)
    assert answer.document == NAMES | {
        "status": "completed",
        "results": results,
        "processing_metadata": {"total_results": 1},
    }


def test_a_completed_search_always_has_results():
    results = status_answer(document(status="completed")).document["results"]
    assert results == {"overall_scoring_analysis": None, "search_results": []}


@pytest.mark.parametrize(("stored", "told"), [("LLM API timeout", "LLM API timeout"), (None, "The search failed")])
def test_a_failed_search_is_500_with_the_error(stored, told):
    answer = status_answer(document(status="failed", error=stored))
    assert (answer.status_code, answer.under_way) == (500, False)
    assert answer.document == NAMES | {"status": "failed", "error": told}


def test_a_cancelled_search_is_200_with_a_message():
    answer = status_answer(document(status="cancelled"))
    assert (answer.status_code, answer.under_way) == (200, False)
    assert answer.document["message"] == "Request was cancelled."


@pytest.mark.parametrize("status", ["queued", "scoring", "completed", "failed", "cancelled"])
def test_nothing_is_told_of_sender_or_storage(status):
    answer = status_answer(document(status=status, _etag="e", _rid="r"))
    private = {"user_id", "owner", "session_id", "request_payload", "enqueued_at", "ttl", "id", "_etag", "_rid"}
    assert not private & answer.document.keys()


@pytest.mark.parametrize(
    ("owner", "caller", "requires_owner", "allowed"),
    [
        ("user:john", "user:john", False, True),
        ("user:john", "user:john", True, True),
        ("user:john", "", False, True),
        ("user:john", "", True, False),
        ("user:john", "user:jane", False, False),
        ("user:john", "user:jane", True, False),
        ("user:john", "principal:john", False, False),
        ("", "", False, True),
        ("", "", True, False),
        ("", "user:jane", False, False),
        ("", "user:jane", True, False),
    ],
)
def test_who_may_read_a_search(owner, caller, requires_owner, allowed):
    assert may_read(document(owner=owner), caller, requires_owner=requires_owner) is allowed
