"""What the app tells Application Insights, sent by Microsoft's own exporter to an endpoint of the test's."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE}-b7ad6b7169203331-01"
WORDS = "a deep teal that nobody else asks for"
USER = "john.doe.telemetry@avient.com"
WHOLE = {"k": 3, "REQUEST_RESIN_FINAL": "PP", "REQUEST_COLOR_DESCR": WORDS, "L": 45.5, "a": 12.3, "b": -25.7}


async def test_the_end_of_a_search_is_one_event_with_its_duration_tokens_and_cost(observed):
    document = await observed.client.search(WHOLE, {"user-id": USER})
    (event,) = await observed.ingestion.arrived("customEvents", "SearchOrchestrator", request_id=document["request_id"])
    print(event)
    print(sorted({(r.table, r.name) for r in observed.ingestion.rows}))
