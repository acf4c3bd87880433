"""The vectors of materials: asked of the configured embedding model once, then read from a file."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray
from openai import AzureOpenAI, OpenAI

from local.openai.models import choice
from local.stack.addresses import is_loopback
from shared.topology import topology

# A request of Azure OpenAI takes up to 2,048 inputs and 300,000 tokens; this many texts of a material stay far below.
_BATCH = 500
_SCOPE = "https://cognitiveservices.azure.com/.default"

Vectors = NDArray[np.float32]


def vectors_of(
    texts: Sequence[str], settings: Mapping[str, str], cache: Path, said: Callable[[int, int], None]
) -> Vectors:
    """Return a vector per text, shape (texts, EMBEDDING_DIMENSIONS), from ``cache`` or, once, from the model.

    ``said`` hears how many of how many are done.

    Raises:
        openai.OpenAIError: The model cannot be reached or refuses.
    """
    if cache.exists():
        with np.load(cache) as kept:
            return kept["vectors"]
    model, dimensions = _of("EMBEDDING_MODEL_DEPLOYMENT_NAME", settings), int(_of("EMBEDDING_DIMENSIONS", settings))
    vectors = np.empty((len(texts), dimensions), dtype=np.float32)
    with _client(settings) as client:
        for start in range(0, len(texts), _BATCH):
            batch = list(texts[start : start + _BATCH])
            answer = client.embeddings.create(model=model, input=batch, dimensions=dimensions)
            vectors[start : start + len(batch)] = [item.embedding for item in answer.data]
            said(start + len(batch), len(texts))
    draft = cache.with_suffix(".draft.npz")
    np.savez_compressed(draft, vectors=vectors)
    draft.replace(cache)
    return vectors


def model_of(settings: Mapping[str, str]) -> str:
    """Return what tells the vectors of one model from those of another."""
    place = settings.get("AZURE_OPENAI_ENDPOINT") or settings.get("PROJECT_ENDPOINT") or ""
    # A port says nothing about the model behind it.
    host = urlsplit(place).hostname or ""
    if place and is_loopback(place, "AZURE_OPENAI_ENDPOINT"):
        # Here one name stands for whichever model is chosen.
        host = choice.version_of(choice.chosen(settings.get(choice.SETTING)))
    names = (host, _of("EMBEDDING_MODEL_DEPLOYMENT_NAME", settings))
    return "/".join((*names, _of("EMBEDDING_DIMENSIONS", settings)))


def _client(settings: Mapping[str, str]) -> OpenAI:
    key = settings.get("AZURE_OPENAI_API_KEY") or None
    if endpoint := settings.get("AZURE_OPENAI_ENDPOINT"):
        return AzureOpenAI(
            azure_endpoint=endpoint,
            api_version=_of("OPENAI_API_VERSION", settings),
            api_key=key,
            azure_ad_token_provider=None if key else _token_provider(),
        )
    parts = urlsplit(settings.get("PROJECT_ENDPOINT") or settings["PROJECT_CONNECTION_STRING"])
    return OpenAI(base_url=f"{parts.scheme}://{parts.netloc}/openai/v1", api_key=key or _token_provider())


def _token_provider() -> Callable[[], str]:
    from azure.identity import DefaultAzureCredential, get_bearer_token_provider

    return get_bearer_token_provider(DefaultAzureCredential(), _SCOPE)


def _of(name: str, settings: Mapping[str, str]) -> str:
    return settings.get(name) or str(topology().settings[name].default)
