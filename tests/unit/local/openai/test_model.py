"""The embedding model by itself."""

import json
from pathlib import Path

import numpy as np
import pytest

from local.openai.model import EmbeddingModel, read_tensor


@pytest.fixture(scope="module")
def model() -> EmbeddingModel:
    return EmbeddingModel.load()


def test_same_text_has_the_same_bits_alone_and_among_others(model: EmbeddingModel) -> None:
    texts = ["def push(heap, item): ...", "x" * 5000, "naïve ☂ 𝄞"]
    together = model.embed(model.tokenize(texts), 256)
    for row, text in enumerate(texts):
        assert np.array_equal(together[row], model.embed(model.tokenize([text]), 256)[0])


@pytest.mark.parametrize("text", [" ", "\n", "\t\t", "\x00", "☂", "0"])
def test_any_text_that_is_not_empty_has_a_finite_unit_vector(model: EmbeddingModel, text: str) -> None:
    (vector,) = model.embed(model.tokenize([text]), 1536)
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-6)


def test_cut_vector_points_where_the_leading_dimensions_point(model: EmbeddingModel) -> None:
    tokens = model.tokenize(["sort a list in place"])
    whole, cut = model.embed(tokens, 256)[0], model.embed(tokens, 64)[0]
    assert cut == pytest.approx(whole[:64] / np.linalg.norm(whole[:64]), abs=1e-6)


def test_added_dimensions_are_zero(model: EmbeddingModel) -> None:
    tokens = model.tokenize(["sort a list in place"])
    assert np.array_equal(model.embed(tokens, 300)[0, :256], model.embed(tokens, 256)[0])
    assert not model.embed(tokens, 300)[0, 256:].any()


def test_no_token_is_longer_than_said(model: EmbeddingModel) -> None:
    text = " " * 10_000 + "=" * 10_000 + "a" * 10_000
    assert len(model.tokenize([text])[0]) * model.longest_token >= len(text)


def test_tensor_of_another_type_is_refused(tmp_path: Path) -> None:
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    path = tmp_path / "w.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    with pytest.raises(ValueError, match="is F32, expected F16"):
        read_tensor(path, "w")


@pytest.mark.parametrize("count", [0, 1, 3, 8])
def test_the_first_tokens_of_a_text_are_its_beginning(model: EmbeddingModel, count: int) -> None:
    text = '{"scores": [{"id": "naïve", "score": 9.5}]}'
    first = model.first_tokens(text, count)
    assert text.startswith(first)
    assert len(model.tokenize([first])[0] if first else []) == count


def test_a_text_of_fewer_tokens_is_left_whole(model: EmbeddingModel) -> None:
    assert model.first_tokens("a short text", 100) == "a short text"
