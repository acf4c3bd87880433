"""How far a search has come, for those who poll."""

from shared.resources import Resources
from shared.search.contracts import StatusUpdate, StatusUpdated
from shared.search.progress import advance


async def update_status(task: StatusUpdate, resources: Resources) -> StatusUpdated:
    """Bring a search to a status, forward only; the event ``SearchOrchestrator`` is told once, at the end.

    Raises:
        Unavailable: Cosmos DB throttled or could not be reached, the document changes all the time, or there is none.
    """
    return await advance(task, resources)
