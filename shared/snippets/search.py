"""Nearest chunks of the versions that readers see, grouped by snippet."""

from typing import Any

from shared.resources import Resources
from shared.retry import with_retries
from shared.snippets.documents import Document

MAX_K = 50
# Chunks of a run that is under way, or of one just replaced, are found too and left out; asking for twice as many as
# wanted finds enough in one query unless a project is being embedded anew as a whole.
_SURPLUS = 2
_MAX_CANDIDATES = 1000
# A person waits for the answer.
_PATIENCE_S = 3.0


async def nearest_snippets(query: str, project_id: str | None, k: int, resources: Resources) -> list[dict[str, Any]]:
    """Return the ``k`` chunks nearest to ``query``, grouped by snippet, best snippet first.

    Scores are cosine similarities, -1 to 1.

    Raises:
        Unavailable: Azure OpenAI or Cosmos DB throttled, failed or could not be reached.
    """
    (vector,) = await with_retries(lambda: resources.model.embed([query], _PATIENCE_S))
    limit = k * _SURPLUS
    while True:
        candidates = await resources.chunks.nearest(vector, resources.model.model, project_id, limit)
        visible = await _visible(candidates, resources)
        if len(visible) >= k or len(candidates) < limit or limit >= _MAX_CANDIDATES:
            return _grouped(visible[:k])
        limit = min(limit * 4, _MAX_CANDIDATES)


async def _visible(chunks: list[Document], resources: Resources) -> list[Document]:
    names = sorted({(chunk["projectId"], chunk["name"]) for chunk in chunks})
    versions = await resources.snippets.versions(names) if names else {}
    return [chunk for chunk in chunks if versions.get((chunk["projectId"], chunk["name"])) == chunk["version"]]


def _grouped(chunks: list[Document]) -> list[dict[str, Any]]:
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for chunk in chunks:
        group = groups.setdefault(
            (chunk["projectId"], chunk["name"]),
            {"projectId": chunk["projectId"], "name": chunk["name"], "score": chunk["score"], "chunks": []},
        )
        fields = ("chunkIndex", "score", "startLine", "endLine", "text")
        group["chunks"].append({field: chunk[field] for field in fields})
    return list(groups.values())
