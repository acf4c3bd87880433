"""What the app tells Application Insights, sent by Microsoft's own exporter to an endpoint of the test's."""

from collections import Counter
from itertools import pairwise

import pytest

from shared.search.progress import TELEMETRY_FIELDS
from shared.telemetry.metrics import DIMENSIONS
from tests.support.infra.kql_queries import queries
from tests.support.infra.project import CHECKOUT
from tests.support.stack import SAMPLE

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVENT = "SearchOrchestrator"
# What a search runs, besides what it starts with.
ACTIVITIES = {
    *("LoadRequest", "UpdateStatus", "ResinMapping", "GenerateSynonyms", "DeltaEFiltering", "VectorSearch"),
    *("DeduplicateResults", "ScoreChunk", "MergeScoredResults", "OverallAnalysis", "ComputeFlags", "ComputeLabDiffs"),
    "StitchEnrichments",
}


async def spans_of(observed, trace_id, **counts):
    """Return the spans of a trace once there are so many, or more, of each name."""

    def spans():
        return [row for row in observed.ingestion.of("dependencies") if row.operation_id == trace_id]

    def are_there():
        return Counter(row.name for row in spans()) >= Counter(counts)

    await observed.ingestion.when(are_there, f"{counts} of one trace")
    return spans()


async def test_the_end_of_a_search_is_one_event_with_its_duration_tokens_and_cost(observed):
    request_id = observed.search["request_id"]
    (event,) = await observed.ingestion.arrived("customEvents", EVENT, request_id=request_id)
    assert event.dimensions.keys() - {"logger_name"} == set(TELEMETRY_FIELDS)
    assert (event.dimensions["status"], event.dimensions["total_results"]) == ("completed", "3")
    assert 0 < int(event.dimensions["duration_ms"]) < 60_000
    assert int(event.dimensions["input_tokens"]) > int(event.dimensions["output_tokens"]) > 0
    assert 0 < float(event.dimensions["cost_usd"]) < 0.1
    assert event.operation_id == observed.search_trace.id


async def test_one_trace_leads_from_the_request_through_the_queue_to_each_activity(observed):
    way = ["SearchRequestAccept", "send to search-requests", "SearchQueueStarter", "LoadRequest"]
    wanted = dict.fromkeys({*ACTIVITIES, *way, "chat score_chunk", "embeddings"}, 1)
    spans = await spans_of(observed, observed.search_trace.id, **wanted)
    by_name = {row.name: row for row in spans}
    for before, after in pairwise(way):
        assert by_name[after].operation_parent_id == by_name[before].id, (before, after)
    assert by_name["SearchRequestAccept"].operation_parent_id == observed.search_trace.span_id
    scored = {row.id for row in spans if row.name == "ScoreChunk"}
    assert by_name["chat score_chunk"].operation_parent_id in scored
    assert int(by_name["chat score_chunk"].dimensions["gen_ai.usage.input_tokens"]) > 0


async def test_a_snippets_trace_leads_to_each_chunk(observed):
    wanted = {"http_start_embeddings": 1, "embed_chunk_activity": 1, "persist_snippet_activity": 1}
    spans = await spans_of(observed, observed.snippet_trace.id, **wanted)
    by_name = {row.name: row for row in spans}
    assert by_name["embed_chunk_activity"].operation_parent_id == by_name["http_start_embeddings"].id
    await observed.ingestion.arrived("customMetrics", "Embedding.Chunks")


# What a run gathers of an account of twelve repositories.
GATHERING = {
    "GetRepoNamesActivity": 1,
    "FetchRepoContextBundleActivity": 12,
    "EmbedRepositoriesActivity": 1,
    "StoreRepoIndexActivity": 1,
}
START = "start RepoContextOrchestrator"


async def gathered(observed, headers=None, **more):
    """Gather the account, unless what is kept of it is fresh; return once no run is under way."""
    body = {"username": "pallets", **more}
    status, links, _ = await observed.app.call("POST", "/api/orchestrators/repo-context", json=body, headers=headers)
    if status == 202:
        await observed.app.ended(links)


