"""What embeddings requests and answers look like on the wire."""

import base64
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, cast

import orjson

from local.openai.models import cl100k
from local.openai.models.vectors import EmbeddingModel, Vectors
from local.openai.refusals import Refusal, kind_of, model_of, read_object

MAX_INPUTS = 2048
MAX_TOKENS = 8192
MAX_DIMENSIONS = 4096
# What the service returns when a request names no `dimensions`, so that containers and payloads have here the size they
# have in Azure. The local model has fewer of its own; the rest is zeros.
DEFAULT_DIMENSIONS = 1536
DEFAULT_DIMENSIONS_OF = {"text-embedding-3-large": 3072}


@dataclass(frozen=True, slots=True)
class EmbeddingsRequest:
    """A request whose shape has been checked; its token counts have not."""

    model: str
    inputs: list[str]
    encoding: Literal["float", "base64"]
    dimensions: int


def parse_request(body: bytes, deployment: str | None) -> EmbeddingsRequest:
    """Read an embeddings request; ``deployment`` is the model that the path names, if it does.

    Raises:
        Refusal: A field is missing or wrong; the message names it.
    """
    fields = read_object(body)
    model = model_of(fields, deployment)
    return EmbeddingsRequest(
        model=model,
        inputs=_inputs(fields.get("input")),
        encoding=_encoding(fields.get("encoding_format")),
        dimensions=_dimensions(fields.get("dimensions"), model),
    )


def check_lengths(texts: list[str]) -> None:
    """Refuse texts that no tokenizer could bring under the limit, before any work is spent on them."""
    for index, text in enumerate(texts):
        if len(text) > MAX_TOKENS * cl100k.LONGEST_TOKEN:
            refuse_length(index, f"more than {MAX_TOKENS}")


def check_tokens(counts: list[int]) -> None:
    """Refuse inputs of more tokens than the model takes."""
    for index, count in enumerate(counts):
        if count > MAX_TOKENS:
            refuse_length(index, str(count))


def refuse_length(index: int, count: str) -> NoReturn:
    """Refuse the input at ``index`` for its ``count`` of tokens."""
    raise Refusal(
        400,
        f"This model's maximum context length is {MAX_TOKENS} tokens, however you requested {count} tokens "
        f"in 'input[{index}]'. Please reduce your prompt.",
        param="input",
        code="context_length_exceeded",
    )


def embed(model: EmbeddingModel, asked: EmbeddingsRequest) -> bytes:
    """Return the answer to a request; the part that takes the time, for a thread of its own.

    Raises:
        Refusal: An input is too long.
    """
    check_lengths(asked.inputs)
    counts = cl100k.count(asked.inputs)
    check_tokens(counts)
    return render(asked, model.embed(asked.inputs, asked.dimensions), sum(counts))


def render(request: EmbeddingsRequest, vectors: Vectors, token_count: int) -> bytes:
    """Return the answer's JSON."""
    data = [
        {"object": "embedding", "index": index, "embedding": _encoded(vectors, index, request.encoding)}
        for index in range(len(vectors))
    ]
    usage = {"prompt_tokens": token_count, "total_tokens": token_count}
    answer = {"object": "list", "data": data, "model": request.model, "usage": usage}
    return orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)


def _encoded(vectors: Vectors, index: int, encoding: str) -> Any:
    # Little-endian float32, as the SDK decodes it.
    return base64.b64encode(vectors[index].astype("<f4")).decode() if encoding == "base64" else vectors[index]


def _inputs(value: object) -> list[str]:
    if isinstance(value, str):
        return [_text(value, "input")]
    if not isinstance(value, list):
        raise Refusal(
            400, f"Invalid type for 'input': {kind_of(value)}, expected a string or an array of strings.", param="input"
        )
    items = cast("list[object]", value)
    if not items:
        raise Refusal(400, "Invalid 'input': the array is empty, expected at least one input.", param="input")
    if _is_id(items[0]):
        return [_decoded(items, 0, "input")]
    if len(items) > MAX_INPUTS:
        raise Refusal(
            400,
            f"Invalid 'input': array too long. Expected an array with maximum length {MAX_INPUTS}, "
            f"but got an array with length {len(items)} instead.",
            param="input",
            code="array_above_max_length",
        )
    return [
        _decoded(cast("list[object]", item), index, f"input[{index}]")
        if isinstance(item, list)
        else _text(item, f"input[{index}]")
        for index, item in enumerate(items)
    ]


def _decoded(ids: list[object], index: int, name: str) -> str:
    """Return the text of token ids, which some clients send in place of it."""
    if len(ids) > MAX_TOKENS:
        refuse_length(index, str(len(ids)))
    found = [token for token in ids if isinstance(token, int) and _is_id(token)]
    if not found or len(found) < len(ids):
        raise Refusal(
            400, f"Invalid '{name}': expected token ids of cl100k_base, 0 to {cl100k.SIZE - 1}.", param="input"
        )
    return cl100k.decode(found)


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < cl100k.SIZE


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise Refusal(400, f"Invalid type for '{name}': {kind_of(value)}, expected a string.", param="input")
    if not value:
        raise Refusal(400, f"Invalid '{name}': input cannot be an empty string.", param="input")
    return value


def _encoding(value: object) -> Literal["float", "base64"]:
    if value is None or value == "float":
        return "float"
    if value == "base64":
        return "base64"
    shown = f"'{value[:40]}'" if isinstance(value, str) else kind_of(value)
    raise Refusal(400, f"Invalid 'encoding_format': {shown}, expected 'float' or 'base64'.", param="encoding_format")


def _dimensions(value: object, model: str) -> int:
    if value is None:
        return DEFAULT_DIMENSIONS_OF.get(model, DEFAULT_DIMENSIONS)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refusal(400, f"Invalid type for 'dimensions': {kind_of(value)}, expected an integer.", param="dimensions")
    if not 1 <= value <= MAX_DIMENSIONS:
        raise Refusal(400, f"Invalid 'dimensions': {value}, expected 1 to {MAX_DIMENSIONS}.", param="dimensions")
    return value
