"""How far each material answers the wishes of a request."""

from activities.runner import log_progress
from shared.resources import Resources
from shared.search.contracts import AllFlags, FlagsTask
from shared.search.flags import flags_of, needs_attributes


async def compute_flags(task: FlagsTask, resources: Resources) -> AllFlags:
    """Return the flags of every material; what only the index knows of them is read there, and only when asked for.

    Raises:
        Unavailable: The index throttled, failed or could not be reached.
        Rejected: The index refused the query.
    """
    attributes = {}
    if needs_attributes(task.request_block):
        attributes = await resources.materials.attributes([material.id for material in task.materials])
        log_progress("attributes read", materials=len(attributes))
    return AllFlags(
        flags=tuple(
            flags_of(task.request_block, material, attributes.get(material.id, {})) for material in task.materials
        )
    )
