"""The default model: two tables of static vectors, one distilled from MiniLM for words and one of wordllama.

A text is, in each table, the sum of its tokens' vectors by smooth inverse frequency a/(a + p) (Arora, Liang and Ma,
ICLR 2017), which makes ``return`` weigh little and ``heapq`` much. Why these two tables:
docs/adr/0003-local-embedding-model.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
from tokenizers import Tokenizer

from local.openai.models.vectors import Vectors, fitted, interleaved, unit
from local.openai.models.word_pieces import encode, split_identifiers, tokenizer_of
from local.openai.models.wordllama import WordLlama

# Made by data/build_embedding.py.
FILE = Path(__file__).parent / "words.npz"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Words:
    """What the file holds.

    ``vectors``: a row per word piece, times its weight; ``llama_weights``: of wordllama's tokens.
    """

    vocabulary: list[str]
    vectors: Vectors
    llama_weights: Vectors


def read_words(path: Path = FILE) -> Words:
    """Read the file.

    Raises:
        FileNotFoundError: It is not there.
        ValueError: It is of another format.
    """
    with np.load(path, allow_pickle=False) as file:
        if int(file["format"]) != FORMAT:
            raise ValueError(f"{path} is of format {int(file['format'])}, expected {FORMAT}")
        vectors = file["vectors"].astype(np.float32) * file["scales"].astype(np.float32)[:, None]
        return Words(file["vocabulary"].tobytes().decode().split("\n"), vectors, file["llama_weights"])


@dataclass(frozen=True, slots=True)
class StaticModel:
    """Both tables, a text's halves of equal weight. Safe to call from several threads."""

    pieces: Tokenizer
    piece_vectors: Vectors
    llama: WordLlama

    @classmethod
    def load(cls, path: Path = FILE) -> Self:
        """Read the committed file and the installed wheel.

        Raises:
            FileNotFoundError: One of them is missing.
        """
        words, llama = read_words(path), WordLlama.load()
        weighted = (llama.weights - llama.weights.mean(axis=0)) * words.llama_weights[:, None]
        return cls(tokenizer_of(words.vocabulary), words.vectors, replace(llama, weights=weighted))

    @property
    def dimensions(self) -> int:
        """Dimensions of the model's own vectors."""
        return int(self.piece_vectors.shape[1] + self.llama.dimensions)

    def embed(self, texts: Sequence[str], dimensions: int) -> Vectors:
        """Return one unit vector per text. Cut vectors are a model of their own: the leading dimensions tell most."""
        pieces = [encoding.ids for encoding in encode(self.pieces, [split_identifiers(text) for text in texts])]
        # wordllama's first: its tokens cover every text, so that even a single dimension says something.
        halves = [_sums(self.llama.weights, self.llama.tokenize(list(texts))), _sums(self.piece_vectors, pieces)]
        return fitted(interleaved([unit(half) for half in halves]), dimensions)


def _sums(table: Vectors, tokens: Sequence[Sequence[int] | np.ndarray]) -> Vectors:
    sums = np.zeros((len(tokens), table.shape[1]), dtype=np.float32)
    for row, ids in enumerate(tokens):
        if len(ids):
            sums[row] = table[ids].sum(axis=0)
    return sums
