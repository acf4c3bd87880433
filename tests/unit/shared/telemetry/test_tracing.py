"""Traces without an SDK: what came in is passed on, and nothing is made up."""

import json
from types import SimpleNamespace

import pytest
from azure.functions import HttpRequest
from opentelemetry import trace

from blueprints.embeddings import embeddings_orchestrator
from blueprints.search import search_orchestrator
from shared.search.contracts import Usage
from shared.search.journal import Journal
from shared.telemetry.tracing import carried, incoming, message_properties, span, traceparent
from tests.support.scripted_context import drive
from tests.support.scripted_search import ANALYSIS, START, answers, last_update, request_of

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def context(parent=""):
    """A function's context as the host hands it over."""
    return SimpleNamespace(trace_context=SimpleNamespace(trace_parent=parent))


def test_work_that_belongs_to_no_trace_sends_none_on():
    with span("work"):
        assert (traceparent(), message_properties()) == (None, {})


def test_what_came_in_is_passed_on():
    with span("work", PARENT), span("part of it"):
        assert traceparent() == PARENT
        assert message_properties() == {"traceparent": PARENT, "Diagnostic-Id": PARENT}
    assert traceparent() is None


@pytest.mark.parametrize("parent", ["", "nonsense", PARENT[:-3], PARENT.replace("0af", "xyz"), "00-" + "0" * 32])
def test_a_parent_that_cannot_be_read_is_none(parent):
    with span("work", parent):
        assert traceparent() is None


@pytest.mark.parametrize(
    ("carrier", "expected"),
    [
        (None, None),
        ({}, None),
        ({"traceparent": PARENT}, PARENT),
        ({"traceparent": PARENT.encode()}, PARENT),
        ({"traceparent": b"\xff"}, "\ufffd"),
        ({"traceparent": 7}, None),
        ({"traceparent": "x" * 129}, None),
        ({"traceparent": [PARENT]}, None),
    ],
)
def test_only_a_short_text_counts_as_a_trace(carrier, expected):
    assert carried(carrier) == expected


def test_the_hosts_span_comes_before_the_callers_header():
    mine = PARENT.replace("b7ad", "aaaa")
    headers = HttpRequest(method="POST", url="/search", headers={"Traceparent": PARENT}, body=b"").headers
    assert incoming(context(mine), headers) == mine
    assert incoming(context(), headers) == PARENT
    assert incoming(context(), {}) is None


def test_an_error_goes_through_and_ends_its_span():
    with pytest.raises(ValueError, match="as it was"), span("work", PARENT):
        raise ValueError("as it was")
    assert not trace.get_current_span().get_span_context().is_valid


def test_every_task_of_a_search_carries_its_trace():
    driven = drive(search_orchestrator, {**START, "traceparent": PARENT}, answers(request_of()))
    assert driven.output["status"] == "completed"
    assert {_document(call.input).get("traceparent") for call in driven.calls} == {PARENT}


def test_the_tasks_of_a_search_without_a_trace_are_what_they_were():
    driven = drive(search_orchestrator, START, answers(request_of()))
    assert not any("traceparent" in _document(call.input) for call in driven.calls)


def test_every_task_of_a_snippet_carries_its_trace():
    submission = {"projectId": "p", "name": "a.py", "text": "x" * 1700, "traceparent": PARENT}
    stored = {"embedded": 3, "reused": 0, "dimensions": 2}
    results = {"embed_chunk_activity": [1.0, 0.0], "persist_snippet_activity": stored}
    driven = drive(embeddings_orchestrator, submission, results)
    assert len(driven.calls) == 4
    assert {_document(call.input).get("traceparent") for call in driven.calls} == {PARENT}


@pytest.mark.parametrize("handed_back", [dict, json.dumps])
def test_a_search_tells_the_tokens_of_all_its_calls(handed_back):
    spent = {"usage": {"prompt_tokens": 100, "completion_tokens": 7}}
    replaced = {
        "GenerateSynonyms": handed_back({"resins": [], **spent}),
        "ScoreChunk": lambda task: handed_back(_scored(task) | spent),
        "OverallAnalysis": handed_back(ANALYSIS | spent),
    }
    driven = drive(search_orchestrator, START, answers(request_of()) | replaced)
    calls = len(driven.inputs_of("ScoreChunk")) + 2
    usage = last_update(driven.inputs_of("UpdateStatus"))["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"]) == (100 * calls, 7 * calls)


def _document(payload):
    """A payload, which may travel as text."""
    return json.loads(payload) if isinstance(payload, str) else payload


def _scored(task):
    scores = [{"id": each["id"], "score": 50, "explanation": "fits"} for each in _document(task)["chunk"]]
    return {"chunk_id": _document(task)["chunk_id"], "scores": scores}


def test_a_run_that_asked_no_model_has_no_usage():
    journal = Journal(started_at=None)
    journal.spend(None)
    journal.spend(Usage())
    assert journal.usage is None
