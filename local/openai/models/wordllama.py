"""wordllama's static token vectors, read from the files that its wheel carries.

The package itself is never imported: that would configure the root logger and, through a wrong folder name in its
loader, look for the tokenizer on the network.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from local.openai.models.packages import folder_of
from local.openai.models.vectors import Vectors, fitted

WEIGHTS = "weights/l2_supercat_256.safetensors"
TENSOR = "embedding.weight"
TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"

TokenIds = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class WordLlama:
    """Turns text into tokens and tokens into unit vectors. Safe to call from several threads."""

    tokenizer: Tokenizer
    weights: Vectors

    @classmethod
    def load(cls) -> Self:
        """Read tokenizer and weights from the installed wheel.

        Raises:
            FileNotFoundError: The wheel is not installed, or lacks the files.
        """
        package = folder_of("wordllama", "static token vectors")
        tokenizer = Tokenizer.from_file(str(package / TOKENIZER))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return cls(tokenizer, read_tensor(package / WEIGHTS, TENSOR).astype(np.float32))

    @property
    def dimensions(self) -> int:
        """Dimensions of the model's own vectors."""
        return int(self.weights.shape[1])

    def tokenize(self, texts: list[str]) -> list[TokenIds]:
        """Return the token ids of every text."""
        encodings = self.tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        return [np.asarray(encoding.ids, dtype=np.uint32) for encoding in encodings]

    def embed(self, tokens: list[TokenIds], dimensions: int) -> Vectors:
        """Return one unit vector per text: the mean of its tokens' vectors, brought to ``dimensions``.

        Fewer than the model's own cut it and normalise again (it was trained as a Matryoshka model: its leading
        dimensions are a model of their own).
        """
        means = np.zeros((len(tokens), self.dimensions), dtype=np.float32)
        for row, ids in enumerate(tokens):
            means[row] = self.weights[ids].mean(axis=0)
        return fitted(means, dimensions)


def read_tensor(path: Path, name: str) -> NDArray[np.float16]:
    """Return a half-precision tensor of a safetensors file: 8 bytes of length, a JSON header, the data."""
    raw = path.read_bytes()
    header_end = 8 + int.from_bytes(raw[:8], "little")
    entry = json.loads(raw[8:header_end])[name]
    if entry["dtype"] != "F16":
        raise ValueError(f"tensor {name} of {path} is {entry['dtype']}, expected F16")
    start, end = entry["data_offsets"]
    return np.frombuffer(raw[header_end + start : header_end + end], dtype="<f2").reshape(entry["shape"])
