"""What the app tells Application Insights, sent by Microsoft's own exporter to an endpoint of the test's."""

import json
import secrets
from itertools import pairwise

import pytest

from shared.search.progress import TELEMETRY_FIELDS
from shared.telemetry.metrics import DIMENSIONS
from tests.support.infra.kql_queries import queries
from tests.support.infra.project import CHECKOUT
from tests.support.stack import SAMPLE

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = "a deep teal that nobody else asks for"
SNIPPET = "def shade_of_teal_in_a_snippet(): ..."
USER = "john.doe.telemetry@example.org"
WHOLE = {"k": 3, "REQUEST_RESIN_FINAL": "PP", "REQUEST_COLOR_DESCR": WORDS, "L": 45.5, "a": 12.3, "b": -25.7}
# What a search runs, besides what it starts with.
ACTIVITIES = {
    *("LoadRequest", "UpdateStatus", "ResinMapping", "GenerateSynonyms", "DeltaEFiltering", "VectorSearch"),
    *("DeduplicateResults", "ScoreChunk", "MergeScoredResults", "OverallAnalysis", "ComputeFlags", "ComputeLabDiffs"),
    "StitchEnrichments",
}


def new_trace():
    """Return a trace id and the header with which a caller says that its request belongs there."""
    trace_id = secrets.token_hex(16)
    return trace_id, {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"}


async def spans_of(observed, trace_id, names):
    """Return the spans of a trace by name once those named are there."""

    def spans():
        return [row for row in observed.ingestion.of("dependencies") if row.operation_id == trace_id]

    await observed.ingestion.when(lambda: names <= {row.name for row in spans()}, f"{names} of one trace")
    return spans()


async def test_the_end_of_a_search_is_one_event_with_its_duration_tokens_and_cost(observed):
    trace_id, headers = new_trace()
    document = await observed.client.search(WHOLE, headers | {"user-id": USER})
    (event,) = await observed.ingestion.arrived("customEvents", "SearchOrchestrator", request_id=document["request_id"])
    assert event.dimensions.keys() - {"logger_name"} == set(TELEMETRY_FIELDS)
    assert (event.dimensions["status"], event.dimensions["total_results"]) == ("completed", "3")
    assert 0 < int(event.dimensions["duration_ms"]) < 60_000
    assert int(event.dimensions["input_tokens"]) > int(event.dimensions["output_tokens"]) > 0
    assert 0 < float(event.dimensions["cost_usd"]) < 0.1
    assert event.operation_id == trace_id


async def test_one_trace_leads_from_the_request_through_the_queue_to_each_activity(observed):
    trace_id, headers = new_trace()
    await observed.client.search(WHOLE | {"REQUEST_RESIN_FINAL": "PA6"}, headers)
    way = ["SearchRequestAccept", "send to search-requests", "SearchQueueStarter", "LoadRequest"]
    spans = await spans_of(observed, trace_id, ACTIVITIES | set(way) | {"chat score_chunk", "embeddings"})
    by_name = {row.name: row for row in spans}
    for before, after in pairwise(way):
        assert by_name[after].operation_parent_id == by_name[before].id, (before, after)
    assert by_name["SearchRequestAccept"].operation_parent_id == headers["traceparent"].split("-")[2]
    scored = {row.id for row in spans if row.name == "ScoreChunk"}
    assert by_name["chat score_chunk"].operation_parent_id in scored
    assert int(by_name["chat score_chunk"].dimensions["gen_ai.usage.input_tokens"]) > 0


async def test_a_snippets_trace_leads_to_each_chunk(observed):
    trace_id, headers = new_trace()
    links = await observed.app.submit(headers=headers, projectId="p", name="teal.py", text=SNIPPET)
    await observed.app.ended(links)
    names = {"http_start_embeddings", "embed_chunk_activity", "persist_snippet_activity"}
    spans = await spans_of(observed, trace_id, names)
    (start,) = [row for row in spans if row.name == "http_start_embeddings"]
    (chunk,) = [row for row in spans if row.name == "embed_chunk_activity"]
    assert chunk.operation_parent_id == start.id
    await observed.ingestion.arrived("customMetrics", "Embedding.Chunks")


@pytest.mark.parametrize("header", ["nonsense", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "00-" + "f" * 4000])
async def test_a_trace_that_cannot_be_read_is_as_good_as_none(observed, header):
    document = await observed.client.search({"k": 1, "REQUEST_COLOR_DESCR": WORDS}, {"traceparent": header})
    (event,) = await observed.ingestion.arrived("customEvents", "SearchOrchestrator", request_id=document["request_id"])
    assert event.operation_id.strip("0")


async def test_a_chunk_that_fails_and_the_service_that_throttled_are_counted(observed):
    await observed.parts.openai.set("embeddings", rate_429=1, retry_after_s=0)
    links = await observed.app.submit(projectId="p", name="throttled.py", text="red green blue")
    assert (await observed.app.ended(links))["output"]["ok"] is False
    await observed.parts.openai.set()
    for attempt in ("1", "2", "3"):
        await observed.ingestion.arrived("customMetrics", "Embedding.FailedChunks", attempt=attempt)
    throttled = await observed.ingestion.arrived("customMetrics", "Service.Throttled", service="Azure OpenAI")
    assert sum(row.value for row in throttled) >= 3


async def test_a_step_that_fails_tells_the_type_of_its_error_alone(observed):
    await observed.parts.index.set(rate_503=1, retry_after_s=None)
    trace_id, headers = new_trace()
    request_id = await observed.client.submit({"k": 1, "REQUEST_COLOR_DESCR": WORDS}, headers)
    await observed.client.ended(request_id)
    await observed.parts.index.set()
    spans = await spans_of(observed, trace_id, {"VectorSearch"})
    assert [row.success for row in spans if row.name == "VectorSearch"] == [False] * 3
    (event,) = await observed.ingestion.arrived("customEvents", "SearchOrchestrator", request_id=request_id)
    assert event.dimensions["status"] == "failed"


@pytest.mark.parametrize("table", ["customEvents", "customMetrics"])
async def test_what_the_queries_ask_for_arrives(observed, table):
    for query in queries(CHECKOUT).values():
        if not query.asks(table):
            continue
        dimensions = set()
        for name in query.names:
            rows = await observed.ingestion.arrived(table, name)
            dimensions |= {field for row in rows for field in row.dimensions}
        assert query.dimensions <= dimensions, query.name


async def test_every_metric_arrives_with_its_dimensions_and_no_other(observed):
    for name, dimensions in DIMENSIONS.items():
        rows = await observed.ingestion.arrived("customMetrics", name)
        assert all(row.dimensions.keys() == set(dimensions) for row in rows), name


async def test_requests_logs_and_exceptions_are_left_to_the_host(observed):
    assert {row.table for row in observed.ingestion.rows} == {"customEvents", "customMetrics", "dependencies"}


async def test_nobodys_words_names_or_secrets_are_told(observed):
    told = "\n".join(observed.ingestion.raw)
    hidden = [WORDS, "teal", "shade_of", USER, USER.split("@")[0], "pallets", "REQUEST_", "Traceback"]
    keys = [value for name, value in SAMPLE.items() if name.endswith("_KEY") and len(value) > 8]
    assert keys
    assert [text for text in (*hidden, *keys, "AccountKey", "SharedAccessKey") if text in told] == []
    assert json.loads(observed.ingestion.raw[0])
