"""What a batch would cost: counted from its texts, without a run."""

import asyncio
from dataclasses import dataclass
from typing import Any

from shared.chunking import chunk
from shared.chunking.tokens import likely_tokens
from shared.resources import Resources
from shared.snippets.batch import BatchRequest
from shared.snippets.files import is_current
from shared.snippets.identifiers import text_hash
from shared.snippets.recipes import cutting, embedded_text, recipe
from shared.snippets.submission import SnippetRequest
from shared.telemetry.prices import cost_usd, prices


@dataclass(frozen=True)
class _Size:
    chunks: int
    tokens: int


async def estimate(request: BatchRequest, resources: Resources) -> dict[str, Any]:
    """Return the chunks, tokens and cost of a batch, for each file and in all, and how many snippets it would delete.

    At the most: chunks that the project has embedded before cost nothing. Tokens are estimated, rather too many. The
    cost is null for a model without a list price.

    Raises:
        Unavailable: Cosmos DB throttled or could not be reached.
    """
    settings, model = resources.settings, resources.model
    cut = cutting(settings.chunk_mode, settings.chunk_size)
    wanted = recipe(cut, model.model, model.dimensions)
    stored = await resources.snippets.states(request.project_id, [file.name for file in request.files])
    files: list[dict[str, Any]] = []
    for file in request.files:
        unchanged = is_current(stored.get(file.name), await asyncio.to_thread(text_hash, file.text), wanted)
        size = _Size(0, 0) if unchanged else await asyncio.to_thread(_size, file, resources)
        files.append({"name": file.name, "unchanged": unchanged, "chunks": size.chunks, "tokens": size.tokens})
    tokens = sum(file["tokens"] for file in files)
    return {
        "dryRun": True,
        "unchanged": sum(file["unchanged"] for file in files),
        "deleted": await _to_delete(request, resources),
        "chunks": sum(file["chunks"] for file in files),
        "tokens": tokens,
        "costUsd": cost_usd(model.model, tokens, 0),
        "pricesAsOf": prices().as_of.isoformat(),
        "recipe": wanted,
        "files": files,
    }


def _size(file: SnippetRequest, resources: Resources) -> _Size:
    settings = resources.settings
    chunks = chunk(file.text, settings.chunk_size, settings.chunk_mode, file.name)
    cut = cutting(settings.chunk_mode, settings.chunk_size)
    return _Size(len(chunks), sum(likely_tokens(embedded_text(cut, file.name, piece)) for piece in chunks))


async def _to_delete(request: BatchRequest, resources: Resources) -> int:
    if request.prefix is None:
        return 0
    named = {file.name for file in request.files}
    below = await resources.snippets.below(request.project_id, request.prefix)
    return sum(row["name"] not in named and "deleted" not in row for row in below)
