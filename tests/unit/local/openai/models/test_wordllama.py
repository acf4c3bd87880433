"""wordllama's static vectors by themselves."""

import json
from pathlib import Path

import numpy as np
import pytest

from local.openai.models.wordllama import WordLlama, read_tensor


@pytest.fixture(scope="module")
def model() -> WordLlama:
    return WordLlama.load()


@pytest.mark.parametrize("text", [" ", "\n", "\x00", "☂", "0"])
def test_any_text_that_is_not_empty_has_a_finite_unit_vector(model: WordLlama, text: str) -> None:
    (vector,) = model.embed(model.tokenize([text]), 256)
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-6)


def test_cut_vector_points_where_the_leading_dimensions_point(model: WordLlama) -> None:
    tokens = model.tokenize(["sort a list in place"])
    whole, cut = model.embed(tokens, 256)[0], model.embed(tokens, 64)[0]
    assert cut == pytest.approx(whole[:64] / np.linalg.norm(whole[:64]), abs=1e-6)


def test_tensor_of_another_type_is_refused(tmp_path: Path) -> None:
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    path = tmp_path / "w.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    with pytest.raises(ValueError, match="is F32, expected F16"):
        read_tensor(path, "w")
