"""The resin that a request names, by its ISO 1043-1 code."""

import asyncio

from activities.runner import log_progress
from shared.resources import Resources
from shared.search.contracts import MappedRequest, ResinTask
from shared.search.requested_resin import mapped


async def resin_mapping(task: ResinTask, resources: Resources) -> MappedRequest:  # noqa: ARG001
    """Return the resin with code, name and family; an unknown one as it was typed, marked as unknown."""
    # The names of resins are read from their files on the first call.
    result = await asyncio.to_thread(mapped, task.request)
    if result.resin is not None:
        log_progress("mapped", known=result.resin.known)
    return result
