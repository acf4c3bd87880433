"""Candidates and their scores become the list that the user gets."""

from activities.runner import log_progress
from shared.resources import Resources
from shared.search.contracts import MergeTask, Ranked, Wanted
from shared.search.ranking import ranked


async def merge_scored_results(task: MergeTask, resources: Resources) -> Ranked:  # noqa: ARG001
    """Return the best ``k`` in the order that ``ranked`` gives them."""
    results = ranked(task.results, task.chunks, task.wanted or Wanted(lab=task.lab), task.k)
    log_progress("merged", results=len(results), scored=sum(result.score is not None for result in results))
    return Ranked(results=results)
