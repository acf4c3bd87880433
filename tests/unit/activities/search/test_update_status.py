"""UpdateStatus as the orchestrator calls it: JSON in, JSON out."""

from activities.search import ACTIVITIES
from shared.search.contracts import StatusUpdate
from tests.support.searches import ACCEPTED_AT

ACTIVITY = ACTIVITIES["UpdateStatus"]


async def update(searches, **fields):
    result = await ACTIVITY.run(ACTIVITY.decode(fields), searches.resources)
    return result.to_json()


async def test_an_update_is_written_and_told(searches):
    request_id = await searches.accepted()
    progress = {"stage": "searching", "percent": 30, "detail": "4 searches"}
    told = await update(searches, request_id=request_id, status="processing", progress=progress)
    assert told == {"status": "processing", "applied": True}
    assert (await searches.document(request_id))["progress"] == progress


async def test_running_twice_changes_nothing(searches):
    request_id = await searches.accepted()
    fields = {"status": "completed", "results": {"search_results": []}, "metadata": {"total_results": 0}}
    assert (await update(searches, request_id=request_id, **fields))["applied"]
    first = await searches.document(request_id)
    assert await update(searches, request_id=request_id, **fields) == {"status": "completed", "applied": False}
    assert await searches.document(request_id) == first


async def test_a_run_that_was_closed_meanwhile_is_told_so(searches):
    request_id = await searches.accepted()
    await searches.write(StatusUpdate(request_id=request_id, status="cancelled"), ACCEPTED_AT)
    assert await update(searches, request_id=request_id, status="scoring") == {"status": "cancelled", "applied": False}
