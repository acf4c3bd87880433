"""Vectors from the model for texts of which it may refuse some: the others get theirs, and what is too long is cut."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from shared.errors import Rejected, Unavailable
from shared.snippets.vectors import rounded, unit_mean, weighted_sum

# A text is cut in two at most so often: 1/64 of a chunk that was counted to fit has few tokens in any script.
_MOST_CUTS = 6

Vector = list[float]


class EmbeddingModel(Protocol):
    """What turns texts into vectors: the deployment, or mock mode."""

    model: str
    dimensions: int

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return one vector per text, in order."""
        ...


async def vectors_of(model: EmbeddingModel, texts: Sequence[str], cuts: int = _MOST_CUTS) -> list[Vector | Exception]:
    """Return one vector per text, or why there is none.

    The service refuses a request for one text of it and seldom says for which. Halves are asked for instead, down to
    the text alone: one of 64 costs 13 requests. A text refused for its length gets the mean of its halves' vectors,
    weighted by length; its chunk stays one chunk.
    """
    try:
        return list(await model.embed(texts))
    except (Unavailable, Rejected) as error:
        if isinstance(error, Unavailable) or not error.is_about_input:
            return [error] * len(texts)
        if len(texts) > 1:
            middle = len(texts) // 2
            halves = await asyncio.gather(*(vectors_of(model, half, cuts) for half in (texts[:middle], texts[middle:])))
            return [each for half in halves for each in half]
        if not error.is_too_long or not cuts or len(texts[0]) < 2:
            return [error]
        return [await _mean_of_halves(model, texts[0], cuts - 1)]


async def _mean_of_halves(model: EmbeddingModel, text: str, cuts: int) -> Vector | Exception:
    place = _middle(text)
    halves = [text[:place], text[place:]]
    found = await vectors_of(model, halves, cuts)
    vectors: list[Vector] = []
    for each in found:
        if isinstance(each, Exception):
            return each
        vectors.append(each)
    return rounded(unit_mean(weighted_sum(vectors, [float(len(half)) for half in halves])))


def _middle(text: str) -> int:
    """Return where to cut: after the line break nearest before the middle, if it is in the second quarter."""
    middle = len(text) // 2
    line_end = text.rfind("\n", middle // 2, middle)
    return line_end + 1 if line_end >= 0 else middle
