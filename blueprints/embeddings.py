"""Embeddings: the HTTP starter, the orchestrators and the activities of ``POST /api/orchestrators/embeddings``."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from activities.embeddings import ACTIVITIES
from activities.runner import as_function
from blueprints.embeddings_start import accept
from shared.contracts import Contract, PersistTask, SegmentResult, SegmentTask, Snippet, Submission
from shared.http import answered
from shared.orchestration import Call, Ok, Outcome, SubCall, gather_outcomes, rounds_of_task_all, traced
from shared.snippets.aggregate import Aggregate, merge_segments, segment_result
from shared.snippets.identifiers import version_of
from shared.snippets.outcome import could_not_embed, could_not_store, stored
from shared.snippets.plan import CHUNKS_PER_SEGMENT, plan
from shared.snippets.recipes import cutting
from shared.started_runs import run_answer
from shared.telemetry.tracing import incoming, span

bp = df.Blueprint()

# Three rounds ride out a throttled minute of a deployment; more would only keep the caller waiting.
ATTEMPTS = 3

for _name, _activity in ACTIVITIES.items():
    bp.activity_trigger(input_name="data", activity=_name)(as_function(_name, _activity))


@bp.route(route="api/orchestrators/embeddings", methods=["POST"])
@bp.durable_client_input(client_name="client")
@answered
async def http_start_embeddings(req: func.HttpRequest, client, context: func.Context) -> func.HttpResponse:  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]
    """Accept a snippet and start its run; answer 202 with the standard management URLs."""
    with span("http_start_embeddings", incoming(context, req.headers)):
        instance_id = await accept(req, client)
    return run_answer(client.get_client_response_links(req, instance_id))


@bp.orchestration_trigger(context_name="context")  # pyright: ignore[reportUntypedFunctionDecorator]
def embeddings_orchestrator(context: df.DurableOrchestrationContext) -> Generator[Any, Any, dict[str, object]]:
    """Fan the chunks of a snippet out, bring their vectors back, and persist the snippet."""
    return (yield from embed_snippet(context, Submission.model_validate(context.get_input() or {})))


def embed_snippet(
    context: df.DurableOrchestrationContext, submission: Submission
) -> Generator[Any, Any, dict[str, object]]:
    """Do what ``embeddings_orchestrator`` does, as a step of any orchestration, and return its output."""
    snippet = _snippet_of(context, submission)
    segments = plan(submission, snippet)
    total = sum(len(segment.lengths) for segment in segments)
    report(context, "embedding", 0, total)

    if len(segments) == 1 and segments[0].texts is not None:
        results = [(yield from _embed(context, segments[0]))]
    elif segments:
        results = yield from _embed_in_parts(context, segments, total)
    else:
        results = []
    aggregate = merge_segments(segments, results)
    if aggregate.failed:
        return could_not_embed(snippet, aggregate, ATTEMPTS)

    report(context, "persisting", total, total)
    task = _persist_task(submission, snippet, aggregate)
    outcome = yield from call_activity(context, "persist_snippet_activity", task, submission.traceparent)
    if not isinstance(outcome, Ok):
        return could_not_store(snippet, outcome, ATTEMPTS)
    report(context, "completed", total, total)
    return stored(snippet, aggregate, outcome.value)


@bp.orchestration_trigger(context_name="context")  # pyright: ignore[reportUntypedFunctionDecorator]
def embed_segment_orchestrator(context: df.DurableOrchestrationContext) -> Generator[Any, Any, dict[str, object]]:
    """Embed up to 64 consecutive chunks and hand back their sum, so that the parent's history stays small."""
    result = yield from _embed(context, SegmentTask.model_validate(context.get_input()))
    return result.to_json()


def _embed(context: df.DurableOrchestrationContext, segment: SegmentTask) -> Generator[Any, Any, SegmentResult]:
    calls = [Call("embed_chunk_activity", task.to_json(), attempt_field="attempt") for task in segment.chunk_tasks()]
    vectors = yield from rounds_of_task_all(context, traced(calls, segment.traceparent), attempts=ATTEMPTS)
    return segment_result(segment, vectors)


def _embed_in_parts(
    context: df.DurableOrchestrationContext, segments: list[SegmentTask], total: int
) -> Generator[Any, Any, list[SegmentResult | None]]:
    """Embed each segment in a sub-orchestration; None stands for one that failed as a whole."""

    def on_progress(done: int, _: int) -> None:
        report(context, "embedding", min(done * CHUNKS_PER_SEGMENT, total), total)

    calls = [SubCall("embed_segment_orchestrator", segment.to_json()) for segment in segments]
    # A segment makes its own rounds, so it is started once.
    outcomes = yield from gather_outcomes(context, calls, attempts=1, on_progress=on_progress)
    return [SegmentResult.model_validate(o.value) if isinstance(o, Ok) else None for o in outcomes]


def _snippet_of(context: df.DurableOrchestrationContext, submission: Submission) -> Snippet:
    accepted_at_ms = int(context.current_utc_datetime.timestamp() * 1000)
    return Snippet(
        project_id=submission.project_id,
        name=submission.name,
        version=submission.version or version_of(accepted_at_ms, context.instance_id),
        run_id=context.instance_id,
        cutting=cutting(submission.chunk_mode, submission.chunk_size),
    )


def _persist_task(submission: Submission, snippet: Snippet, aggregate: Aggregate) -> PersistTask:
    return PersistTask(
        snippet=snippet,
        chunks=aggregate.chunks,
        characters=aggregate.characters,
        embedding=aggregate.embedding(),
        uploaded=bool(submission.uploads),
        text_hash=submission.text_hash,
    )


def call_activity(
    context: df.DurableOrchestrationContext, name: str, task: Contract, traceparent: str | None
) -> Generator[Any, Any, Outcome]:
    """Run one activity, again while a later round may help, and return its outcome."""
    calls = traced([Call(name, task.to_json())], traceparent)
    (outcome,) = yield from gather_outcomes(context, calls, attempts=ATTEMPTS, retriable=_may_succeed_later)
    return outcome


def _may_succeed_later(failure: str) -> bool:
    return "failed:  Rejected:" not in failure


def report(context: df.DurableOrchestrationContext, stage: str, done: int, total: int) -> None:
    """Tell how far a run is, in its custom status."""
    context.set_custom_status({"stage": stage, "done": done, "total": total})
