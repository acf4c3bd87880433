"""Results, flags and colour differences become what the user reads."""

from shared.resources import Resources
from shared.search.contracts import Stitched, StitchTask
from shared.search.results import stitched


async def stitch_enrichments(task: StitchTask, resources: Resources) -> Stitched:  # noqa: ARG001
    """Return each result with its ``flags`` and ``lab_diff``, in the order given."""
    return Stitched(search_results=stitched(task.results, task.flags, task.lab_diffs))
