"""The deployed embedding model, with the patience that a new deployment and a small quota ask for."""

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from infra.hooks import sign_in
from infra.hooks.failures import HookFailed
from infra.hooks.outputs import Outputs
from infra.hooks.patience import NotYet, until
from shared.retry_after import retry_after_s
from shared.topology import topology

if TYPE_CHECKING:
    from openai import APIStatusError, AzureOpenAI

_SCOPE = "https://cognitiveservices.azure.com/.default"
_TIMEOUT_S = 120.0
# A quota is counted by the minute.
_THROTTLED_S = 10.0
_RETRY_AFTER = (("retry-after-ms", 0.001), ("retry-after", 1.0))
_ADVICE = (
    "run azd hooks run postdeploy, which goes on where it stopped; where the quota is too small, "
    "azd env set EMBEDDING_MODEL_CAPACITY 200 and azd provision"
)


class EmbeddingModel:
    """``name`` of the deployment; ``dimensions`` of its vectors."""

    def __init__(self, outputs: Outputs) -> None:
        self.name = outputs.need("EMBEDDING_MODEL_DEPLOYMENT_NAME")
        self.dimensions = int(outputs.number("EMBEDDING_DIMENSIONS", 1536))
        self._outputs = outputs
        self._client: AzureOpenAI | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.close()

    def vectors(self, texts: Sequence[str]) -> list[list[float]]:
        """Return a vector per text, however often the model asks to wait.

        Raises:
            HookFailed: It asks to wait for longer than the patience lasts, refuses, or its vectors have another size.
        """
        vectors = until(lambda: self._asked(texts), self._outputs.patience, f"the embedding model {self.name}", _ADVICE)
        sizes = {len(vector) for vector in vectors}
        if len(vectors) != len(texts) or sizes != {self.dimensions}:
            raise HookFailed(
                f"{self.name} made {len(vectors)} vectors of {sorted(sizes)} dimensions for {len(texts)} texts, "
                f"the index takes {self.dimensions}",
                "azd env set EMBEDDING_MODEL_NAME text-embedding-3-small, then azd up",
            )
        return vectors

    def _asked(self, texts: Sequence[str]) -> list[list[float]]:
        from openai import APIConnectionError, APIStatusError

        try:
            answer = self._open().embeddings.create(model=self.name, input=list(texts), dimensions=self.dimensions)
        except APIConnectionError as error:
            raise NotYet("it does not answer") from error
        except APIStatusError as error:
            raise _refusal(self.name, error) from error
        return [item.embedding for item in answer.data]

    def _open(self) -> "AzureOpenAI":
        if self._client is None:
            # Only here: it takes most of a second, and most runs have nothing to embed.
            from openai import AzureOpenAI

            key = sign_in.model_key(self._outputs)
            # Waiting is ours: the client's own retries give up after a minute, and say nothing.
            self._client = AzureOpenAI(
                azure_endpoint=self._outputs.need("AZURE_OPENAI_ENDPOINT"),
                api_version=str(topology().settings["OPENAI_API_VERSION"].default),
                api_key=key,
                azure_ad_token_provider=None if key else lambda: sign_in.bearer(self._outputs, _SCOPE),
                max_retries=0,
                timeout=_TIMEOUT_S,
            )
        return self._client


def _refusal(name: str, error: "APIStatusError") -> Exception:
    """Return what a refusal means: worth another attempt, or the end."""
    code = error.code or ""
    if error.status_code == 429:
        asked = retry_after_s(error.response.headers, _RETRY_AFTER)
        return NotYet("its quota is used up for now (429)", _THROTTLED_S if asked is None else asked)
    if error.status_code >= 500:
        return NotYet(f"it fails ({error.status_code})")
    # Azure OpenAI answers 401 to an identity that it knows and whose role it does not know yet.
    if error.status_code in (401, 403) and code in ("PermissionDenied", "401", ""):
        return NotYet(f"the role is not known there yet ({error.status_code})")
    if error.status_code == 404 and code == "DeploymentNotFound":
        return NotYet("the deployment is not served yet (404)")
    return HookFailed(
        f"The embedding model {name} refuses: {error.status_code} {code} {str(error.message)[:300]}",
        "look at the deployment in Microsoft Foundry; azd provision makes it again",
    )