async def test_the_trace_of_a_request_leads_to_each_repository_that_is_gathered(observed):
    await gathered(observed)
    trace = type(observed.search_trace)()
    await gathered(observed, trace.headers, force=True)
    spans = await spans_of(observed, trace.id, **GATHERING, **{"http_start_repo_context": 1, START: 1})
    by_name = {row.name: row for row in spans}
    assert by_name["http_start_repo_context"].operation_parent_id == trace.span_id
    assert by_name[START].operation_parent_id == by_name["http_start_repo_context"].id
    assert {row.operation_parent_id for row in spans if row.name in GATHERING} == {by_name[START].id}


async def test_the_trace_of_a_timer_leads_to_each_repository_that_is_gathered(observed):
    await gathered(observed)
    forgotten = {"username": "pallets", "dry_run": False}
    status, _, _ = await observed.app.call("POST", "/api/github/cache/cleanup", json=forgotten)
    assert status == 200

    def begun_by_a_timer():
        ticks = {row.id: row for row in observed.ingestion.of("dependencies", "refresh_repo_context")}
        starts = observed.ingestion.of("dependencies", START)
        return [row for row in starts if row.operation_parent_id in ticks]

    await observed.ingestion.when(begun_by_a_timer, "a run that a timer has started")
    start = begun_by_a_timer()[-1]
    spans = await spans_of(observed, start.operation_id, **GATHERING)
    assert {row.operation_parent_id for row in spans if row.name in GATHERING} == {start.id}


@pytest.mark.parametrize("header", ["nonsense", "00-" + "f" * 4000])
async def test_a_trace_that_cannot_be_read_is_as_good_as_none(observed, header):
    document = await observed.client.search({"k": 1, "REQUEST_COLOR_DESCR": "blue"}, {"traceparent": header})
    (event,) = await observed.ingestion.arrived("customEvents", EVENT, request_id=document["request_id"])
    assert event.operation_id.strip("0")


async def test_a_chunk_that_fails_and_the_service_that_throttled_are_counted(observed):
    for attempt in ("1", "2", "3"):
        await observed.ingestion.arrived("customMetrics", "Embedding.FailedChunks", attempt=attempt)
    throttled = await observed.ingestion.arrived("customMetrics", "Service.Throttled", service="Azure OpenAI")
    assert sum(row.value for row in throttled) >= 3


async def test_a_step_that_fails_is_a_span_that_failed_and_the_search_an_event(observed):
    await observed.parts.index.set(rate_503=1, retry_after_s=None)
    trace = type(observed.search_trace)()
    request_id = await observed.client.submit({"k": 1, "REQUEST_COLOR_DESCR": "green"}, trace.headers)
    await observed.client.ended(request_id)
    await observed.parts.index.set()
    spans = await spans_of(observed, trace.id, VectorSearch=3)
    assert [row.success for row in spans if row.name == "VectorSearch"] == [False] * 3
    (event,) = await observed.ingestion.arrived("customEvents", EVENT, request_id=request_id)
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
    await observed.ingestion.arrived("customEvents", EVENT)
    assert {row.table for row in observed.ingestion.rows} <= {"customEvents", "customMetrics", "dependencies"}


async def test_nobodys_words_names_or_secrets_are_told(observed):
    await observed.ingestion.arrived("customEvents", EVENT, request_id=observed.search["request_id"])
    await spans_of(observed, observed.snippet_trace.id, persist_snippet_activity=1)
    told = "\n".join(observed.ingestion.raw)
    hidden = ["teal", "shade_of", "john.doe", "example.org", "pallets", "REQUEST_", "Traceback"]
    keys = [value for name, value in SAMPLE.items() if name.endswith("_KEY") and len(value) > 8]
    assert keys
    assert [text for text in (*hidden, *keys, "AccountKey", "SharedAccessKey") if text in told] == []
