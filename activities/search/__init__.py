"""The activities of a search, by their durable names, in the order in which a search runs them."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from activities.runner import Activity
from activities.search.compute_flags import compute_flags
from activities.search.compute_lab_diffs import compute_lab_diffs
from activities.search.deduplicate_results import deduplicate_results
from activities.search.deltae_filtering import deltae_filtering
from activities.search.generate_synonyms import generate_synonyms
from activities.search.load_request import load_request
from activities.search.merge_scored_results import merge_scored_results
from activities.search.nearest_colours import nearest_colours
from activities.search.overall_analysis import overall_analysis
from activities.search.read_colour_words import read_colour_words
from activities.search.resin_mapping import resin_mapping
from activities.search.score_chunk import score_chunk
from activities.search.stitch_enrichments import stitch_enrichments
from activities.search.update_status import update_status
from activities.search.vector_search import vector_search
from shared.resources import Resources
from shared.search import contracts

Task = TypeVar("Task", bound=contracts.SearchContract)


def _activity(run: Callable[[Task, Resources], Awaitable[Any]], task: type[Task], *fields: str) -> Activity[Task]:
    """Log ``request_id`` and ``fields`` of each task."""

    def log_fields(of: Task) -> dict[str, Any]:
        return {field: getattr(of, field) for field in ("request_id", *fields)}

    return Activity(run, task.decoded, log_fields)


ACTIVITIES: dict[str, Activity[Any]] = {
    "LoadRequest": _activity(load_request, contracts.RequestRef),
    "UpdateStatus": _activity(update_status, contracts.StatusUpdate, "status"),
    "ResinMapping": _activity(resin_mapping, contracts.ResinTask),
    "GenerateSynonyms": _activity(generate_synonyms, contracts.SynonymTask),
    "ReadColourWords": _activity(read_colour_words, contracts.WordsTask, "attempt"),
    "DeltaEFiltering": _activity(deltae_filtering, contracts.DeltaETask, "threshold"),
    "VectorSearch": _activity(vector_search, contracts.VectorTask, "search_type", "k", "attempt"),
    "NearestColours": _activity(nearest_colours, contracts.NearestTask),
    "DeduplicateResults": _activity(deduplicate_results, contracts.DeduplicateTask),
    "ScoreChunk": _activity(score_chunk, contracts.ScoreTask, "chunk_id"),
    "MergeScoredResults": _activity(merge_scored_results, contracts.MergeTask),
    "OverallAnalysis": _activity(overall_analysis, contracts.AnalysisTask),
    "ComputeFlags": _activity(compute_flags, contracts.FlagsTask),
    "ComputeLabDiffs": _activity(compute_lab_diffs, contracts.LabDiffTask),
    "StitchEnrichments": _activity(stitch_enrichments, contracts.StitchTask),
}
