"""The finds of all searches become one list."""

import asyncio

from activities.runner import log_progress
from shared.resources import Resources
from shared.search.contracts import Deduplicated, DeduplicateTask
from shared.search.eligibility import deduplicated


async def deduplicate_results(task: DeduplicateTask, resources: Resources) -> Deduplicated:  # noqa: ARG001
    """Return every material that is worth scoring once, by fused score, with the searches that found it."""
    # A hundred materials take some ms, and the first ones load the names of resins.
    found = await asyncio.to_thread(deduplicated, task.searches, task.wanted)
    log_progress("deduplicated", before=found.total_before, after=found.total_after, left=len(found.results))
    return found
