"""Vectors for the texts of repositories: asked for in few requests, and only where the text is new."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from shared.errors import Rejected
from shared.repo_scoring.vectors import row_of, vector_document
from shared.snippets.identifiers import content_key

# 64 texts of at most 6,000 characters stay far below the 300,000 tokens that a request may hold.
TEXTS_PER_REQUEST = 64
# Even where each character is three tokens, this stays below the 8,191 that a model takes.
SURELY_SHORT_CHARACTERS = 2_000

Documents = dict[str, dict[str, Any]]


class EmbeddingModel(Protocol):
    """What turns texts into vectors."""

    model: str
    dimensions: int

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector per text, in order."""
        ...


def outdated(texts: Mapping[str, str], stored: Mapping[str, Mapping[str, Any]], model: EmbeddingModel) -> list[str]:
    """Return the names whose vector is missing, or was made of another text, by another model, or is damaged."""
    return [
        name
        for name, text in texts.items()
        if (known := stored.get(name)) is None
        or known.get("key") != content_key(text, model.model, model.dimensions)
        or row_of(known, model.dimensions, model.model) is None
    ]


def ageing(stored: Mapping[str, Mapping[str, Any]], names: Sequence[str], ttl_s: float, now: datetime) -> list[str]:
    """Return the names whose vector is in use and past half of its life: kept anew, it does not expire."""
    before = (now.astimezone(UTC) - timedelta(seconds=ttl_s / 2)).isoformat()
    return [name for name in names if name in stored and str(stored[name].get("stored_at", "")) < before]


async def embedded(texts: Mapping[str, str], model: EmbeddingModel, now: datetime) -> Documents:
    """Return what is to be kept of each text's vector; a text that the model refuses has none.

    Raises:
        Unavailable: The model throttled, failed or could not be reached.
        Rejected: It refused for a reason that lies with us, such as a wrong key.
    """
    unique = list(dict.fromkeys(texts.values()))
    try:
        vectors = dict(zip(unique, await model.embed(unique), strict=True))
    except Rejected as error:
        if not error.is_about_input:
            raise
        # One of them is refused; it must not take the others with it.
        alone = {text: await _embedded_alone(text, model) for text in unique}
        vectors = {text: vector for text, vector in alone.items() if vector is not None}
    stored_at = now.astimezone(UTC).isoformat()
    return {
        name: vector_document(vectors[text], model.model, text, stored_at)
        for name, text in texts.items()
        if text in vectors
    }


async def _embedded_alone(text: str, model: EmbeddingModel) -> list[float] | None:
    for attempt in dict.fromkeys((text, text[:SURELY_SHORT_CHARACTERS])):
        try:
            (vector,) = await model.embed([attempt])
        except Rejected as error:
            if not error.is_about_input:
                raise
            continue
        return vector
    return None
