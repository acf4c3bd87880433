"""Which materials are near the colour that was asked for."""

import asyncio

from activities.runner import log_progress
from shared.resources import Resources
from shared.search.contracts import DeltaEFilter, DeltaETask
from shared.search.near_filters import filter_near


async def deltae_filtering(task: DeltaETask, resources: Resources) -> DeltaEFilter:
    """Return a filter on the materials within the threshold, the requested colour being the standard of CMC(2:1).

    Raises:
        Unavailable: The Lab values are not loaded and storage does not answer.
        Rejected: There are no Lab values, or they cannot be used.
    """
    data = await resources.lab_data.current()
    key = (task.lab.L, task.lab.a, task.lab.b, task.threshold, data.version)
    if (kept := await resources.near_filters.get(*key)) is not None:
        log_progress("known", matched=kept.matched)
        return kept
    # Of the largest table that is read, a wide threshold takes 20 ms: too long for the worker's only event loop.
    found = await asyncio.to_thread(filter_near, data, task.lab, task.threshold)
    log_progress("computed", matched=found.matched, listed=found.listed)
    await resources.near_filters.put(found, *key)
    return found
