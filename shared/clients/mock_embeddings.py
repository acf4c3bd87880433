"""Mock mode (``DISABLE_OPENAI=1``): one vector for every text, without a service."""

from collections.abc import Sequence

MOCK_VECTOR = [0.0, 1.0, 0.0]


class MockEmbeddings:
    """Stands in for ``Embeddings``; its vectors live in containers of their own."""

    model = "mock"
    dimensions = len(MOCK_VECTOR)

    async def embed(self, texts: Sequence[str], patience_s: float = 0) -> list[list[float]]:  # noqa: ARG002
        """Return ``[0.0, 1.0, 0.0]`` for each text."""
        return [list(MOCK_VECTOR) for _ in texts]

    def other(self, deployment: str) -> "MockEmbeddings":  # noqa: ARG002
        """Return this: all mock vectors are one."""
        return self
