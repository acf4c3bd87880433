"""How far each material answers the wishes of a request."""

import asyncio
from collections.abc import Mapping

from activities.runner import log_progress
from shared.clients.ai_search import Document
from shared.resources import Resources
from shared.search.contracts import AllFlags, FlagsTask
from shared.search.flags import flags_of, needs_attributes


async def compute_flags(task: FlagsTask, resources: Resources) -> AllFlags:
    """Return the flags of every material; what only the index knows of them is read there, and only when asked for.

    Raises:
        Unavailable: The index throttled, failed or could not be reached.
        Rejected: The index refused the query.
    """
    attributes: dict[str, Document] = {}
    if needs_attributes(task.request_block):
        attributes = await resources.materials.attributes([material.id for material in task.materials])
        log_progress("attributes read", materials=len(attributes))
    # A hundred materials take 10 ms, which the worker's only event loop should not spend on them.
    return await asyncio.to_thread(_flags, task, attributes)


def _flags(task: FlagsTask, attributes: Mapping[str, Document]) -> AllFlags:
    block = task.request_block
    return AllFlags(flags=tuple(flags_of(block, each, attributes.get(each.id, {})) for each in task.materials))
