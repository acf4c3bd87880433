"""What a search asks of each service, measured here, and what each tier of Azure carries of that, computed."""

import json

from bench.processes import SCRATCH
from bench.report import Row
from bench.scale import document
from bench.scale.capacity import first_bottleneck, resources
from bench.scale.figures import figures
from bench.scale.measure import measured
from bench.scale.per_search import MEASURED, per_search

_NEW = SCRATCH / "scale.json"


async def measure() -> list[Row]:
    """Measure what a search asks for; ``publish`` keeps it.

    Raises:
        RuntimeError: A search failed or lacks something.
    """
    found = await measured()
    _NEW.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    search = per_search(found, figures())
    passed = resources(search, figures())
    first = first_bottleneck(passed)
    asks = f"{search.activities:.0f} activities, {search.actions:.0f} actions, {search.all_request_units:.0f} RU, " + (
        f"{search.counted_tokens:,.0f} tokens counted, {search.semantic_queries:.0f} semantic queries"
    )
    carried = f"{first.searches_per_min(first.deployed):.1f} searches a minute by {first.name}, as deployed"
    return [Row("one search asks for", asks, carried, "", "")]


def publish() -> None:
    """Keep the last measurement, and write docs/scale.md from it."""
    MEASURED.write_text(_NEW.read_text(encoding="utf-8"), encoding="utf-8")
    document.write_document()
