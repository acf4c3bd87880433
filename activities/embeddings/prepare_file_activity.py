"""A file of a batch, or a stored snippet, becomes the input of its run; one that has nothing to gain stays as it is."""

from activities.runner import log_progress
from shared.resources import Resources
from shared.snippets.file_contracts import Prepared, PrepareTask
from shared.snippets.files import prepare_batched, prepare_stored


async def prepare_file_activity(task: PrepareTask, resources: Resources) -> Prepared:
    """Cut the file's text and upload what is large. Running twice changes nothing.

    Raises:
        Unavailable: A service failed.
        Rejected: The text cannot be cut into chunks that one run can embed.
    """
    prepared = await (prepare_batched if task.blob else prepare_stored)(task, resources)
    log_progress("prepared", unchanged=prepared.submission is None)
    return prepared
