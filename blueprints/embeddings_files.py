"""Many files: the orchestrations that batches and reindexing share, one for each file below one for a few of them."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df

from blueprints.embeddings import call_activity, embed_snippet
from shared.orchestration import Ok, SubCall, gather_outcomes
from shared.snippets.file_contracts import FileOutcome, FilesTask, FileTask, Prepared, PrepareTask
from shared.snippets.outcome import file_outcome, first_line

bp = df.Blueprint()

# So many outcomes keep the history of one orchestration small, and so many runs at once leave room for others.
FILES_AT_ONCE = 50


@bp.orchestration_trigger(context_name="context")  # pyright: ignore[reportUntypedFunctionDecorator]
def embed_file_orchestrator(context: df.DurableOrchestrationContext) -> Generator[Any, Any, dict[str, object]]:
    """Prepare a file, embed and persist it, unless it is stored already as it should be."""
    task = FileTask.model_validate(context.get_input())
    # By alias, as every contract travels.
    asked = PrepareTask.model_validate({**task.to_json(), "runId": context.instance_id})
    outcome = yield from call_activity(context, "prepare_file_activity", asked, task.traceparent)
    if not isinstance(outcome, Ok):
        return FileOutcome(name=task.name, ok=False, error=f"It could not be prepared: {first_line(outcome)}").to_json()
    prepared = Prepared.model_validate(outcome.value)
    if prepared.submission is None:
        return FileOutcome(name=task.name, ok=True, unchanged=True, chunks=prepared.chunks).to_json()
    output = yield from embed_snippet(context, prepared.submission)
    return file_outcome(task.name, output).to_json()


@bp.orchestration_trigger(context_name="context")  # pyright: ignore[reportUntypedFunctionDecorator]
def embed_files_orchestrator(context: df.DurableOrchestrationContext) -> Generator[Any, Any, list[dict[str, object]]]:
    """Embed a few files at the same time and return their outcomes, in order."""
    files = FilesTask.model_validate(context.get_input()).files
    calls = [
        SubCall("embed_file_orchestrator", file.to_json(), f"{context.instance_id}-{index}")
        for index, file in enumerate(files)
    ]
    outcomes = yield from gather_outcomes(context, calls, attempts=1)
    return [
        (
            FileOutcome.model_validate(outcome.value)
            if isinstance(outcome, Ok)
            else FileOutcome(name=file.name, ok=False, error=first_line(outcome))
        ).to_json()
        for file, outcome in zip(files, outcomes, strict=True)
    ]


def embed_files(
    context: df.DurableOrchestrationContext, files: list[FileTask], group: int
) -> Generator[Any, Any, list[FileOutcome]]:
    """Embed up to ``FILES_AT_ONCE`` files in a sub-orchestration; ``group``: which one of this run it is."""
    task = FilesTask(files=tuple(files)).to_json()
    call = SubCall("embed_files_orchestrator", task, f"{context.instance_id}-{group}")
    (outcome,) = yield from gather_outcomes(context, [call], attempts=1)
    if isinstance(outcome, Ok):
        return [FileOutcome.model_validate(each) for each in outcome.value]
    return [FileOutcome(name=file.name, ok=False, error=first_line(outcome)) for file in files]
