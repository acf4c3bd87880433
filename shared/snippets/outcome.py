"""What a run hands back: the output of ``embeddings_orchestrator``."""

import re
from typing import Any

from shared.contracts import PersistResult, Snippet
from shared.orchestration import Failed, Late
from shared.snippets.aggregate import Aggregate

# All of them would not fit into an orchestration's output; how many there are is in the error's text.
MAX_FAILED_CHUNKS = 1000
# What the host puts before the text of an exception: "Activity function 'x' failed:  Unavailable: ".
_HOST_PREFIX = re.compile(r"^Activity function '[^']*' failed:\s+\w+: ")


def stored(snippet: Snippet, aggregate: Aggregate, persisted: dict[str, Any]) -> dict[str, object]:
    """The snippet is stored, or a run accepted later had stored its own (``superseded``)."""
    result = PersistResult.model_validate(persisted)
    return {
        "ok": True,
        "id": snippet.name,
        "chunks": aggregate.chunks,
        "embedded": result.embedded,
        "reused": result.reused,
        "dimensions": result.dimensions,
        **({"superseded": True} if result.superseded else {}),
    }


def could_not_embed(snippet: Snippet, aggregate: Aggregate, attempts: int) -> dict[str, object]:
    """Chunks stayed without a vector; what was stored before is unchanged."""
    return {
        "ok": False,
        "id": snippet.name,
        "failedChunks": list(aggregate.failed[:MAX_FAILED_CHUNKS]),
        "error": f"{len(aggregate.failed)} of {aggregate.chunks} chunks could not be embedded after {attempts} retries",
    }


def could_not_store(snippet: Snippet, outcome: Failed | Late, attempts: int) -> dict[str, object]:
    """All chunks have vectors, but the snippet could not be switched to them; what was stored before is unchanged."""
    reason = outcome.text.split("\n", 1)[0].strip() if isinstance(outcome, Failed) else "it took too long"
    return {
        "ok": False,
        "id": snippet.name,
        "failedChunks": [],
        "error": f"The snippet could not be stored after {attempts} retries: {_HOST_PREFIX.sub('', reason)}",
    }
