"""How a message of the queue becomes an orchestration: once, whatever is delivered how often."""

from enum import Enum
from typing import Protocol

from shared.resources import Resources
from shared.retry import with_retries
from shared.search.contracts import SearchStart
from shared.search.decisions import STEPS
from shared.search.request_documents import QUEUED
from shared.telemetry.tracing import traceparent

ORCHESTRATOR = "SearchOrchestrator"


class UnknownSearch(Exception):
    """A message names a search of which there is no document, or not yet where this process reads."""


class Started(Enum):
    """What a delivery came to."""

    STARTED = "started"
    RUNNING = "an orchestration has it already"
    MOVED_ON = "its document is past queued"


class Orchestrations(Protocol):
    """The durable client, as far as searches need it."""

    async def runtime_status(self, instance_id: str) -> str | None:
        """Return the runtime status of an instance, such as ``Running``; None where there is none."""
        ...

    async def start(self, name: str, instance_id: str, task: dict[str, object]) -> None:
        """Start an orchestration; one that exists already is left alone."""
        ...


async def start_search(request_id: str, orchestrations: Orchestrations, resources: Resources) -> Started:
    """Start the orchestration of a search unless it was started before.

    A search that has ended is never started again, whatever became of its instance. Of two deliveries at the same
    moment the second may start an instance that ended in between; its ``LoadRequest`` then shows the final status.

    Raises:
        UnknownSearch: There is no document with this id.
        Unavailable: A service that is needed does not answer.
    """
    document = await with_retries(lambda: resources.search_requests.read(request_id))
    if document is None:
        raise UnknownSearch(request_id)
    if document["status"] != QUEUED:
        return Started.MOVED_ON
    if await with_retries(lambda: orchestrations.runtime_status(request_id)) is not None:
        return Started.RUNNING
    settings = resources.settings
    task = SearchStart(
        request_id=request_id,
        deadline_s=settings.searches.deadline_s,
        llm=settings.language_model is not None,
        traceparent=traceparent(),
        steps=STEPS,
        patience_s=settings.searches.patience_s,
    )
    await with_retries(lambda: orchestrations.start(ORCHESTRATOR, request_id, task.to_json()))
    return Started.STARTED
