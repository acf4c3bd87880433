"""The document of a search: what is stored at first, and how its status moves on."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.search.contracts import Progress, StatusUpdate
from shared.search.request_documents import (
    Sender,
    accepted_document,
    advanced,
    duration_ms,
    is_request_id,
    timestamp,
)

REQUEST_ID = "req_550e8400-e29b-41d4-a716-446655440000"
ACCEPTED_AT = datetime(2025, 10, 10, 14, 20, tzinfo=UTC)
LATER = ACCEPTED_AT + timedelta(seconds=5, milliseconds=123)
PAYLOAD = {"k": 20, "REQUEST_RESIN_FINAL": "PP"}
STATUSES = ["queued", "processing", "scoring", "completed", "failed", "cancelled"]
FINAL = STATUSES[3:]


def document(**fields):
    return accepted_document(REQUEST_ID, PAYLOAD, Sender("user:john", "session"), ACCEPTED_AT) | fields


def update(status, percent=None, **fields):
    progress = None if percent is None else Progress(stage=status, percent=percent, detail="detail")
    return StatusUpdate(request_id=REQUEST_ID, status=status, progress=progress, **fields)


def test_a_search_is_stored_as_the_spec_writes_it():
    assert document() == {
        "id": REQUEST_ID,
        "request_id": REQUEST_ID,
        "session_id": "session",
        "user_id": "john",
        "owner": "user:john",
        "created_at": "2025-10-10T14:20:00.000Z",
        "updated_at": "2025-10-10T14:20:00.000Z",
        "enqueued_at": None,
        "status": "queued",
        "progress": {"stage": "queued", "percent": 0, "detail": ""},
        "request_payload": PAYLOAD,
        "results": None,
        "error": None,
        "processing_metadata": {},
        "ttl": 2_592_000,
    }


@pytest.mark.parametrize(("caller", "user_id"), [("", ""), ("user:a:b", "a:b"), ("principal:4f1c", "4f1c")])
def test_a_sender_is_stored_by_the_id_they_go_by(caller, user_id):
    assert Sender(caller, "s").user_id == user_id


@pytest.mark.parametrize(
    "value",
    [
        "",
        None,
        7,
        "550e8400-e29b-41d4-a716-446655440000",
        "req_550E8400-E29B-41D4-A716-446655440000",
        REQUEST_ID + "\n",
        REQUEST_ID + "/..",
        "req_../../x",
        "req_" + "0" * 36,
    ],
)
def test_what_is_no_request_id(value):
    assert is_request_id(REQUEST_ID)
    assert not is_request_id(value)


def test_timestamps_are_in_utc_with_milliseconds():
    moment = datetime(2025, 10, 10, 16, 20, 5, 123_999, tzinfo=timezone(timedelta(hours=2)))
    assert timestamp(moment) == "2025-10-10T14:20:05.123Z"
    assert datetime.fromisoformat(timestamp(moment)) == LATER


@pytest.mark.parametrize("before", STATUSES)
@pytest.mark.parametrize("after", STATUSES)
def test_a_status_only_moves_forward(before, after):
    changed = advanced(document(status=before), update(after), LATER)
    allowed = before not in FINAL and STATUSES.index(after) >= STATUSES.index(before)
    assert (changed is not None) == allowed
    if changed:
        assert (changed["status"], changed["updated_at"]) == (after, "2025-10-10T14:20:05.123Z")


def test_the_same_status_brings_progress_up_to_date():
    changed = advanced(document(status="scoring"), update("scoring", 70), LATER)
    assert changed["progress"] == {"stage": "scoring", "percent": 70, "detail": "detail"}


@pytest.mark.parametrize("status", ["processing", "scoring", "failed"])
def test_a_percentage_never_falls(status):
    before = document(status="processing", progress={"stage": "processing", "percent": 60, "detail": ""})
    assert advanced(before, update(status, 40), LATER)["progress"]["percent"] == 60


@pytest.mark.parametrize(("status", "percent"), [("processing", 30), ("failed", 30), ("completed", 100)])
def test_a_status_without_progress_tells_its_own(status, percent):
    before = document(progress={"stage": "queued", "percent": 30, "detail": "searching"})
    changed = advanced(before, update(status), LATER)
    assert changed["progress"] == {"stage": status, "percent": percent, "detail": ""}


def test_metadata_is_merged_key_by_key():
    first = advanced(document(), update("processing", metadata={"started_at": "t", "degraded": []}), LATER)
    second = advanced(first, update("completed", metadata={"degraded": ["analysis"], "total_results": 3}), LATER)
    assert second["processing_metadata"] == {"started_at": "t", "degraded": ["analysis"], "total_results": 3}


def test_results_and_errors_are_stored_as_they_come():
    completed = advanced(document(), update("completed", results={"search_results": []}), LATER)
    failed = advanced(document(), update("failed", error="LLM API timeout after 3 retries"), LATER)
    assert (completed["results"], completed["error"]) == ({"search_results": []}, None)
    assert (failed["results"], failed["error"]) == (None, "LLM API timeout after 3 retries")


def test_what_was_stored_is_not_changed_in_place():
    before = document()
    advanced(before, update("completed", 100, results={}, metadata={"a": 1}), LATER)
    assert before == document()


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"started_at": "2025-10-10T14:20:02.123000+00:00"}, 3000),
        ({"started_at": "2025-10-10T14:20:02.123Z"}, 3000),
        ({"started_at": "2025-10-10T14:20:02.123"}, 3000),
        ({"started_at": "2025-10-10T15:00:00Z"}, 0),
        ({"started_at": "yesterday"}, 5123),
        ({"started_at": 7}, 5123),
        ({}, 5123),
        (None, 5123),
    ],
)
def test_the_duration_counts_from_the_orchestrations_start(metadata, expected):
    assert duration_ms(document(processing_metadata=metadata), LATER) == expected
