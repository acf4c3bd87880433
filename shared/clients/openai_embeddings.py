"""Vectors for texts, from a deployment of an embedding model."""

import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.clients.openai_account import LONGEST_PAUSE_S, Account, Deployment
from shared.errors import Rejected, Unavailable
from shared.snippets.vectors import rounded
from shared.telemetry import metrics
from shared.telemetry.tracing import span

if TYPE_CHECKING:
    from openai.types import CreateEmbeddingResponse


class Embeddings:
    """Vectors from one deployment. While the service asks to be left alone, calls of this process wait."""

    def __init__(self, account: Account, deployment: str, dimensions: int) -> None:
        self.model = deployment
        self.dimensions = dimensions
        self._account = account
        self._deployment = Deployment(account, deployment)
        self._others: dict[str, Embeddings] = {}

    def other(self, deployment: str) -> "Embeddings":
        """Return another deployment of the account, of as many dimensions: the one that made older vectors."""
        if deployment not in self._others:
            self._others[deployment] = Embeddings(self._account, deployment, self.dimensions)
        return self._others[deployment]

    async def embed(self, texts: Sequence[str], patience_s: float = LONGEST_PAUSE_S) -> list[list[float]]:
        """Return one vector per text, in order, rounded to 7 decimals.

        ``patience_s``: how long to wait where the service has asked to be left alone.

        Raises:
            Unavailable: The service throttled, failed, timed out or could not be reached.
            Rejected: The service refused a text, such as one of too many tokens, or the deployment does not exist.
        """
        client = await self._deployment.client(patience_s)
        began = time.perf_counter()
        with (
            span("embeddings", None, {"gen_ai.request.model": self.model, "texts": len(texts)}, outgoing=True),
            self._deployment.translated("list of vectors"),
        ):
            answer = await client.embeddings.create(model=self.model, input=list(texts), dimensions=self.dimensions)
        usage = getattr(answer, "usage", None)
        metrics.embedded(self.model, (time.perf_counter() - began) * 1000, usage.prompt_tokens if usage else 0)
        return self._checked(answer, len(texts))

    def _checked(self, answer: "CreateEmbeddingResponse", count: int) -> list[list[float]]:
        vectors = [item.embedding for item in sorted(answer.data, key=lambda item: item.index)]
        if len(vectors) != count or any(len(vector) != self.dimensions for vector in vectors):
            raise Rejected(
                f"Deployment {self.model!r} answered {len(vectors)} vectors of "
                f"{sorted({len(vector) for vector in vectors})} dimensions; "
                f"expected {count} of {self.dimensions}"
            )
        if not all(math.isfinite(sum(vector)) for vector in vectors):
            raise Unavailable("Azure OpenAI answered a vector that holds no number")
        return [rounded(vector) for vector in vectors]
