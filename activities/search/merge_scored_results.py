"""Candidates and their scores become the list that the user gets."""

from activities.runner import log_progress
from shared.resources import Resources
from shared.search.contracts import MergeTask, Ranked
from shared.search.ranking import ranked_by_score


async def merge_scored_results(task: MergeTask, resources: Resources) -> Ranked:  # noqa: ARG001
    """Return the best ``k`` by score, colour difference and id."""
    results = ranked_by_score(task.results, task.chunks, task.lab, task.k)
    log_progress("merged", results=len(results), scored=sum(result.score is not None for result in results))
    return Ranked(results=results)
