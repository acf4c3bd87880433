"""The finds of all searches become one list."""

from activities.runner import log_progress
from shared.resources import Resources
from shared.search.contracts import Deduplicated, DeduplicateTask
from shared.search.fusion import fuse


async def deduplicate_results(task: DeduplicateTask, resources: Resources) -> Deduplicated:  # noqa: ARG001
    """Return every material once, by fused score, with the searches that found it."""
    total = sum(len(search.results) for search in task.searches)
    results = fuse(task.searches)
    log_progress("deduplicated", before=total, after=len(results))
    return Deduplicated(results=results, total_before=total)
