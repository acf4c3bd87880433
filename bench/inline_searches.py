"""Searches without queue, host or history: ``python -m bench.inline_searches --together N``, settings around it.

Reads payloads as JSON lines; accepts, runs and stores each as the app does, with the same orchestrator and activities
in one asyncio program. Prints ``{"each_ms": [...], "all_ms": x}``.
"""

import argparse
import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from activities.search import ACTIVITIES
from bench.inline_orchestrator import run_inline
from blueprints.search import search_orchestrator
from shared.resources import Resources, open_resources
from shared.search.contracts import SearchStart
from shared.search.request_documents import Sender, accepted_document, timestamp
from shared.settings import current_settings


async def _search(payload: dict[str, Any], resources: Resources) -> float:
    """Milliseconds from acceptance to the results."""
    request_id, now = f"req_{uuid4()}", datetime.now(UTC)
    began = time.perf_counter()
    document = accepted_document(request_id, payload, Sender("", str(uuid4())), now)
    # Stamped, so that nobody takes it for one that never reached the queue.
    await resources.search_requests.create(document | {"enqueued_at": timestamp(now)})
    start = SearchStart(request_id=request_id, deadline_s=600, llm=True)
    output = await run_inline(search_orchestrator, start.to_json(), ACTIVITIES, resources)
    if output["status"] != "completed":
        raise RuntimeError(f"{request_id} ended with {output}")
    return (time.perf_counter() - began) * 1000


async def _run(payloads: list[dict[str, Any]], together: int) -> dict[str, Any]:
    async with open_resources(current_settings()) as resources:
        await _search(payloads.pop(), resources)  # the first one pays for imports and connections
        left, each_ms = iter(payloads), list[float]()

        async def work() -> None:
            for payload in left:
                each_ms.append(await _search(payload, resources))

        began = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(together)))
        return {"each_ms": each_ms, "all_ms": (time.perf_counter() - began) * 1000}


def main() -> None:
    """Run what stands on standard input."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--together", type=int, required=True)
    chosen = parser.parse_args()
    payloads = [json.loads(line) for line in sys.stdin]
    print(json.dumps(asyncio.run(_run(payloads, chosen.together))))


if __name__ == "__main__":
    main()
