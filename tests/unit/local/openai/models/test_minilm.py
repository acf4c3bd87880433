"""What is asked of the transformer, and what becomes of its answer. The session is onnxruntime's part, scripted."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from local.openai.models.minilm import MAX_PIECES, SHARE, MiniLM
from local.openai.models.static import StaticModel
from local.openai.models.vectors import Vectors


@dataclass
class Session:
    """Answers each token with a vector of its own."""

    asked: list[dict[str, Vectors]] = field(default_factory=list)

    def run(self, outputs: list[str], inputs: dict[str, Vectors]) -> list[Vectors]:
        assert outputs == ["last_hidden_state"]
        self.asked.append(inputs)
        rows = [
            [np.random.default_rng(int(token)).standard_normal(384) for token in row] for row in inputs["input_ids"]
        ]
        return [np.array(rows, dtype=np.float32)]


@pytest.fixture(scope="module")
def static() -> StaticModel:
    return StaticModel.load()


@pytest.fixture
def model(static: StaticModel) -> MiniLM:
    ids = static.pieces.get_vocab()
    return MiniLM(static, Session(), ids["[CLS]"], ids["[SEP]"])


def test_texts_are_asked_one_by_one_between_the_special_tokens(model: MiniLM) -> None:
    model.embed(["open a file", "close"], 1536)
    shapes = [asked["input_ids"].shape for asked in model.session.asked]
    assert shapes == [(1, 5), (1, 3)]
    assert model.session.asked[1]["input_ids"].tolist() == [[101, 2485, 102]]
    assert model.session.asked[1]["attention_mask"].tolist() == [[1, 1, 1]]


def test_a_long_text_is_cut_for_the_transformer_only(model: MiniLM, static: StaticModel) -> None:
    texts = ["word " * 500, "word " * 500 + "heapq " * 50]
    one, other = model.embed(texts, 1536)
    left, right = static.embed(texts, 512)
    assert {asked["input_ids"].shape for asked in model.session.asked} == {(1, MAX_PIECES)}
    assert float(one @ other) == pytest.approx(SHARE + (1 - SHARE) * float(left @ right), abs=1e-5)
    assert float(left @ right) < 0.99


def test_both_models_have_their_share_of_a_cosine(model: MiniLM, static: StaticModel) -> None:
    texts = ["open a socket", "listen(port)"]
    one, other = model.embed(texts, 1536)
    left, right = static.embed(texts, 512)
    transformed = [
        model._mean(encoding.ids) for encoding in static.pieces.encode_batch(texts, add_special_tokens=False)
    ]
    unit = [vector / np.linalg.norm(vector) for vector in transformed]
    assert float(one @ other) == pytest.approx(SHARE * (unit[0] @ unit[1]) + (1 - SHARE) * (left @ right), abs=1e-5)


@pytest.mark.parametrize("dimensions", [2, 256, 896, 3072])
@pytest.mark.parametrize("text", [" ", "☂", "{}", "sort a list"])
def test_vectors_have_the_dimensions_asked_for_and_length_one(model: MiniLM, text: str, dimensions: int) -> None:
    (vector,) = model.embed([text], dimensions)
    assert vector.shape == (dimensions,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)


def test_no_text_is_no_vector(model: MiniLM) -> None:
    assert model.embed([], 64).shape == (0, 64)
