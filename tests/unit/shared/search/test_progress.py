"""A search moves on: forward only, whoever else writes, and its end is told once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import Unavailable
from shared.search.contracts import Progress, StatusUpdate, StatusUpdated
from shared.search.progress import TELEMETRY_EVENT, advance
from tests.support.searches import new_request_id


def ends(caplog):
    return [record for record in caplog.records if record.message == TELEMETRY_EVENT]


@pytest.fixture(autouse=True)
def _info(caplog):
    caplog.set_level("INFO", "shared.search.progress")


async def test_a_search_goes_through_its_stages_to_its_results(searches):
    request_id = await searches.accepted()
    results = {"overall_scoring_analysis": None, "search_results": [{"id": "1"}]}
    steps = [
        StatusUpdate(request_id=request_id, status="processing", metadata={"started_at": "2026-11-22T12:00:00.000Z"}),
        StatusUpdate(request_id=request_id, status="scoring", progress=Progress(stage="scoring", percent=60)),
        StatusUpdate(request_id=request_id, status="completed", results=results, metadata={"total_results": 1}),
    ]
    for step in steps:
        assert await advance(step, searches.resources) == StatusUpdated(status=step.status, applied=True)
    document = await searches.document(request_id)
    assert (document["status"], document["results"]) == ("completed", results)
    assert document["processing_metadata"] == {"started_at": "2026-11-22T12:00:00.000Z", "total_results": 1}
    assert document["progress"]["percent"] == 100


async def test_a_search_never_goes_back(searches):
    request_id = await searches.accepted(status="scoring")
    behind = StatusUpdate(request_id=request_id, status="processing")
    assert await advance(behind, searches.resources) == StatusUpdated(status="scoring", applied=False)


@pytest.mark.parametrize("final", ["completed", "failed", "cancelled"])
@pytest.mark.parametrize("status", ["processing", "completed", "failed"])
async def test_a_final_status_stays(searches, final, status):
    request_id = await searches.accepted(status=final)
    before = await searches.document(request_id)
    update = StatusUpdate(request_id=request_id, status=status, error="late", results={"search_results": []})
    assert await advance(update, searches.resources) == StatusUpdated(status=final, applied=False)
    assert await searches.document(request_id) == before


async def test_a_search_that_cannot_be_seen_yet_is_left_to_the_next_round(searches):
    with pytest.raises(Unavailable, match="cannot be seen"):
        await advance(StatusUpdate(request_id=new_request_id(), status="processing"), searches.resources)


async def test_who_loses_a_race_looks_again(searches):
    """The stamp that follows the acceptance changes the document between our reading and our writing."""
    request_id = await searches.accepted()
    requests = searches.resources.search_requests
    read, stamped = requests.read, []

    async def read_then_stamp(request_id):
        document = await read(request_id)
        if not stamped:
            stamped.append(request_id)
            await requests.stamp_enqueued(request_id, "2026-11-22T12:00:00.500Z")
        return document

    requests.read = read_then_stamp
    update = StatusUpdate(request_id=request_id, status="processing")
    assert (await advance(update, searches.resources)).applied
    document = await read(request_id)
    assert (document["status"], document["enqueued_at"]) == ("processing", "2026-11-22T12:00:00.500Z")


async def test_a_document_that_changes_all_the_time_is_left_to_the_next_round(searches):
    request_id = await searches.accepted()
    requests = searches.resources.search_requests
    read = requests.read

    async def read_then_change(request_id):
        document = await read(request_id)
        await requests.stamp_enqueued(request_id, datetime.now(UTC).isoformat())
        return document

    requests.read = read_then_change
    with pytest.raises(Unavailable, match="being written by many"):
        await advance(StatusUpdate(request_id=request_id, status="processing"), searches.resources)


async def test_of_many_who_end_a_search_one_does(searches, caplog):
    request_id = await searches.accepted()
    updates = [StatusUpdate(request_id=request_id, status="failed", error=str(number)) for number in range(8)]
    outcomes = await asyncio.gather(*(advance(update, searches.resources) for update in updates))
    assert sorted(outcome.applied for outcome in outcomes) == [False] * 7 + [True]
    assert len(ends(caplog)) == 1


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
async def test_the_end_is_told_once_with_its_figures(searches, caplog, status):
    request_id = await searches.accepted()
    began = (datetime.now(UTC) - timedelta(seconds=10)).isoformat()
    metadata = {"started_at": began, "total_results": 3, "degraded": ["analysis", "flags"]}
    update = StatusUpdate(request_id=request_id, status=status, metadata=metadata)
    await advance(StatusUpdate(request_id=request_id, status="processing"), searches.resources)
    assert ends(caplog) == []
    await advance(update, searches.resources)
    await advance(update, searches.resources)
    (end,) = ends(caplog)
    told = (end.event, end.request_id, end.status, end.total_results, end.degraded)
    assert told == ("SearchOrchestrator", request_id, status, 3, 2)
    assert 10_000 <= end.duration_ms < 60_000


async def test_a_search_that_ends_without_metadata_is_told_too(searches, caplog):
    request_id = await searches.accepted()
    await advance(StatusUpdate(request_id=request_id, status="failed", error="gone"), searches.resources)
    (end,) = ends(caplog)
    assert (end.total_results, end.degraded) == (0, 0)
