"""Which snippets of a project are to be made anew."""

from shared.resources import Resources
from shared.snippets.file_contracts import OutdatedPage, OutdatedTask
from shared.snippets.recipes import recipe

# One orchestration embeds so many files: 50 outcomes keep its history small.
PAGE = 50


async def list_outdated_activity(task: OutdatedTask, resources: Resources) -> OutdatedPage:
    """Return the next page of names of snippets that are not made as the run's recipe says.

    Raises:
        Unavailable: Cosmos DB throttled or could not be reached.
    """
    model = resources.model
    wanted = recipe(task.cutting, model.model, model.dimensions)
    return OutdatedPage(names=tuple(await resources.snippets.outdated(task.project_id, wanted, task.after, PAGE)))
